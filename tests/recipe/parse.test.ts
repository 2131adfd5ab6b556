import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modulesOf, parseRecipe } from '../../src/recipe/index.ts';
import { thrownBy } from '../support/errors.ts';
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

describe('a recipe that cannot be read', () => {
	const refused: readonly [string, string, string, Record<string, unknown>][] = [
		['unclosed brackets', 'a: [1', 'recipe-syntax', { line: 1, column: 6 }],
		[
			'indentation that was lost',
			'slices:\n- sources:\n- model: a\nlayer_range: [0, 32]\n- model: b',
			'recipe-syntax',
			{ line: 5, column: 1 },
		],
		['a tab as indentation', 'parameters:\n\tt: 1', 'recipe-syntax', { line: 2 }],
		['nothing', '# only a comment', 'recipe-syntax', { line: 1 }],
		['an unknown tag', 'a: !function b.c', 'recipe-syntax', { line: 1, column: 4 }],
		['an alias to nothing', 'a: *b', 'recipe-syntax', { line: 1, column: 5 }],
		['too much text', `a: ${'b'.repeat(70_000)}`, 'recipe-syntax', { length: 70_003 }],
		['deep nesting', '['.repeat(20), 'recipe-syntax', {}],
		['a list at the top', '- a', 'recipe-invalid', { path: '' }],
		['no method', 'models: [{model: a}]', 'recipe-invalid', { path: 'merge_method' }],
		['neither models nor slices', 'merge_method: linear', 'recipe-invalid', { path: '' }],
		[
			'both models and slices',
			[...minimal, 'slices: [{sources: [{model: a, layer_range: [0, 1]}]}]'].join('\n'),
			'recipe-invalid',
			{ path: '' },
		],
		[
			'a layer range of one number',
			'merge_method: slerp\nslices:\n- sources:\n  - model: a\n    layer_range: [0]',
			'recipe-invalid',
			{ path: 'slices[0].sources[0].layer_range', line: 5, column: 18 },
		],
		[
			'a layer range that is missing',
			'merge_method: slerp\nslices:\n- sources:\n  - model: a',
			'recipe-invalid',
			{ path: 'slices[0].sources[0].layer_range', line: 4 },
		],
		[
			'half a layer',
			'merge_method: slerp\nslices:\n- sources:\n  - {model: a, layer_range: [0, 1.5]}',
			'recipe-invalid',
			{ path: 'slices[0].sources[0].layer_range[1]' },
		],
		[
			'millions of layers',
			'merge_method: slerp\nslices:\n- sources:\n  - {model: a, layer_range: [0, 9000000]}',
			'recipe-invalid',
			{ path: 'slices' },
		],
		[
			'a slice without sources',
			'merge_method: slerp\nslices:\n- sources: []',
			'recipe-invalid',
			{ path: 'slices[0].sources' },
		],
		[
			'a model that is a number',
			'merge_method: linear\nmodels:\n- model: 7',
			'recipe-invalid',
			{ path: 'models[0].model' },
		],
		[
			'two @ in a reference',
			'merge_method: linear\nmodels:\n- model: a@b@c',
			'recipe-invalid',
			{ path: 'models[0].model' },
		],
		[
			'a conditional value without a value',
			[...minimal, 'parameters:', '  t:', '  - filter: mlp'].join('\n'),
			'recipe-invalid',
			{ path: 'parameters.t[0].value', line: 6 },
		],
		[
			'an empty parameter',
			[...minimal, 'parameters:', '  t:'].join('\n'),
			'recipe-invalid',
			{ path: 'parameters.t' },
		],
		[
			'a dtype that mergekit does not know',
			[...minimal, 'dtype: bf16'].join('\n'),
			'dtype-unsupported',
			{ path: 'dtype', line: 4, column: 8 },
		],
		[
			'a filter that YAML reads as false',
			[...minimal, 'parameters: {t: [{filter: no, value: 1}]}'].join('\n'),
			'recipe-invalid',
			{ path: 'parameters.t[0].filter' },
		],
		[
			'a module without inputs',
			'merge_method: slerp\nmodules: {default: {}}',
			'recipe-invalid',
			{ path: 'modules.default', line: 2, column: 20 },
		],
		[
			'a module with models and slices',
			'merge_method: slerp\nmodules:\n  x: {models: [{model: a}], slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}',
			'recipe-invalid',
			{ path: 'modules.x', line: 3 },
		],
		[
			'models beside modules',
			[...minimal, 'modules: {default: {models: [{model: a}]}}'].join('\n'),
			'recipe-invalid',
			{ path: '' },
		],
		[
			'two tokenizers',
			[...minimal, 'tokenizer: {}', 'tokenizer_source: base'].join('\n'),
			'recipe-invalid',
			{ path: 'tokenizer_source', line: 5 },
		],
		[
			'a token from nowhere',
			[...minimal, 'tokenizer: {tokens: {x: {source: {kind: model_token}}}}'].join('\n'),
			'recipe-invalid',
			{ path: 'tokenizer.tokens.x.source', line: 4 },
		],
		[
			'half a row of padding',
			[...minimal, 'tokenizer: {pad_to_multiple_of: 1.5}'].join('\n'),
			'recipe-invalid',
			{ path: 'tokenizer.pad_to_multiple_of' },
		],
		[
			'a dtype without kernels',
			[...minimal, 'out_dtype: torch.float64'].join('\n'),
			'dtype-unsupported',
			{ path: 'out_dtype', line: 4 },
		],
		[
			'a number among conditional values',
			[...minimal, 'parameters: {t: [1, {value: 2}]}'].join('\n'),
			'recipe-invalid',
			{ path: 'parameters.t[0]' },
		],
		[
			'a reference without a path',
			[...minimal, 'base_model: {model: {revision: a}}'].join('\n'),
			'recipe-invalid',
			{ path: 'base_model' },
		],
		['several documents', 'a: 1\n---\nb: 2', 'recipe-unsupported', { documents: 2 }],
	];

	it.each(refused)('because of %s is refused with its place', async (_, text, code, details) => {
		const error = await thrownBy(() => parseRecipe(text));
		expect(error.code).toBe(code);
		expect(error.details).toMatchObject(details);
		expect(error.hint).not.toBe('');
	});

	it('shows the line with a caret under the column', async () => {
		const error = await thrownBy(() => parseRecipe('merge_method: x\ndtype: bf16\nmodels: []'));
		expect(error.message).not.toContain('\n');
		expect(error.details['excerpt']).toContain('2 | dtype: bf16\n  |        ^');
	});

	it('shows control characters as spaces', async () => {
		const error = await thrownBy(() => parseRecipe('a: \0b'));
		expect(error.details['excerpt']).toContain('1 | a:  b');
	});

	it('does not grow beyond bounds by aliases of aliases', async () => {
		const levels = ['a: &l0 [1, 1, 1, 1, 1, 1, 1, 1, 1]'];
		for (let level = 1; level < 10; level++)
			levels.push(
				`l${level}: &l${level} [${Array(9)
					.fill(`*l${level - 1}`)
					.join(', ')}]`,
			);
		expect((await thrownBy(() => parseRecipe(levels.join('\n')))).code).toBe('recipe-syntax');
	});
});
