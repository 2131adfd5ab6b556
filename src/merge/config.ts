import type { Finding } from '../errors/index.ts';
import { configValue, readConfig, type Recipe } from '../recipe/index.ts';
import type { FloatDtype } from '../tensors/index.ts';
import { layerEdits } from './configLayers.ts';
import type { OutputWeight } from './inputs.ts';
import { setJsonValue } from './jsonEdit.ts';
import type { PlanSources } from './sources.ts';

/** What `config.json` calls the dtypes. */
export const TORCH_NAMES: Readonly<Record<FloatDtype, string>> = {
	BF16: 'bfloat16',
	F16: 'float16',
	F32: 'float32',
};

/** One value of `config.json` that the merge changes. */
export interface ConfigEdit {
	readonly path: readonly string[];
	readonly value: unknown;
}

/** What a part of `config.json` comes to. */
export interface ConfigEdits {
	readonly edits: readonly ConfigEdit[];
	readonly findings: readonly Finding[];
}

/**
 * The merged model's `config.json`: the donor's bytes, with what the merge changes in it: layers and
 * lists of them, the size of a vocabulary that was cut, whether the head is the embedding, the dtype.
 */
export function editConfig(
	recipe: Recipe,
	sources: PlanSources,
	weights: readonly OutputWeight[] = [],
): { readonly text: string; readonly findings: readonly Finding[] } {
	const { config } = sources.donor.headers;
	const parts = [
		...sources.modules.map((module) => layerEdits(module, config)),
		vocabularyEdits(sources, weights),
		tiedEdits(sources, weights),
		{ edits: dtypeEdits(recipe, config), findings: [] },
	];
	const edits = parts.flatMap((part) => part.edits);
	return {
		text: edits.reduce((text, { path, value }) => setJsonValue(text, path, value), config),
		findings: parts.flatMap(({ findings }) => findings),
	};
}

/** A vocabulary that was cut has its size corrected; mergekit leaves the donor's (mergekit.md §0.7). */
function vocabularyEdits(sources: PlanSources, weights: readonly OutputWeight[]): ConfigEdits {
	const { crop, name } = weights.find((weight) => weight.crop !== null) ?? {};
	if (crop == null || name === undefined) return { edits: [], findings: [] };
	const key = sources.architecture.vocabularyKey;
	const { config } = sources.donor.headers;
	const before = configValue(readConfig(config), key);
	const cut = crop.models.map(({ model, rows }) => `${model} (${rows})`).join(', ');
	const finding: Finding = {
		code: 'vocabulary-cropped',
		severity: 'warning',
		message: `The models have vocabularies of different sizes; the first ${crop.rows} entries are kept of ${cut}.`,
		hint: 'Check that the models give these entries the same meaning, and that the tokenizer needs no others.',
		details: {
			tensor: name,
			rows: crop.rows,
			key,
			before: typeof before === 'number' ? before : null,
		},
	};
	const edits = before === crop.rows ? [] : [{ path: key.split('.'), value: crop.rows }];
	return { edits, findings: [finding] };
}

/** `tie_word_embeddings` as the written tensors have it: a head of its own, or none. */
function tiedEdits(
	{ architecture, modules, donor }: PlanSources,
	weights: readonly OutputWeight[],
): ConfigEdits {
	const none: ConfigEdits = { edits: [], findings: [] };
	const head = modules
		.flatMap((module) => [...module.architecture.pre, ...module.architecture.post])
		.find(({ embedding, tied }) => embedding && tied.length > 0);
	if (head === undefined || weights.length === 0) return none;
	const config = readConfig(donor.headers.config);
	const holders = [[], ['text_config']].map((path) => [...path, 'tie_word_embeddings']);
	const said = holders.filter((path) => typeof configValue(config, path.join('.')) === 'boolean');
	const [outer] = said;
	const says = outer ? configValue(config, outer.join('.')) : architecture.tiedByDefault;
	const tied = !weights.some(({ name }) => name === head.name);
	if (typeof says !== 'boolean' || says === tied) return none;
	const paths = said.length > 0 ? said : [['tie_word_embeddings']];
	return {
		edits: paths.map((path) => ({ path, value: tied })),
		findings: [tiedFinding(head.name, tied, donor.model)],
	};
}

function tiedFinding(tensor: string, tied: boolean, donor: string): Finding {
	return {
		code: 'head-tied',
		severity: 'note',
		message: tied
			? `The merge has no ${tensor}, so its config.json says that the head is the embedding; that of ${donor} says it is not.`
			: `The merge has a ${tensor} of its own, so its config.json says so; that of ${donor} says that the head is the embedding.`,
		hint: 'mergekit leaves the setting as it was, and a loaded model then has another head than the merge made.',
		details: { tensor, tied, model: donor },
	};
}

/** The recipe's dtype, wherever the config names one. */
function dtypeEdits({ outDtype, dtype }: Recipe, text: string): ConfigEdit[] {
	const written = outDtype ?? dtype;
	if (written === null) return [];
	const config = readConfig(text);
	const keys = ['torch_dtype', 'dtype'];
	const own = keys.filter((key) => Object.hasOwn(config, key)).map((key) => [key]);
	// A config without either key is given the one that every release of transformers reads.
	const paths = own.length > 0 ? own : [['torch_dtype']];
	const nested = Object.keys(config)
		.filter((key) => key.endsWith('_config') && key !== 'quantization_config')
		.flatMap((key) => keys.map((name) => [key, name]))
		.filter((path) => typeof configValue(config, path.join('.')) === 'string');
	return [...paths, ...nested].map((path) => ({ path, value: TORCH_NAMES[written] }));
}
