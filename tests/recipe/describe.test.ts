import { describe, expect, it } from 'vitest';
import {
	countLayers,
	describeParameter,
	describeSlices,
	resolveParameter,
	layerPosition,
	withSetting,
} from '../../src/recipe/index.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

describe('a parameter over layers', () => {
	it('has a row per filter and one for everything else', () => {
		const strip = describeParameter(caseRecipe('slerp-card'), 't', 4);
		expect(strip.layers).toBe(4);
		expect(strip.rows.map(({ label, filter, outer }) => [label, filter, outer])).toEqual([
			['self_attn', 'self_attn', null],
			['mlp', 'mlp', null],
			['everything else', null, 0.5],
		]);
		expect(strip.rows.map(({ parts }) => parts.map(({ points }) => points))).toEqual([
			[[0, 0.5, 0.3, 0.7, 1]],
			[[1, 0.5, 0.7, 0.3, 0]],
			[[0.5]],
		]);
	});

	it('has the values that each tensor gets', () => {
		const recipe = caseRecipe('slerp-card');
		const { rows } = describeParameter(recipe, 't', 4);
		const kinds = ['self_attn.k_proj', 'mlp.up_proj', 'input_layernorm'];
		for (const [index, kind] of kinds.entries())
			expect(rows[index]?.values).toEqual(
				[0, 1, 2, 3].map((layer) =>
					resolveParameter(recipe, 't', {
						slice: 0,
						tensor: `model.layers.${layer}.${kind}.weight`,
						position: layerPosition(layer, 4),
					}),
				),
			);
	});

	it('starts its gradients again with each slice', () => {
		const { layers, rows } = describeParameter(caseRecipe('slices-of-merges'), 't', 99);
		expect(layers).toBe(5);
		expect(rows[0]?.values).toEqual([0, 1, 0, 0.5, 1]);
		expect(rows[0]?.parts.map(({ start, end }) => [start, end])).toEqual([
			[0, 2],
			[2, 5],
		]);
	});

	it('gives embeddings, norm and head the first point', () => {
		const { rows } = describeParameter(caseRecipe('slerp-f32'), 't', 4);
		expect(rows).toHaveLength(1);
		expect(rows[0]).toMatchObject({ label: 'all tensors', outer: 0.1 });
	});

	it('leaves layers out that a filter does not govern', () => {
		const { model, rows } = describeParameter(caseRecipe('filter-order'), 'weight', 4, 0);
		expect(model).toBe('a');
		expect(rows.map(({ values }) => values)).toEqual([
			[null, 0.9, null, null],
			[0.1, null, 0.1, 0.1],
			[0.5, null, 0.5, 0.5],
		]);
	});

	it('shows filters for tensors that Llama does not have', () => {
		const recipe = recipeOf(
			'merge_method: slerp',
			'models: [{model: a}, {model: b}]',
			'parameters: {t: [{filter: attention.wqkv, value: [0, 1]}, {filter: lm_head, value: 1}]}',
		);
		const { rows } = describeParameter(recipe, 't', 3);
		expect(rows.map(({ values, outer }) => [values, outer])).toEqual([
			[[0, 0.5, 1], null],
			[[null, null, null], 1],
			[[null, null, null], null],
		]);
	});

	it('counts layers of slices, and leaves them to the models elsewhere', () => {
		expect(countLayers(caseRecipe('passthrough-stack'))).toBe(6);
		expect(countLayers(caseRecipe('slerp-models'))).toBeNull();
	});
});

describe('a stack of slices', () => {
	it('says which layers it takes, repeats and scales', () => {
		const slices = describeSlices(caseRecipe('passthrough-block-expansion'));
		expect(slices.map(({ start, end, identity }) => [start, end, identity])).toEqual([
			[0, 2, false],
			[2, 3, true],
			[3, 5, false],
			[5, 6, true],
		]);
		expect(slices.flatMap(({ layers }) => layers)).toEqual([
			{ output: 0, source: 0, repeated: false },
			{ output: 1, source: 1, repeated: false },
			{ output: 2, source: 1, repeated: true },
			{ output: 3, source: 2, repeated: false },
			{ output: 4, source: 3, repeated: false },
			{ output: 5, source: 3, repeated: true },
		]);
		expect(slices[1]?.scales).toEqual([
			{ filter: 'o_proj', value: 0 },
			{ filter: 'down_proj', value: 0 },
			{ filter: null, value: 1 },
		]);
	});

	it('counts a layer of another model as new', () => {
		const slices = describeSlices(caseRecipe('passthrough-stack'));
		expect(slices.flatMap(({ layers }) => layers.map(({ repeated }) => repeated))).not.toContain(
			true,
		);
	});

	it('reads a scale of the whole recipe too', () => {
		const [slice] = describeSlices(
			recipeOf(
				'merge_method: passthrough',
				'slices: [{sources: [{model: a, layer_range: [0, 2]}]}]',
				'parameters: {scale: 0}',
			),
		);
		expect(slice).toMatchObject({ scales: [{ filter: null, value: 0 }], identity: true });
	});

	it('is empty for a recipe of whole models', () => {
		expect(describeSlices(caseRecipe('slerp-models'))).toEqual([]);
	});
});

describe('a recipe with modules', () => {
	const recipe = recipeOf(
		'merge_method: slerp',
		'base_model: a',
		'modules:',
		'  text:',
		'    slices:',
		'    - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]',
		'    - sources: [{model: a, layer_range: [1, 3]}, {model: b, layer_range: [1, 3]}]',
		'      parameters: {t: 1}',
		'    parameters: {t: [0, 1]}',
		'  vision: {models: [{model: a}, {model: b}]}',
		'parameters: {t: 0.5}',
	);

	it('is drawn by its first module', () => {
		expect(countLayers(recipe)).toBe(4);
		const [row] = describeParameter(recipe, 't', 32).rows;
		expect(row?.values).toEqual([0, 1, 1, 1]);
		expect(row?.parts.map(({ at }) => at.level)).toEqual(['module', 'slice']);
		expect(describeSlices(recipe).map(({ start, end }) => [start, end])).toEqual([
			[0, 2],
			[2, 4],
		]);
	});

	it('may be changed in it', () => {
		const at = { slice: 0, source: 0, entry: 0 };
		const changed = withSetting(recipe, 't', { ...at, level: 'module' }, 0.25);
		expect(changed.modules.map(({ parameters }) => parameters)).toEqual([{ t: 0.25 }, {}]);
		const sliced = withSetting(recipe, 't', { ...at, level: 'slice', slice: 1 }, 0.75);
		expect(sliced.modules[0]?.slices.map(({ parameters }) => parameters)).toEqual([
			{},
			{ t: 0.75 },
		]);
		expect(sliced.modules[1]).toEqual(recipe.modules[1]);
	});

	it('keeps a conditional value without its list as it is', () => {
		const lone = recipeOf(
			'merge_method: slerp',
			'models: [{model: a}, {model: b}]',
			'parameters: {t: {filter: mlp, value: 1}}',
		);
		const at = describeParameter(lone, 't', 4).rows[0]?.parts[0]?.at;
		if (at === undefined) throw new Error('the mlp row has a part');
		expect(withSetting(lone, 't', at, [0, 1]).parameters).toEqual({
			t: { filter: 'mlp', value: [0, 1] },
		});
	});
});
