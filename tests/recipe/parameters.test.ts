import { describe, expect, it } from 'vitest';
import { findParameter, layerPosition, resolveParameter, valueAt } from '../../src/recipe/index.ts';
import { thrownBy } from '../support/errors.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

const attention = 'model.layers.3.self_attn.q_proj.weight';

describe('a gradient', () => {
	// s = τ(m − 1), i = ⌊s⌋, j = min(m − 1, i + 1), f = s − i, value (1 − f) v_i + f v_j
	it.each([
		// m = 5, τ = 1/31: s = 4/31, i = 0, f = 4/31 -> 0.5 · 4/31
		[1 / 31, [0, 0.5, 0.3, 0.7, 1], (0.5 * 4) / 31],
		// τ = 8/31: s = 32/31, i = 1, f = 1/31 -> 0.5 · 30/31 + 0.3 · 1/31
		[8 / 31, [0, 0.5, 0.3, 0.7, 1], 15.3 / 31],
		// τ = 16/31: s = 64/31, i = 2, f = 2/31 -> 0.3 · 29/31 + 0.7 · 2/31
		[16 / 31, [0, 0.5, 0.3, 0.7, 1], 10.1 / 31],
		[0.5, [0.1, 0.9], 0.5],
		[0.25, [1, 3, 7], 2],
		[0.7, [0.35], 0.35],
	])('at position %f of %j is %f', (position, points, expected) => {
		// Four roundings of doubles: 1e-15 is above what they can add up to here.
		expect(Math.abs(valueAt(points, position) - expected)).toBeLessThan(1e-15);
	});

	it('begins and ends exactly at its first and last point', () => {
		expect(valueAt([0.1, 0.5, 0.9], 0)).toBe(0.1);
		expect(valueAt([0.1, 0.5, 0.9], 1)).toBe(0.9);
	});

	it('is laid out from the first layer to the last, and a single layer takes its end', () => {
		expect([0, 1, 2, 3].map((layer) => layerPosition(layer, 4))).toEqual([0, 1 / 3, 2 / 3, 1]);
		expect(layerPosition(0, 1)).toBe(1);
	});
});

describe('a parameter', () => {
	it('takes the first filter in the list that the name contains', () => {
		const recipe = caseRecipe('filter-order');
		const weight = (tensor: string, source: number): number | null =>
			resolveParameter(recipe, 'weight', { slice: 0, source, tensor, position: 0.5 });
		expect(weight('model.layers.1.self_attn.q_proj.weight', 0)).toBe(0.9);
		expect(weight('model.layers.2.self_attn.q_proj.weight', 0)).toBe(0.1);
		expect(weight('model.layers.2.mlp.up_proj.weight', 0)).toBe(0.5);
		expect(weight('model.embed_tokens.weight', 0)).toBe(0.5);
		expect(weight('model.layers.1.self_attn.q_proj.weight', 1)).toBe(0.5);
	});

	it('is that of the source, else of the slice, else of the recipe', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'slices:',
			'- sources:',
			'  - {model: a, layer_range: [0, 2], parameters: {weight: [{filter: mlp, value: 1}]}}',
			'  - {model: b, layer_range: [0, 2]}',
			'  parameters: {weight: [{filter: self_attn, value: 2}]}',
			'- sources: [{model: a, layer_range: [0, 2]}]',
			'parameters: {weight: 3}',
		);
		const found = (tensor: string, slice: number, source?: number): unknown => {
			const place = { slice, source, tensor, position: 0 };
			const parameter = findParameter(recipe, 'weight', place);
			return [parameter?.value, parameter?.level];
		};
		expect(found('x.mlp.y', 0, 0)).toEqual([1, 'source']);
		expect(found('x.mlp.y', 0, 1)).toEqual([3, 'recipe']);
		expect(found('x.self_attn.y', 0, 0)).toEqual([2, 'slice']);
		expect(found('x.norm.y', 0, 0)).toEqual([3, 'recipe']);
		// asked for the whole tensor, what stands under a model does not count
		expect(found('x.mlp.y', 0)).toEqual([3, 'recipe']);
		expect(found('x.mlp.y', 1, 0)).toEqual([3, 'recipe']);
	});

	it('falls through where no filter of a level matches, and is null where no level has it', () => {
		const recipe = recipeOf(
			'merge_method: slerp',
			'models: [{model: a}, {model: b}]',
			'parameters: {t: [{filter: mlp, value: 0.25}]}',
		);
		const place = { slice: 0, tensor: attention, position: 0 };
		expect(resolveParameter(recipe, 't', place)).toBeNull();
		expect(resolveParameter(recipe, 'scale', place)).toBeNull();
		expect(resolveParameter(recipe, 'toString', place)).toBeNull();
	});

	it('is a number where the recipe says true', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'models: [{model: a}]',
			'parameters: {normalize: yes, rescale: false}',
		);
		const place = { slice: 0, tensor: attention, position: 0 };
		expect(resolveParameter(recipe, 'normalize', place)).toBe(1);
		expect(resolveParameter(recipe, 'rescale', place)).toBe(0);
	});

	it('of a filter written * matches like one without', () => {
		const recipe = recipeOf(
			'merge_method: slerp',
			'models: [{model: a}, {model: b}]',
			"parameters: {t: [{filter: '*', value: 0.25}, {value: 1}]}",
		);
		expect(resolveParameter(recipe, 't', { slice: 0, tensor: 'x', position: 0 })).toBe(0.25);
	});

	it('that is a word, in a recipe made by hand, is refused', async () => {
		const recipe = { ...caseRecipe('slerp-models'), parameters: { t: 'half' } };
		const error = await thrownBy(() =>
			resolveParameter(recipe, 't', { slice: 0, tensor: 'x', position: 0 }),
		);
		expect(error.code).toBe('recipe-invalid');
		expect(error.details).toEqual({ parameter: 't' });
	});
});
