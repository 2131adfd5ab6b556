import type { Architecture, ArchitectureModule, WeightTemplate } from './types.ts';

/** What stands for a layer's number in names of templates. */
export const LAYER = '${layer_index}';

/** What stands for an expert's number. */
export const EXPERT = '${expert_index}';

/** The embedding of Llama and of what is built like it. */
export const EMBEDDING = 'model.embed_tokens.weight';

/** A weight with no peculiarities, but for those given. */
export function weight(name: string, peculiar: Partial<WeightTemplate> = {}): WeightTemplate {
	return { name, embedding: false, optional: false, aliases: [], tied: [], ...peculiar };
}

/** The weights of one layer, `names` given without the layer's prefix. */
export function inLayer(
	names: readonly string[],
	peculiar?: Partial<WeightTemplate>,
	prefix = 'model.layers',
): WeightTemplate[] {
	return names.map((name) => weight(`${prefix}.${LAYER}.${name}`, peculiar));
}

/** Linear layers and norms that have both a weight and a bias. */
export function withBias(names: readonly string[]): string[] {
	return names.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
}

/** A head that may be the embedding. */
export function tiedHead(
	name = 'lm_head.weight',
	...embeddings: readonly string[]
): WeightTemplate {
	const tied = embeddings.length > 0 ? embeddings : [EMBEDDING];
	return weight(name, { embedding: true, optional: true, tied });
}

/** The weights of a module. */
export type Weights = Pick<ArchitectureModule, 'pre' | 'layer' | 'post'> &
	Partial<Pick<ArchitectureModule, 'layersKey' | 'formerly'>>;

/** An architecture with one module, Llama's way of counting where nothing else is said. */
export function oneModule(
	name: string,
	weights: Weights,
	peculiar: Partial<Architecture> = {},
): Architecture {
	const { layersKey = 'num_hidden_layers', formerly = null, ...templates } = weights;
	return {
		name,
		layout: '',
		modules: [{ name: 'default', layersKey, formerly, ...templates }],
		vocabularyKey: 'vocab_size',
		tiedByDefault: false,
		expertsKeys: [],
		inferred: false,
		...peculiar,
	};
}

/** The same weights under the name of another class. */
export function sameAs(
	architecture: Architecture,
	name: string,
	peculiar: Partial<Architecture> = {},
): Architecture {
	return { ...architecture, name, ...peculiar };
}
