import { describe, expect, it } from 'vitest';
import {
	axisTicks,
	extentOf,
	formatValue,
	pointPositions,
	rowSummary,
	shortName,
	viewRecipe,
} from '../../src/components/recipe/view.ts';
import { layerPosition, valueAt } from '../../src/recipe/index.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

describe('what is drawn of a recipe', () => {
	it('of a slerp is one strip for t between its two models', () => {
		const view = viewRecipe(caseRecipe('slerp-card'), 32);
		expect(view.strips.map(({ parameter, model, layers }) => [parameter, model, layers])).toEqual([
			['t', null, 4],
		]);
		expect(view).toMatchObject({
			stack: [],
			layers: 4,
			assumed: false,
			ends: { zero: 'a', one: 'b' },
		});
	});

	it('has the base at 0 even where it is listed second', () => {
		const recipe = { ...caseRecipe('slerp-card'), baseModel: 'b' };
		expect(viewRecipe(recipe, null).ends).toEqual({ zero: 'b', one: 'a' });
	});

	it('of a stack is its slices and what they scale', () => {
		const view = viewRecipe(caseRecipe('passthrough-block-expansion'), null);
		expect(view.stack).toHaveLength(4);
		expect(view.strips.map(({ parameter, model }) => [parameter, model])).toEqual([['scale', 'a']]);
		expect(view.ends).toBeNull();
	});

	it('has a strip for each model with a setting of its own, and lists switches', () => {
		const view = viewRecipe(caseRecipe('ties-density-gradient'), 4);
		expect(view.strips.map(({ parameter, model }) => [parameter, model])).toEqual([
			['weight', 'a'],
			['density', 'a'],
			['weight', 'b'],
			['density', 'b'],
		]);
		expect(view.switches).toEqual([{ name: 'normalize', on: true }]);
	});

	it('leaves out what is no number', () => {
		const recipe = recipeOf(
			'merge_method: passthrough',
			'slices: [{sources: [{model: a, layer_range: [0, 2], parameters: {scale: half}}]}]',
			'parameters: {scale: 1, weight: 0.5, t: half}',
		);
		const { strips, stack } = viewRecipe(recipe, null);
		expect(strips.map(({ parameter, model }) => [parameter, model])).toEqual([
			['scale', null],
			['weight', null],
		]);
		expect(stack[0]?.scales).toEqual([{ filter: null, value: 1 }]);
	});

	it('takes 32 layers where nobody says how many there are', () => {
		expect(viewRecipe(caseRecipe('slerp-models'), null)).toMatchObject({
			layers: 32,
			assumed: true,
		});
		expect(viewRecipe(caseRecipe('slerp-models'), 24)).toMatchObject({
			layers: 24,
			assumed: false,
		});
	});
});

describe('an axis', () => {
	it.each([
		[1, [0]],
		[4, [0, 1, 2, 3]],
		[32, [0, 4, 8, 12, 16, 20, 24, 28, 31]],
		[40, [0, 5, 10, 15, 20, 25, 30, 35, 39]],
		[80, [0, 10, 20, 30, 40, 50, 60, 70, 79]],
	])('of %d layers names %j', (layers, ticks) => {
		expect(axisTicks(layers)).toEqual(ticks);
	});

	it('has the control points over the layers whose values they are', () => {
		// five points over nine layers: every second layer takes a point's value exactly
		const points = [0, 0.5, 0.3, 0.7, 1];
		const positions = pointPositions(points.length, 0, 9);
		expect(positions).toEqual([0.5, 2.5, 4.5, 6.5, 8.5]);
		for (const [index, position] of positions.entries())
			expect(valueAt(points, layerPosition(position - 0.5, 9))).toBeCloseTo(
				points[index] ?? NaN,
				15,
			);
	});

	it('has a lone point in the middle of its slice', () => {
		expect(pointPositions(1, 4, 8)).toEqual([6]);
	});

	it('goes from 0 to 1, and further where the recipe does', () => {
		const [strip] = viewRecipe(caseRecipe('slerp-card'), 4).strips;
		const [wide] = viewRecipe(
			recipeOf('merge_method: slerp', 'models: [{model: a}]', 'parameters: {t: [-0.5, 1.25]}'),
			4,
		).strips;
		if (strip === undefined || wide === undefined) throw new Error('both recipes set t');
		expect(extentOf(strip)).toEqual([0, 1]);
		expect(extentOf(wide)).toEqual([-0.5, 1.25]);
	});
});

describe('words for a reader', () => {
	it('give values to three digits', () => {
		expect([0, 0.5, 1 / 3, -0.25, null, 1e-5, 12].map(formatValue)).toEqual([
			'0',
			'0.5',
			'0.333',
			'−0.25',
			'–',
			'1.0e-5',
			'12',
		]);
	});

	it('name a model by its last part', () => {
		expect(['org/a', 'org/a@main', 'a', '/mnt/x/y'].map(shortName)).toEqual(['a', 'a', 'a', 'y']);
	});

	it('say the course of a row', () => {
		const [strip] = viewRecipe(caseRecipe('slerp-card'), 4).strips;
		expect(strip?.rows.map((row) => rowSummary('t', row))).toEqual([
			't of self_attn: from 0 in the first layer to 1 in the last, between 0 and 1.',
			't of mlp: from 1 in the first layer to 0 in the last, between 0 and 1.',
			't of everything else: 0.5 in all layers. 0.5 outside layers.',
		]);
	});
});
