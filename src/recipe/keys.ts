import type { Finding } from '../errors/index.ts';
import { LEVELS, type Child, type Level } from './levels.ts';
import { PARAMETER_NAMES, parametersOf, scopeOf } from './methodParameters.ts';
import { coerceFlag, coerceNumber } from './numbers.ts';
import { nearestName, placeAt } from './text.ts';
import { tokenOf } from './tokenizerSchema.ts';
import type { YamlEntry, YamlNode } from './yaml.ts';

type YamlScalar = Extract<YamlNode, { kind: 'scalar' }>;
type Unplaced = Omit<Finding, 'line' | 'column'>;

/**
 * Finds keys that mergekit would drop or overwrite without a word.
 * @param alone whether the recipe is the only one of its text
 */
export function keyFindings(text: string, root: YamlNode, alone: boolean): Finding[] {
	const findings: Finding[] = [];
	const report = (finding: Unplaced | null, at: { readonly offset: number }): void => {
		if (finding !== null) findings.push({ ...finding, ...placeAt(text, at.offset) });
	};
	const written = valueAt(root, 'merge_method');
	const method = written?.kind === 'scalar' ? written.text : null;
	const walk = (node: YamlNode, level: Level): void => {
		for (const entry of duplicates(node)) report(duplicate(entry), entry);
		for (const entry of entriesOf(node)) {
			const known = LEVELS[level].keys.includes(entry.key);
			if (!known) report(unknownKey(entry, level), entry);
			else if (entry.key === 'parameters') walkParameters(entry.value, level);
			else report(unusedKey(entry, alone), entry);
		}
		for (const child of LEVELS[level].children) walkChild(valueAt(node, child.key), child);
	};
	const walkChild = (node: YamlNode | null, child: Child): void => {
		if (node === null) return;
		const level = child.level === 'tokenSource' ? tokenSourceLevel(node) : child.level;
		if (child.in === 'place') walk(node, level);
		else if (child.in === 'list') for (const item of itemsOf(node)) walk(item, level);
		else {
			for (const entry of duplicates(node)) report(duplicate(entry), entry);
			for (const { value } of entriesOf(node)) walk(value, level);
		}
	};
	const walkParameters = (node: YamlNode, level: Level): void => {
		for (const entry of duplicates(node)) report(duplicate(entry), entry);
		for (const entry of entriesOf(node)) {
			report(parameterFinding(entry, level, method), entry);
			for (const value of [entry.value, ...itemsOf(entry.value)])
				if (value.kind === 'map') walk(value, 'value');
			if (PARAMETER_NAMES.includes(entry.key))
				for (const scalar of scalarsOf(entry.value))
					report(valueFinding(entry.key, scalar), scalar);
		}
	};
	walk(root, 'recipe');
	return findings;
}

/** mergekit takes a mapping that is no source of its own kind for a model reference. */
function tokenSourceLevel(node: YamlNode): Level {
	const kind = valueAt(node, 'kind');
	if (kind?.kind !== 'scalar') return 'reference';
	if (kind.value === 'zero') return 'tokenSource';
	const scalars = entriesOf(node).map(({ key, value }) => [
		key,
		value.kind === 'scalar' ? value.value : null,
	]);
	const token = tokenOf(Object.fromEntries(scalars) as Readonly<Record<string, unknown>>);
	return kind.value === 'model_token' && token !== null ? 'tokenSource' : 'reference';
}

function entriesOf(node: YamlNode): readonly YamlEntry[] {
	return node.kind === 'map' ? node.entries : [];
}

function itemsOf(node: YamlNode): readonly YamlNode[] {
	return node.kind === 'list' ? node.items : [];
}

function valueAt(node: YamlNode, key: string): YamlNode | null {
	return entriesOf(node).findLast((entry) => entry.key === key)?.value ?? null;
}

/** The later of two entries with the same key. */
function duplicates(node: YamlNode): readonly YamlEntry[] {
	const entries = entriesOf(node);
	return entries.filter(
		({ key }, index) => entries.findIndex((other) => other.key === key) !== index,
	);
}

function duplicate(entry: YamlEntry): Unplaced {
	return {
		code: 'recipe-key-duplicate',
		severity: 'warning',
		message: `The key ${entry.key} stands here for a second time; mergekit takes the last one.`,
		hint: 'Remove one of them.',
		details: { key: entry.key },
	};
}

const UNUSED: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
	residual_weight: {
		message: 'mergekit reads residual_weight and never uses it.',
		hint: 'It can be removed.',
	},
	chat_template: {
		message: 'chat_template has no effect on weights, and Remelt writes no tokenizer.',
		hint: 'Add the template to the tokenizer by hand.',
	},
	name: {
		message: 'A name is read among several recipes only; mergekit ignores it here without a word.',
		hint: 'It can be removed.',
	},
};

function unusedKey({ key }: YamlEntry, alone: boolean): Unplaced | null {
	const unused = Object.hasOwn(UNUSED, key) ? UNUSED[key] : undefined;
	if (unused === undefined || (key === 'name' && !alone)) return null;
	return { code: 'recipe-key-unused', severity: 'note', ...unused, details: { key } };
}

function unknownKey({ key }: YamlEntry, level: Level): Unplaced {
	const { where, keys } = LEVELS[level];
	const home = homeOf(key, level);
	if (home !== null)
		return {
			code: 'recipe-key-misplaced',
			severity: 'warning',
			message: `${key} means nothing ${where}; mergekit ignores it there without a word.`,
			hint: `It belongs ${home}.`,
			details: { key },
		};
	const nearest = nearestName(key, keys);
	return {
		code: 'recipe-key-unknown',
		severity: 'warning',
		message: `mergekit knows no key ${key} ${where} and ignores it without a word.`,
		hint: nearest === null ? 'Remove it, or check its spelling.' : `Is ${nearest} meant?`,
		details: { key, nearest },
	};
}

/** The levels that a misplaced key is looked for in, the likeliest first. */
const HOMES: readonly Level[] = [
	'recipe',
	'slice',
	'source',
	'model',
	'tokenizer',
	'token',
	'tokenSource',
];

/** Where a key that is unknown at one level would be read, in words; null where nowhere. */
function homeOf(key: string, level: Level): string | null {
	if (PARAMETER_NAMES.includes(key)) return 'under parameters';
	const home = HOMES.find((other) => other !== level && LEVELS[other].keys.includes(key));
	return home === undefined ? null : LEVELS[home].where;
}

/** Every value of a setting, those under conditions with them. */
function scalarsOf(node: YamlNode): readonly YamlScalar[] {
	if (node.kind === 'scalar') return [node];
	if (node.kind === 'list') return node.items.flatMap(scalarsOf);
	const value = valueAt(node, 'value');
	return value === null ? [] : scalarsOf(value);
}

function valueFinding(key: string, { value, text }: YamlScalar): Unplaced | null {
	if (coerceNumber(value) !== null || coerceFlag(value) !== null) return null;
	return {
		code: 'recipe-value-no-number',
		severity: 'warning',
		message: `${key} is ${text} here, which is neither a finite number nor true or false.`,
		hint: 'Give it a number; a merge that asks for this value is refused.',
		details: { key, value: text },
	};
}

function parameterFinding(
	{ key }: YamlEntry,
	level: Level,
	method: string | null,
): Unplaced | null {
	if (!PARAMETER_NAMES.includes(key)) {
		const nearest = nearestName(key, PARAMETER_NAMES);
		return {
			code: 'recipe-parameter-unknown',
			severity: 'warning',
			message: `No merge method of mergekit reads a parameter ${key}.`,
			hint: nearest === null ? 'Remove it, or check its spelling.' : `Is ${nearest} meant?`,
			details: { key, nearest },
		};
	}
	const scope = scopeOf(key, method);
	if (scope === null) {
		const read = Object.keys(parametersOf(method) ?? {});
		return {
			code: 'recipe-parameter-unused',
			severity: 'note',
			message: `${method ?? ''} reads no parameter ${key}; mergekit ignores it without a word.`,
			hint: `It reads ${read.length === 0 ? 'none' : read.join(', ')}.`,
			details: { key, method },
		};
	}
	if (scope !== 'tensor' || (level !== 'model' && level !== 'source')) return null;
	return {
		code: 'recipe-parameter-ignored',
		severity: 'warning',
		message: `mergekit reads ${key} once for all models, so that here, under one model, it has no effect.`,
		hint: 'Put it under the parameters of the whole recipe or of the slice.',
		details: { key },
	};
}
