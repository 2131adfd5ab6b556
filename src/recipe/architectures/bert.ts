import { inLayer, oneModule, tiedHead, weight, withBias } from './build.ts';
import type { Architecture, WeightTemplate } from './types.ts';

/** Old checkpoints call a norm's weight gamma and its bias beta. */
const OLD_NAMES = [
	['LayerNorm.weight', 'LayerNorm.gamma'],
	['LayerNorm.bias', 'LayerNorm.beta'],
] as const;

const EMBEDDINGS = [
	weight('embeddings.word_embeddings.weight', { embedding: true }),
	weight('embeddings.position_embeddings.weight'),
	weight('embeddings.token_type_embeddings.weight'),
	...withBias(['embeddings.LayerNorm']).map((name) => weight(name)),
	weight('embeddings.position_ids', { optional: true }),
];

const LAYER = inLayer(
	withBias([
		'attention.self.query',
		'attention.self.key',
		'attention.self.value',
		'attention.output.dense',
		'attention.output.LayerNorm',
		'intermediate.dense',
		'output.dense',
		'output.LayerNorm',
	]),
	{},
	'encoder.layer',
);

const POOLER = withBias(['pooler.dense']);

/** A template under its prefix, with the old names, and the names under the other prefixes, as aliases. */
function named(
	template: WeightTemplate,
	prefix: string,
	others: readonly string[] = [],
): WeightTemplate {
	const old = OLD_NAMES.find(([name]) => template.name.endsWith(name));
	const names = [template.name, ...(old ? [template.name.replace(old[0], old[1])] : [])];
	const [name = '', ...aliases] = [prefix, ...others].flatMap((start) =>
		names.map((rest) => start + rest),
	);
	return { ...template, name, aliases };
}

/** The encoder under a prefix, and what a class has on top of it. */
function bert(
	name: string,
	prefix: string,
	others: readonly string[],
	post: readonly WeightTemplate[],
): Architecture {
	const under = (template: WeightTemplate): WeightTemplate => named(template, prefix, others);
	const weights = { pre: EMBEDDINGS.map(under), layer: LAYER.map(under), post };
	return oneModule(name, weights, { tiedByDefault: true });
}

const OPTIONAL_POOLER = POOLER.map((name) => weight(`bert.${name}`, { optional: true }));

const CLASSIFIER = [...OPTIONAL_POOLER, weight('classifier.weight'), weight('classifier.bias')];

/** The encoder alone; some checkpoints have it with the prefix that it has inside of other classes. */
export const bertModel = bert(
	'BertModel',
	'',
	['bert.'],
	POOLER.map((name) => named(weight(name, { optional: true }), '', ['bert.'])),
);

export const bertMaskedLM = bert(
	'BertForMaskedLM',
	'bert.',
	[],
	[
		...OPTIONAL_POOLER,
		...withBias(['cls.predictions.transform.dense', 'cls.predictions.transform.LayerNorm'])
			.map((name) => weight(name, { optional: true }))
			.map((template) => named(template, '')),
		weight('cls.predictions.bias'),
		tiedHead('cls.predictions.decoder.weight', 'bert.embeddings.word_embeddings.weight'),
		weight('cls.predictions.decoder.bias', { optional: true, tied: ['cls.predictions.bias'] }),
	],
);

export const bertClassifier = bert('BertForSequenceClassification', 'bert.', [], CLASSIFIER);
