import { LAYER, weight } from './build.ts';
import { configCount, configValue, readConfig } from './config.ts';
import type {
	Architecture,
	ArchitectureFacts,
	ArchitectureModule,
	WeightTemplate,
} from './types.ts';

/** What embeddings and heads are called: tensors whose rows are vocabulary entries. */
const INPUT_EMBEDDING =
	/(?:^|\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared|token_embedding)\.weight$/;
const HEAD = /(?:^|\.)(?:lm_head|embed_out|output)\.weight$/;

/** Keys that configs count layers under, for modules whose prefix matches; the first that is right counts. */
const LAYER_KEYS: readonly (readonly [prefix: RegExp, keys: readonly string[]])[] = [
	[/vision|visual/, ['vision_config.num_hidden_layers', 'vision_config.depth']],
	[/audio/, ['audio_config.num_hidden_layers', 'audio_config.encoder_layers']],
	[/decoder/, ['num_decoder_layers', 'decoder_layers']],
	[/encoder/, ['num_layers', 'encoder_layers', 'num_hidden_layers']],
	[
		/^(?!.*(?:vision|visual|audio))/,
		[
			'num_hidden_layers',
			'n_layer',
			'n_layers',
			'num_layers',
			'text_config.num_hidden_layers',
			'llm_config.num_hidden_layers',
		],
	],
];

const VOCABULARY_KEYS = ['vocab_size', 'text_config.vocab_size', 'llm_config.vocab_size'];

/** Tensors that have a layer's number after the same prefix. */
interface Group {
	readonly prefix: string;
	/** Template -> how many layers of all models have it. */
	readonly templates: Map<string, number>;
	/** Layers of each model: one more than the largest number. */
	readonly layers: number[];
}

/**
 * An architecture told from the headers of all models: what stands before the first number in a
 * tensor's name is a module, if there are several of them, and what follows the number a template,
 * optional unless all layers of all models have it. Tensors without a number come before the layers.
 * Layers are counted by a key of `config.json` only where one that is known has the right number in
 * all models (mergekit.md §4).
 */
export function inferArchitecture(
	name: string,
	models: readonly ArchitectureFacts[],
): Architecture {
	const configs = models.map(({ config }) => readConfig(config));
	const loose = new Map<string, number>();
	const groups = groupNames(models, loose);
	const shapes = (tensor: string): readonly number[] =>
		models.find(({ tensors }) => tensors.has(tensor))?.tensors.get(tensor)?.shape ?? [];
	const pre = [...loose]
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([tensor, count]) =>
			looseWeight(tensor, count < models.length, shapes(tensor), [...loose.keys()]),
		);
	const [only, another] = groups;
	const modules = groups.map((group) => toModule(group, configs));
	const single = only !== undefined && another === undefined;
	return {
		name,
		layout: '',
		modules: single
			? modules.map((module) => ({ ...module, name: 'default', pre }))
			: [{ ...NO_LAYERS, pre }, ...distinctKeys(modules)].filter(hasWeights),
		vocabularyKey: VOCABULARY_KEYS.find((key) => has(configs, key)) ?? 'vocab_size',
		tiedByDefault: null,
		expertsKeys: [],
		inferred: true,
	};
}

const NO_LAYERS: ArchitectureModule = {
	name: 'default',
	layersKey: null,
	pre: [],
	layer: [],
	post: [],
	formerly: null,
};

function hasWeights({ pre, layer }: ArchitectureModule): boolean {
	return pre.length + layer.length > 0;
}

function groupNames(
	models: readonly ArchitectureFacts[],
	loose: Map<string, number>,
): readonly Group[] {
	const groups = new Map<string, Group>();
	models.forEach(({ tensors }, model) => {
		for (const tensor of tensors.keys()) {
			const match = /^(.*?)\.(\d+)\.(.+)$/.exec(tensor);
			if (match === null) {
				loose.set(tensor, (loose.get(tensor) ?? 0) + 1);
				continue;
			}
			const [, prefix = '', layer = '', rest = ''] = match;
			const group = groups.get(prefix) ?? {
				prefix,
				templates: new Map<string, number>(),
				layers: models.map(() => 0),
			};
			groups.set(prefix, group);
			const template = `${prefix}.${LAYER}.${rest}`;
			group.templates.set(template, (group.templates.get(template) ?? 0) + 1);
			group.layers[model] = Math.max(group.layers[model] ?? 0, Number(layer) + 1);
		}
	});
	return [...groups.values()].toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

function toModule(group: Group, configs: readonly unknown[]): ArchitectureModule {
	const { prefix, templates, layers } = group;
	const all = layers.reduce((sum, count) => sum + count, 0);
	const layer = [...templates]
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, count]) => weight(name, { optional: count < all }));
	const counts = (key: string): boolean =>
		configs.every((config, model) => configCount(config, key) === layers[model]);
	const keys = LAYER_KEYS.filter(([pattern]) => pattern.test(prefix)).flatMap(([, known]) => known);
	const layersKey = keys.find(counts) ?? null;
	return { ...NO_LAYERS, name: prefix, layersKey, layer };
}

/** No key may count the layers of two modules: an edit for one would change the other. */
function distinctKeys(modules: readonly ArchitectureModule[]): ArchitectureModule[] {
	return modules.map((module) => {
		const shared = modules.filter(({ layersKey }) => layersKey === module.layersKey).length > 1;
		return shared ? { ...module, layersKey: null } : module;
	});
}

function looseWeight(
	name: string,
	missing: boolean,
	shape: readonly number[],
	others: readonly string[],
): WeightTemplate {
	const matrix = shape.length === 2;
	if (!matrix || !HEAD.test(name))
		return weight(name, { optional: missing, embedding: matrix && INPUT_EMBEDDING.test(name) });
	const tied = others.filter((other) => INPUT_EMBEDDING.test(other));
	return weight(name, { optional: missing || tied.length > 0, embedding: true, tied });
}

function has(configs: readonly unknown[], key: string): boolean {
	return configs.every((config) => configValue(config, key) !== undefined);
}
