import type { Finding } from '../errors/index.ts';
import {
	filteredValueSchema,
	modelSchema,
	recipeSchema,
	sliceSchema,
	sourceSchema,
} from './schema.ts';
import { nearestName, placeAt } from './text.ts';
import type { YamlEntry, YamlNode } from './yaml.ts';

type Scope = 'tensor' | 'model' | 'either';

/**
 * Every parameter that a merge method of mergekit reads, and where it looks (mergekit.md §1.1): for
 * the whole tensor, or for each model too.
 */
const PARAMETERS: Readonly<Record<string, Scope>> = {
	weight: 'model',
	density: 'model',
	gamma: 'model',
	scale: 'model',
	// of each model in della, of the tensor in ram
	epsilon: 'either',
	t: 'tensor',
	normalize: 'tensor',
	rescale: 'tensor',
	lambda: 'tensor',
	int8_mask: 'tensor',
	nuslerp_row_wise: 'tensor',
	nuslerp_flatten: 'tensor',
	normalize_weights: 'tensor',
	eps: 'tensor',
	max_iter: 'tensor',
	tol: 'tensor',
	select_topk: 'tensor',
	r: 'tensor',
	alpha: 'tensor',
	filter_wise: 'tensor',
};

/** Keys that mergekit knows and Remelt does not read yet; refused where a recipe gives them. */
export const UNSUPPORTED_KEYS: Readonly<Record<string, string>> = {
	modules: 'a recipe with modules',
	tokenizer: 'a tokenizer block',
	tokenizer_source: 'tokenizer_source',
};

/** Levels of a recipe, each with the keys it takes. */
const LEVELS = {
	recipe: Object.keys(recipeSchema.shape),
	model: Object.keys(modelSchema.shape),
	slice: Object.keys(sliceSchema.shape),
	source: Object.keys(sourceSchema.shape),
	value: Object.keys(filteredValueSchema.shape),
} as const;

type Level = keyof typeof LEVELS;

const LEVEL_NAMES: Readonly<Record<Level, string>> = {
	recipe: 'at the top',
	model: 'in an entry of models',
	slice: 'in a slice',
	source: 'in a source of a slice',
	value: 'beside filter and value',
};

/** Finds keys that mergekit would drop or overwrite without a word. */
export function keyFindings(text: string, root: YamlNode): Finding[] {
	const findings: Finding[] = [];
	const report = (finding: Omit<Finding, 'line' | 'column'>, entry: YamlEntry): void => {
		findings.push({ ...finding, ...placeAt(text, entry.offset) });
	};
	const walk = (node: YamlNode | null, level: Level): void => {
		for (const entry of duplicates(node)) report(duplicate(entry), entry);
		for (const entry of entriesOf(node)) {
			const known: readonly string[] = LEVELS[level];
			if (entry.key === 'parameters' && level !== 'value') {
				walkParameters(entry.value, level);
			} else if (
				known.includes(entry.key) ||
				(level === 'recipe' && entry.key in UNSUPPORTED_KEYS)
			) {
				if (entry.key === 'residual_weight' || entry.key === 'chat_template')
					report(unused(entry), entry);
			} else report(unknownKey(entry, level), entry);
		}
		for (const [key, next] of CHILDREN[level])
			for (const item of listAt(node, key)) walk(item, next);
	};
	const walkParameters = (node: YamlNode, level: Level): void => {
		for (const entry of duplicates(node)) report(duplicate(entry), entry);
		for (const entry of entriesOf(node)) {
			const finding = parameterFinding(entry, level);
			if (finding !== null) report(finding, entry);
			if (entry.value.kind === 'list') for (const item of entry.value.items) walk(item, 'value');
		}
	};
	walk(root, 'recipe');
	return findings;
}

const CHILDREN: Readonly<Record<Level, readonly (readonly [string, Level])[]>> = {
	recipe: [
		['models', 'model'],
		['slices', 'slice'],
	],
	model: [],
	slice: [['sources', 'source']],
	source: [],
	value: [],
};

function entriesOf(node: YamlNode | null): readonly YamlEntry[] {
	return node?.kind === 'map' ? node.entries : [];
}

function listAt(node: YamlNode | null, key: string): readonly YamlNode[] {
	const value = entriesOf(node).findLast((entry) => entry.key === key)?.value;
	return value?.kind === 'list' ? value.items : [];
}

/** The later of two entries with the same key. */
function duplicates(node: YamlNode | null): readonly YamlEntry[] {
	const entries = entriesOf(node);
	return entries.filter(
		({ key }, index) => entries.findIndex((other) => other.key === key) !== index,
	);
}

function duplicate(entry: YamlEntry): Finding {
	return {
		code: 'recipe-key-duplicate',
		severity: 'warning',
		message: `The key ${entry.key} stands here for a second time; mergekit takes the last one.`,
		hint: 'Remove one of them.',
		details: { key: entry.key },
	};
}

function unused({ key }: YamlEntry): Finding {
	const template = key === 'chat_template';
	return {
		code: 'recipe-key-unused',
		severity: 'note',
		message: template
			? 'chat_template has no effect on weights, and Remelt writes no tokenizer.'
			: `mergekit reads ${key} and never uses it.`,
		hint: template ? 'Add the template to the tokenizer by hand.' : 'It can be removed.',
		details: { key },
	};
}

function unknownKey({ key }: YamlEntry, level: Level): Finding {
	const where = LEVEL_NAMES[level];
	const home = homeOf(key, level);
	if (home !== null)
		return {
			code: 'recipe-key-misplaced',
			severity: 'warning',
			message: `${key} means nothing ${where}; mergekit ignores it there without a word.`,
			hint: `It belongs ${home}.`,
			details: { key },
		};
	const nearest = nearestName(key, LEVELS[level]);
	return {
		code: 'recipe-key-unknown',
		severity: 'warning',
		message: `mergekit knows no key ${key} ${where} and ignores it without a word.`,
		hint: nearest === null ? 'Remove it, or check its spelling.' : `Is ${nearest} meant?`,
		details: { key, nearest },
	};
}

/** Where a key that is unknown at one level would be read, in words; null where nowhere. */
function homeOf(key: string, level: Level): string | null {
	if (Object.hasOwn(PARAMETERS, key)) return 'under parameters';
	const levels: Level[] = ['recipe', 'slice', 'source', 'model'];
	const home = levels.find((other) => other !== level && LEVELS[other].includes(key));
	return home === undefined ? null : LEVEL_NAMES[home];
}

function parameterFinding({ key }: YamlEntry, level: Level): Finding | null {
	const scope = Object.hasOwn(PARAMETERS, key) ? PARAMETERS[key] : undefined;
	if (scope === undefined) {
		const nearest = nearestName(key, Object.keys(PARAMETERS));
		return {
			code: 'recipe-parameter-unknown',
			severity: 'warning',
			message: `No merge method of mergekit reads a parameter ${key}.`,
			hint: nearest === null ? 'Remove it, or check its spelling.' : `Is ${nearest} meant?`,
			details: { key, nearest },
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
