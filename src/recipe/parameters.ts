import { RemeltError } from '../errors/index.ts';
import { coerceNumber } from './numbers.ts';
import { isFiltered } from './settings.ts';
import type { FilteredValue, ParameterPlace, Parameters, RecipeContent, Setting } from './types.ts';

/** Where a parameter's value was found. */
export interface ResolvedParameter {
	readonly value: number;
	/** The filter of the entry that matched; null for an entry without one, and for plain settings. */
	readonly filter: string | null;
	readonly level: 'source' | 'slice' | 'recipe';
	/** Index of that entry in the level's list of conditional values. */
	readonly entry: number;
	/** The control points that the value was interpolated from; one for a plain number. */
	readonly points: readonly number[];
}

/**
 * A parameter's value at a place, as mergekit resolves it: the first of source, slice and recipe
 * that has a value for the tensor's name (mergekit.md §2.3, §2.4).
 * @returns null where no level has one
 * @throws `recipe-invalid` for a setting that is no number
 */
export function resolveParameter(
	recipe: RecipeContent,
	name: string,
	place: ParameterPlace,
): number | null {
	return findParameter(recipe, name, place)?.value ?? null;
}

/** As {@link resolveParameter}, with where the value comes from. */
export function findParameter(
	recipe: RecipeContent,
	name: string,
	place: ParameterPlace,
): ResolvedParameter | null {
	for (const [level, parameters] of levelsOf(recipe, place)) {
		const setting = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
		if (setting === undefined) continue;
		const entries = entriesOf(setting, name);
		const index = entries.findIndex(({ filter }) => matches(filter, place.tensor));
		const entry = entries[index];
		if (entry === undefined) continue;
		const { filter, value } = entry;
		const points = typeof value === 'number' ? [value] : value;
		return { value: valueAt(value, place.position), filter, level, entry: index, points };
	}
	return null;
}

/** The settings that apply at a place, the most specific first. */
export function levelsOf(
	recipe: RecipeContent,
	place: Pick<ParameterPlace, 'slice' | 'source'>,
): (readonly [ResolvedParameter['level'], Parameters])[] {
	const slice = recipe.slices[place.slice];
	const sources = slice?.sources ?? recipe.models;
	const source = place.source === undefined ? undefined : sources[place.source];
	const levels: (readonly [ResolvedParameter['level'], Parameters])[] = [];
	if (source !== undefined) levels.push(['source', source.parameters]);
	if (slice !== undefined) levels.push(['slice', slice.parameters]);
	return [...levels, ['recipe', recipe.parameters]];
}

/** A setting as a list of conditional values: a number or gradient is one that matches everything. */
export function entriesOf(
	setting: Setting | boolean | string,
	name = '',
): readonly FilteredValue[] {
	if (isFiltered(setting)) return setting;
	if (isGradient(setting)) return [{ filter: null, value: setting }];
	const value = coerceNumber(setting);
	if (value === null)
		throw new RemeltError(
			'recipe-invalid',
			`The recipe gives ${name} the value ${String(setting)}, which is no number.`,
			{ hint: 'Give it a number or a list of numbers.', details: { parameter: name } },
		);
	return [{ filter: null, value }];
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

function isGradient(setting: Setting | boolean | string): setting is readonly number[] {
	return Array.isArray(setting) && setting.every((part) => typeof part === 'number');
}
