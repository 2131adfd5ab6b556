import { RemeltError } from '../errors/index.ts';
import { modulesOf } from './modules.ts';
import { coerceFlag, coerceNumber } from './numbers.ts';
import type { Semantics } from './semantics.ts';
import { isFiltered, isLoneMapping } from './settings.ts';
import type {
	FilteredValue,
	ParameterPlace,
	Parameters,
	RecipeContent,
	Scalar,
	Setting,
	SettingLevel,
} from './types.ts';

/** Where a parameter's value was found. */
export interface ResolvedParameter {
	readonly value: number;
	/** The filter of the entry that matched; null for an entry without one, and for plain settings. */
	readonly filter: string | null;
	readonly level: SettingLevel;
	/** Index of that entry in the level's list of conditional values. */
	readonly entry: number;
	/** The control points that the value was interpolated from; one for a plain number. */
	readonly points: readonly number[];
}

/** What a release of mergekit makes of a setting; without it, all that any release takes is taken. */
type Rules = Pick<Semantics, 'loneMapping'> | undefined;

/**
 * A parameter's value at a place, as mergekit resolves it: the first of source, slice, module and recipe
 * that has a value for the tensor's name (mergekit.md §2.3, §2.4).
 * @returns null where no level has one
 * @throws `recipe-invalid` for a setting that is no number, or in a form that the semantics do not take
 */
export function resolveParameter(
	recipe: RecipeContent,
	name: string,
	place: ParameterPlace,
	rules?: Rules,
): number | null {
	return findParameter(recipe, name, place, rules)?.value ?? null;
}

/** As {@link resolveParameter}, with where the value comes from. */
export function findParameter(
	recipe: RecipeContent,
	name: string,
	place: ParameterPlace,
	rules?: Rules,
): ResolvedParameter | null {
	const found = findEntry(recipe, name, place, rules);
	if (found === null) return null;
	const { filter, value } = found.numeric();
	const points = typeof value === 'number' ? [value] : value;
	const { level, entry } = found;
	return { value: valueAt(value, place.position), filter, level, entry, points };
}

/**
 * A parameter that is on or off, such as `normalize`, at a place. Releases before 0.1.5 make a number of
 * it, interpolated along a gradient, and any number but 0 is on. 0.1.5 takes of a list the point at or
 * before the place, and refuses numbers other than 0 and 1; without semantics those are on.
 * @returns null where no level has a value
 * @throws `recipe-invalid` for what is neither, or in a form that the semantics do not take
 */
export function resolveFlag(
	recipe: RecipeContent,
	name: string,
	place: ParameterPlace,
	rules?: Rules,
): boolean | null {
	const found = findEntry(recipe, name, place, rules);
	if (found === null) return null;
	if (rules?.loneMapping === false) return valueAt(found.numeric().value, place.position) !== 0;
	const { value } = found.written;
	const written = isScalar(value)
		? value
		: (value[Math.floor(place.position * (value.length - 1))] ?? false);
	const flag = coerceFlag(written);
	if (flag !== null) return flag;
	const number = rules === undefined ? coerceNumber(written) : null;
	if (number === null) throw notA('yes or no', name, written, 'Write true or false.');
	return number !== 0;
}

interface FoundEntry {
	readonly level: SettingLevel;
	readonly entry: number;
	readonly written: FilteredValue;
	/** The entry with its numbers read; throws where they are none. */
	numeric(): FilteredValue<number>;
}

function findEntry(
	recipe: RecipeContent,
	name: string,
	place: ParameterPlace,
	rules: Rules,
): FoundEntry | null {
	for (const [level, parameters] of levelsOf(recipe, place)) {
		const setting = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
		if (setting === undefined) continue;
		checkForm(setting, name, rules);
		const entries = conditionalValues(setting);
		const index = entries.findIndex(({ filter }) => matches(filter, place.tensor));
		const written = entries[index];
		if (written === undefined || isEmpty(written.value, name, rules)) continue;
		return { level, entry: index, written, numeric: () => numericEntry(written, name) };
	}
	return null;
}

/** The settings that apply at a place, the most specific first. */
export function levelsOf(
	recipe: RecipeContent,
	place: Pick<ParameterPlace, 'module' | 'slice' | 'outsideSlice' | 'source'>,
): (readonly [SettingLevel, Parameters])[] {
	const module = modulesOf(recipe)[place.module ?? 0];
	const slice = module?.slices[place.slice];
	const sources = slice?.sources ?? module?.models ?? [];
	const source = place.source === undefined ? undefined : sources[place.source];
	const levels: (readonly [SettingLevel, Parameters])[] = [];
	if (source !== undefined) levels.push(['source', source.parameters]);
	if (slice !== undefined && place.outsideSlice !== true) levels.push(['slice', slice.parameters]);
	if (module !== undefined) levels.push(['module', module.parameters]);
	return [...levels, ['recipe', recipe.parameters]];
}

/** A setting as a list of conditional values: a value or gradient is one that matches everything. */
export function conditionalValues(setting: Setting): readonly FilteredValue[] {
	if (isLoneMapping(setting)) return [setting];
	return isFiltered(setting) ? setting : [{ filter: null, value: setting }];
}

/** As {@link conditionalValues}, with numbers; null where anything is none. */
export function numericValues(setting: Setting): readonly FilteredValue<number>[] | null {
	const entries = conditionalValues(setting).map(({ filter, value }) => {
		const read = readNumbers(value);
		return read === null ? null : { filter, value: read };
	});
	return entries.every((entry) => entry !== null) ? entries : null;
}

/** Whether a filter lets a tensor through: no filter and `*` let any. */
export function matches(filter: string | null, tensor: string): boolean {
	return filter === null || filter === '*' || tensor.includes(filter);
}

/**
 * A number as it is; a gradient v of m points at position τ: with s = τ(m − 1), i = ⌊s⌋,
 * j = min(m − 1, i + 1) and f = s − i, the value (1 − f) v_i + f v_j (mergekit.md §2.3).
 */
export function valueAt(value: number | readonly number[], position: number): number {
	if (typeof value === 'number') return value;
	const s = position * (value.length - 1);
	const i = Math.floor(s);
	const j = Math.min(value.length - 1, i + 1);
	const f = s - i;
	return (1 - f) * (value[i] ?? NaN) + f * (value[j] ?? NaN);
}

/** The position of layer `index` of a run of `layers`: from 0 to 1, and 1 for a run of one layer. */
export function layerPosition(index: number, layers: number): number {
	return layers === 1 ? 1 : index / (layers - 1);
}

/** mergekit before 0.1.5 reads `{filter, value}` without a list and then fails when it is asked for it. */
function checkForm(setting: Setting, name: string, rules: Rules): void {
	if (rules?.loneMapping !== false || !isLoneMapping(setting)) return;
	throw new RemeltError(
		'recipe-invalid',
		`The recipe gives ${name} as a single mapping, which mergekit takes since 0.1.5 only.`,
		{
			hint: 'Write it as a list, with a dash before filter or value, or run it as 0.1.5.',
			details: { parameter: name },
		},
	);
}

/** Whether a value is an empty list: no value since 0.1.5, refused before. */
function isEmpty(value: FilteredValue['value'], name: string, rules: Rules): boolean {
	if (isScalar(value) || value.length > 0) return false;
	if (rules?.loneMapping !== false) return true;
	throw new RemeltError(
		'recipe-invalid',
		`The recipe gives ${name} an empty list, which mergekit takes since 0.1.5 only.`,
		{
			hint: 'Give the list at least one number, or remove the parameter.',
			details: { parameter: name },
		},
	);
}

function numericEntry({ filter, value }: FilteredValue, name: string): FilteredValue<number> {
	const read = readNumbers(value);
	if (read !== null) return { filter, value: read };
	const wrong = isScalar(value) ? value : value.find((part) => coerceNumber(part) === null);
	throw notA('a number', name, wrong ?? '', 'Give it a number or a list of numbers.');
}

function readNumbers(value: FilteredValue['value']): number | readonly number[] | null {
	if (isScalar(value)) return coerceNumber(value);
	const points = value.map(coerceNumber);
	return points.every((point) => point !== null) ? points : null;
}

function isScalar(value: Scalar | readonly Scalar[]): value is Scalar {
	return typeof value !== 'object';
}

function notA(wanted: string, name: string, written: Scalar, hint: string): RemeltError {
	return new RemeltError(
		'recipe-invalid',
		`The recipe gives ${name} the value ${String(written)}, which is not ${wanted}.`,
		{ hint, details: { parameter: name } },
	);
}
