import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modulesOf, parseRecipe } from '../../src/recipe/index.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

const slerp = `slices:
  - sources:
      - model: org/a
        layer_range: [0, 32]
      - model: org/b@v1.0
        layer_range: [0, 32]
merge_method: slerp
base_model: org/a
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5
dtype: bfloat16
`;

const minimal = ['merge_method: linear', 'models:', '- model: org/a'];

describe('a recipe', () => {
	it('is read with its slices, settings and dtype', () => {
		expect(parseRecipe(slerp)).toEqual({
			recipe: {
				name: null,
				method: 'slerp',
				baseModel: 'org/a',
				models: [],
				modules: [],
				slices: [
					{
						sources: [
							{ model: 'org/a', layerRange: [0, 32], parameters: {} },
							{ model: 'org/b@v1.0', layerRange: [0, 32], parameters: {} },
						],
						baseModel: null,
						parameters: {},
						residualWeight: null,
					},
				],
				parameters: {
					t: [
						{ filter: 'self_attn', value: [0, 0.5, 0.3, 0.7, 1] },
						{ filter: 'mlp', value: [1, 0.5, 0.7, 0.3, 0] },
						{ filter: null, value: 0.5 },
					],
				},
				dtype: 'BF16',
				outDtype: null,
				tokenizerSource: null,
				tokenizer: null,
				chatTemplate: null,
				architectures: {},
				text: slerp,
			},
			findings: [],
		});
	});

	it('that mergekit made a merge of is read without findings', () => {
		const folder = new URL('cases/', import.meta.url);
		const names = readdirSync(folder);
		expect(names.length).toBeGreaterThanOrEqual(10);
		for (const name of names)
			expect(parseRecipe(readFileSync(new URL(name, folder), 'utf8')).findings, name).toEqual([]);
	});

	it('may share settings by anchor and alias', () => {
		const { slices } = caseRecipe('passthrough-block-expansion');
		const scale = [
			{ filter: 'o_proj', value: 0 },
			{ filter: 'down_proj', value: 0 },
			{ filter: null, value: 1 },
		];
		expect(slices.map(({ sources }) => sources[0]?.parameters)).toEqual([
			{},
			{ scale },
			{},
			{ scale },
		]);
	});

	it('may merge mappings with <<, its own keys going before', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'models:',
			'- model: org/a',
			'  parameters: &shared {weight: 1, density: 0.5}',
			'- model: org/b',
			'  parameters: {<<: *shared, weight: 2}',
		);
		expect(recipe.models[1]?.parameters).toEqual({ weight: 2, density: 0.5 });
	});

	it('may give a dtype with or without the prefix torch.', () => {
		const { dtype, outDtype } = recipeOf(...minimal, 'dtype: float32', 'out_dtype: torch.float16');
		expect([dtype, outDtype]).toEqual(['F32', 'F16']);
	});

	it('may give a model as a mapping', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'models:',
			'- model: {model: {path: org/a, revision: v2}}',
		);
		expect(recipe.models[0]?.model).toBe('org/a@v2');
	});

	it('may have modules', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'modules:',
			'  text: {models: [{model: org/a}, {model: org/b}], parameters: {weight: 1}}',
			'  vision: {slices: [{sources: [{model: org/a, layer_range: [0, 2]}], residual_weight: 1}]}',
		);
		expect(recipe).toMatchObject({ models: [], slices: [] });
		expect(recipe.modules).toEqual([
			{
				name: 'text',
				models: [
					{ model: 'org/a', parameters: {} },
					{ model: 'org/b', parameters: {} },
				],
				slices: [],
				parameters: { weight: 1 },
			},
			{
				name: 'vision',
				models: [],
				slices: [
					{
						sources: [{ model: 'org/a', layerRange: [0, 2], parameters: {} }],
						baseModel: null,
						parameters: {},
						residualWeight: 1,
					},
				],
				parameters: {},
			},
		]);
	});

	it('without modules has one that is called default', () => {
		const recipe = recipeOf(...minimal);
		const { models, slices } = recipe;
		expect(modulesOf(recipe)).toEqual([{ name: 'default', models, slices, parameters: {} }]);
	});

	it('may say where tokens come from', () => {
		const { tokenizer } = recipeOf(
			...minimal,
			'tokenizer:',
			'  source: base',
			'  pad_to_multiple_of: "64"',
			'  tokens:',
			'    <a>: {source: org/b, force: yes}',
			'    <b>: {source: {kind: zero}}',
			'    <c>: {source: {kind: model_token, model: org/a, token: <d>}}',
			'    <d>: {source: {kind: model_token, model: {model: org/a@v1}, token_id: 3}}',
			'    <e>: {source: {kind: model_token, model: org/a}}',
			'    <f>: {}',
		);
		expect(tokenizer).toEqual({
			source: 'base',
			padToMultipleOf: 64,
			tokens: [
				{ token: '<a>', source: { kind: 'model', model: 'org/b' }, force: true },
				{ token: '<b>', source: { kind: 'zero' }, force: false },
				{
					token: '<c>',
					source: { kind: 'model_token', model: 'org/a', token: '<d>' },
					force: false,
				},
				{
					token: '<d>',
					source: { kind: 'model_token', model: 'org/a@v1', token: 3 },
					force: false,
				},
				// mergekit takes it for the model, without a word
				{ token: '<e>', source: { kind: 'model', model: 'org/a' }, force: false },
				{ token: '<f>', source: null, force: false },
			],
		});
	});

	it('may name adapters and architectures', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'models:',
			'- model: {model: {path: org/a}, lora: {path: org/l, revision: v2}}',
			'- model: {model: org/b, override_architecture: XForCausalLM}',
		);
		expect(recipe.models.map(({ model }) => model)).toEqual(['org/a+org/l@v2', 'org/b']);
		expect(recipe.architectures).toEqual({ 'org/b': 'XForCausalLM' });
	});

	it('may leave optional parts empty', () => {
		const recipe = recipeOf(...minimal, 'slices:', 'parameters:', 'dtype:', 'base_model: ~');
		expect(recipe).toMatchObject({ slices: [], parameters: {}, dtype: null, baseModel: null });
	});

	it('keeps settings as they are written', () => {
		const { parameters } = recipeOf(
			...minimal,
			'parameters:',
			'  weight: "0.25"',
			'  density: [true, " 1e-2 ", 1_0]',
			'  normalize: true',
		);
		expect(parameters).toEqual({
			weight: '0.25',
			density: [true, ' 1e-2 ', 10],
			normalize: true,
		});
	});
});
