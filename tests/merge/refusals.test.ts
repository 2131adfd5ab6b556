import { expect, it } from 'vitest';
import { planMerge } from '../../src/merge/index.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

const EMBEDDING = 'model.embed_tokens.weight';
const Q = 'model.layers.1.self_attn.q_proj.weight';

const SLERP = 'merge_method: slerp\nbase_model: a\nparameters: {t: 0.5}\n';
const BOTH = `models: [{model: a}, {model: b}]\n${SLERP}`;

interface Refusal {
	readonly what: string;
	readonly recipe: string;
	readonly models?: Readonly<Record<string, ModelFiles>>;
	readonly code: string;
	readonly details: Readonly<Record<string, unknown>>;
	/** What the message and the hint must name. */
	readonly says: readonly string[];
}

const REFUSALS: readonly Refusal[] = [
	{
		what: 'a method that does not exist',
		recipe: BOTH.replace('slerp', 'slurp'),
		code: 'method-unknown',
		details: { method: 'slurp' },
		says: ['slurp', 'passthrough, slerp'],
	},
	{
		what: 'a method that only mergekit has',
		recipe: BOTH.replace('slerp', 'karcher'),
		code: 'method-unsupported',
		details: { method: 'karcher' },
		says: ['karcher', 'passthrough, slerp'],
	},
	{
		what: 'slerp without a base model',
		recipe: BOTH.replace('base_model: a\n', ''),
		code: 'base-missing',
		details: { method: 'slerp' },
		says: ['base_model'],
	},
	{
		what: 'slerp in slices whose base is neither model',
		recipe: `slices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]}]\n${SLERP.replace('base_model: a', 'base_model: c')}`,
		models: { a: tinyModel('a'), b: tinyModel('b'), c: tinyModel('c') },
		code: 'base-missing',
		details: { base: 'c', slice: 0 },
		says: ['c', 'a, b'],
	},
	{
		what: 'slerp of two models with a third as base',
		recipe: BOTH.replace('base_model: a', 'base_model: c'),
		models: { a: tinyModel('a'), b: tinyModel('b'), c: tinyModel('c') },
		code: 'model-count',
		details: { count: 3, min: 1, max: 2 },
		says: ['a, b, c', 'The base_model c counts as one'],
	},
	{
		what: 'passthrough of two models at a time',
		recipe: 'models: [{model: a}, {model: b}]\nmerge_method: passthrough\n',
		code: 'model-count',
		details: { count: 2, max: 1 },
		says: ['Passthrough takes 1 model'],
	},
	{
		what: 'the same model twice in one slice',
		recipe:
			'slices: [{sources: [{model: a, layer_range: [0, 1]}, {model: a, layer_range: [1, 2]}]}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: 0.5}\n',
		code: 'model-count',
		details: { model: 'a' },
		says: ['twice in slice 1'],
	},
	{
		what: 't that no filter gives',
		recipe: BOTH.replace('{t: 0.5}', '{t: [{filter: mlp, value: 0.5}]}'),
		code: 'parameter-missing',
		details: { parameter: 't', tensor: EMBEDDING },
		says: ['t', EMBEDDING, 'without filter'],
	},
	{
		what: 't where slerp does not look for it',
		recipe: `models: [{model: a}, {model: b, parameters: {t: 0.5}}]\nmerge_method: slerp\nbase_model: a\n`,
		code: 'parameter-missing',
		details: { parameter: 't' },
		says: ['A t under a model is not read'],
	},
	{
		what: 'layers that a model does not have',
		recipe: 'slices: [{sources: [{model: a, layer_range: [1, 3]}]}]\nmerge_method: passthrough\n',
		code: 'layer-range',
		details: { slice: 0, model: 'a', start: 1, end: 3, layers: 2 },
		says: ['[1, 3]', '2 layers', '[0, 2]'],
	},
	{
		what: 'sources of different lengths',
		recipe: `slices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 1]}]}]\n${SLERP}`,
		code: 'layer-range',
		details: { model: 'b', start: 0, end: 1 },
		says: ['2 and 1 layers'],
	},
	{
		what: 'models of different depth',
		recipe: BOTH,
		models: { a: tinyModel('a'), b: tinyModel('b', { layers: 3 }) },
		code: 'layer-range',
		details: { model: 'b', layers: 3, other: 'a', otherLayers: 2 },
		says: ['b has 3 layers and a has 2'],
	},
	{
		what: 'a config.json that does not count layers',
		recipe: BOTH,
		models: { a: tinyModel('a', { config: { num_hidden_layers: 'many' } }), b: tinyModel('b') },
		code: 'layer-range',
		details: { model: 'a', key: 'num_hidden_layers' },
		says: ['num_hidden_layers'],
	},
	{
		what: 'models of different architectures',
		recipe: BOTH,
		models: { a: tinyModel('a'), b: tinyModel('b', { architecture: 'Qwen2ForCausalLM' }) },
		code: 'architecture-mismatch',
		details: { model: 'a', other: 'b', otherArchitecture: 'Qwen2ForCausalLM' },
		says: ['MistralForCausalLM', 'Qwen2ForCausalLM'],
	},
	{
		what: 'an architecture that is not known',
		recipe: BOTH,
		models: { a: tinyModel('a', { config: { architectures: ['Unknown'] } }), b: tinyModel('b') },
		code: 'architecture-unknown',
		details: { architecture: 'Unknown' },
		says: ['Unknown'],
	},
	{
		what: 'a model that nobody opened',
		recipe: BOTH,
		models: { a: tinyModel('a') },
		code: 'not-found',
		details: { model: 'b' },
		says: ['b'],
	},
	{
		what: 'a model without one of its tensors',
		recipe: BOTH,
		models: { a: tinyModel('a'), b: tinyModel('b', { without: [Q] }) },
		code: 'tensor-missing',
		details: { model: 'b', tensor: Q, revision: 'test' },
		says: ['b', Q],
	},
	{
		what: 'tensors of different shapes',
		recipe: BOTH,
		models: { a: tinyModel('a'), b: tinyModel('b', { shapes: { [Q]: [2, 4] } }) },
		code: 'shape-mismatch',
		details: { tensor: Q, model: 'a', shape: '8', other: 'b', otherShape: '2,4' },
		says: ['[8]', '[2, 4]', Q],
	},
	{
		what: 'vocabularies of different sizes',
		recipe: BOTH,
		models: { a: tinyModel('a'), b: tinyModel('b', { shapes: { [EMBEDDING]: [10] } }) },
		code: 'shape-mismatch',
		details: { tensor: EMBEDDING, shape: '8', otherShape: '10' },
		says: ['vocabularies'],
	},
	{
		what: 'weights that no kernel reads',
		recipe: BOTH,
		models: { a: tinyModel('a'), b: tinyModel('b', { dtypes: { [Q]: 'F8_E4M3' } }) },
		code: 'dtype-unsupported',
		details: { tensor: Q, model: 'b', dtype: 'F8_E4M3' },
		says: ['F8_E4M3', Q],
	},
	{
		what: 'models that are all quantised',
		recipe: BOTH,
		models: {
			a: tinyModel('a', { dtypes: { [Q]: 'F8_E4M3' } }),
			b: tinyModel('b', { dtypes: { [Q]: 'F8_E4M3' } }),
		},
		code: 'dtype-unsupported',
		details: { tensor: Q, model: 'a', dtype: 'F8_E4M3' },
		says: ['F8_E4M3', Q],
	},
	{
		what: 'a method on task vectors without a base',
		recipe: BOTH.replace('slerp', 'ties').replace('base_model: a\n', ''),
		code: 'base-missing',
		details: { method: 'ties' },
		says: ['base_model', 'tuned from'],
	},
	{
		what: 'task vectors of slices that do not list the base',
		recipe:
			'slices: [{sources: [{model: a, layer_range: [0, 2], parameters: {weight: 1}}]}]\nmerge_method: task_arithmetic\nbase_model: b\n',
		code: 'base-missing',
		details: { method: 'task_arithmetic', base: 'b' },
		says: ['slice 1', 'sources'],
	},
	{
		what: 'a weight that one of two models lacks',
		recipe: 'models: [{model: a, parameters: {weight: 1}}, {model: b}]\nmerge_method: linear\n',
		code: 'parameter-missing',
		details: { parameter: 'weight', model: 'b' },
		says: ['weight', 'of b'],
	},
	{
		what: 'a base of linear without a weight, which mergekit trips over',
		recipe: 'models: [{model: a, parameters: {weight: 1}}]\nmerge_method: linear\nbase_model: b\n',
		code: 'parameter-missing',
		details: { parameter: 'weight', model: 'b' },
		says: ['of b'],
	},
	{
		what: 'probabilities of della beyond 0 or 1',
		recipe:
			'models: [{model: b, parameters: {weight: 1, density: 0.9, epsilon: 0.2}}]\nmerge_method: della\nbase_model: a\n',
		code: 'parameter-invalid',
		details: { parameter: 'epsilon', method: 'della' },
		says: ['epsilon', '0.9', '0.2'],
	},
	{
		what: 'model_stock of one model',
		recipe: 'models: [{model: b}]\nmerge_method: model_stock\nbase_model: a\n',
		code: 'model-count',
		details: { method: 'model_stock', count: 1, min: 2 },
		says: ['2 or more', 'beside the base'],
	},
	{
		what: 'nuslerp whose base is one of its two models',
		recipe:
			'models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]\nmerge_method: nuslerp\nbase_model: a\n',
		code: 'model-count',
		details: { method: 'nuslerp', count: 1, min: 2 },
		says: ['NuSLERP takes 2'],
	},
];

it.each([
	['0.1.4', 'parameter-invalid'],
	['0.1.5', null],
])(
	'ties that keeps nothing of a tensor is refused as mergekit %s does',
	async (semantics, code) => {
		const recipe = recipeOf(
			'models: [{model: b, parameters: {weight: 1, density: 0.1}}]\nmerge_method: ties\nbase_model: a\n',
		);
		const headers = headersOf({ a: tinyModel('a'), b: tinyModel('b') });
		const plan = (): unknown => planMerge(recipe, { headers, semantics });
		if (code === null) expect(plan).not.toThrow();
		else expect((await thrownBy(plan)).code).toBe(code);
	},
);

it('a method is refused where the mergekit asked for had not got it yet', async () => {
	const recipe = recipeOf(BOTH.replace('slerp', 'della').replace('{t: 0.5}', '{weight: 1}'));
	const headers = headersOf({ a: tinyModel('a'), b: tinyModel('b') });
	const error = await thrownBy(() => planMerge(recipe, { headers, semantics: '0.0.4' }));
	expect(error.code).toBe('method-unknown');
	expect(error.details).toEqual({ method: 'della', since: '2024-07-20', semantics: '0.0.4' });
});

it.each(REFUSALS)(
	'$what is refused with $code',
	async ({ recipe, models, code, details, says }) => {
		const headers = headersOf(models ?? { a: tinyModel('a'), b: tinyModel('b') });
		const error = await thrownBy(() => planMerge(recipeOf(recipe), { headers }));
		expect(error.code).toBe(code);
		expect(error.details).toMatchObject(details);
		for (const words of says) expect(`${error.message} ${error.hint}`).toContain(words);
		expect(error.hint).toMatch(/\.$/);
	},
);

it('weights that no kernel reads can still be copied', () => {
	const recipe = recipeOf('models: [{model: a}]\nmerge_method: passthrough\n');
	const headers = headersOf({ a: tinyModel('a', { dtypes: { [Q]: 'I64' } }) });
	const plan = planMerge(recipe, { headers });
	expect(plan.tensors.find(({ name }) => name === Q)).toMatchObject({
		dtype: 'I64',
		operation: { kind: 'copy' },
		bytes: 64,
	});
});
