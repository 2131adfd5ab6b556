import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/recipe/index.ts';
import { thrownBy } from '../support/errors.ts';

const minimal = ['merge_method: linear', 'models:', '- model: org/a'];

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
			'two architectures for one model',
			'merge_method: linear\nbase_model: a\nmodels:\n- model: {model: a, override_architecture: X}',
			'recipe-invalid',
			{ path: '' },
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
