import { describe, expect, it } from 'vitest';
import {
	countLayers,
	describeParameter,
	describeSlices,
	resolveParameter,
	layerPosition,
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
