import { describe, expect, it } from 'vitest';
import {
	findParameter,
	findSemantics,
	layerPosition,
	numericValues,
	resolveFlag,
	resolveParameter,
	valueAt,
} from '../../src/recipe/index.ts';
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

	it('is that of the module before that of the recipe', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'modules:',
			'  text:',
			'    slices:',
			'    - sources: [{model: a, layer_range: [0, 2], parameters: {weight: 1}}]',
			'    - sources: [{model: a, layer_range: [0, 2]}]',
			'      parameters: {weight: 2}',
			'    - sources: [{model: a, layer_range: [0, 2]}]',
			'    parameters: {weight: 3}',
			'  vision: {models: [{model: a, parameters: {weight: 4}}, {model: b}]}',
			'parameters: {weight: 5}',
		);
		const found = (module: number, slice: number, source: number): unknown => {
			const place = { module, slice, source, tensor: 'x', position: 0 };
			const parameter = findParameter(recipe, 'weight', place);
			return [parameter?.value, parameter?.level];
		};
		expect(found(0, 0, 0)).toEqual([1, 'source']);
		expect(found(0, 1, 0)).toEqual([2, 'slice']);
		expect(found(0, 2, 0)).toEqual([3, 'module']);
		expect(found(1, 0, 0)).toEqual([4, 'source']);
		expect(found(1, 0, 1)).toEqual([5, 'recipe']);
	});
});

describe('a form that only some releases take', () => {
	const settings = (text: string): Parameters<typeof resolveParameter>[0] =>
		recipeOf('merge_method: ties', 'models: [{model: a}]', `parameters: ${text}`);
	const place = { slice: 0, tensor: 'mlp', position: 0.75 };
	const old = findSemantics('0.1.4');
	const current = findSemantics('0.1.5');

	it('is a conditional value without its list', async () => {
		const recipe = settings('{weight: {filter: mlp, value: [1, "3"]}}');
		expect(resolveParameter(recipe, 'weight', place)).toBe(2.5);
		expect(resolveParameter(recipe, 'weight', place, current)).toBe(2.5);
		expect(resolveParameter(recipe, 'weight', { ...place, tensor: 'x' }, current)).toBeNull();
		const error = await thrownBy(() => resolveParameter(recipe, 'weight', place, old));
		expect(error.code).toBe('recipe-invalid');
		expect(error.hint).not.toBe('');
	});

	it('is an empty list, which is no value', async () => {
		const recipe = settings('{weight: [], density: [{value: []}]}');
		expect(resolveParameter(recipe, 'weight', place)).toBeNull();
		for (const name of ['weight', 'density']) {
			expect(resolveParameter(recipe, name, place, current)).toBeNull();
			const error = await thrownBy(() => resolveParameter(recipe, name, place, old));
			expect(error.code).toBe('recipe-invalid');
		}
	});

	it('is a list of truth values, of which 0.1.5 takes one and others an average', () => {
		const recipe = settings('{normalize: [true, false, true, false]}');
		const flag = (position: number, semantics?: typeof old): boolean | null =>
			resolveFlag(recipe, 'normalize', { ...place, position }, semantics);
		// 3τ = 2.25 lies in the third step, and a quarter of the way from true to false
		expect([flag(0.75, current), flag(0.75, old)]).toEqual([true, true]);
		expect([flag(0.5, current), flag(0.5, old)]).toEqual([false, true]);
		expect([flag(1, current), flag(1, old), flag(1)]).toEqual([false, false, false]);
	});
});

describe('a parameter that is on or off', () => {
	const flag = (value: string, semantics?: string): boolean | null =>
		resolveFlag(
			recipeOf('merge_method: ties', 'models: [{model: a}]', `parameters: {normalize: ${value}}`),
			'normalize',
			{ slice: 0, tensor: 'x', position: 0 },
			semantics === undefined ? undefined : findSemantics(semantics),
		);

	it.each([
		['true', true],
		['no', false],
		['1', true],
		['0.0', false],
		['0.5', true],
		['"1e-5"', true],
		['[{filter: y, value: false}, {value: true}]', true],
	])('is %s: %s', (value, expected) => {
		expect(flag(value)).toBe(expected);
		expect(flag(value, '0.1.4')).toBe(expected);
	});

	it('takes words in 0.1.5, and no other numbers than 0 and 1', async () => {
		expect(flag('"False"', '0.1.5')).toBe(false);
		expect((await thrownBy(() => flag('"False"', '0.1.4'))).code).toBe('recipe-invalid');
		expect((await thrownBy(() => flag('0.5', '0.1.5'))).code).toBe('recipe-invalid');
		expect((await thrownBy(() => flag('maybe'))).code).toBe('recipe-invalid');
	});

	it('is null where no level has it', () => {
		const recipe = recipeOf('merge_method: ties', 'models: [{model: a}]');
		expect(resolveFlag(recipe, 'normalize', { slice: 0, tensor: 'x', position: 0 })).toBeNull();
	});
});

describe('numbers', () => {
	it('are read from text and truth values as pydantic reads them', () => {
		expect(numericValues([true, ' 1e-2 ', '1_0', 0.5])).toEqual([
			{ filter: null, value: [1, 0.01, 10, 0.5] },
		]);
		for (const word of ['half', '', 'inf', '0x10', '1__0', Infinity])
			expect(numericValues(word)).toBeNull();
	});
});
