import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { RecipeFigure } from '../../src/components/recipe/RecipeFigure.tsx';
import { formatValue, viewRecipe } from '../../src/components/recipe/view.ts';
import { scaleColor } from '../../src/components/scale.ts';
import { layerPosition, resolveParameter, type Recipe } from '../../src/recipe/index.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

const draw = (recipe: Recipe): string =>
	renderToString(h(RecipeFigure, { view: viewRecipe(recipe, 32) }));

/** The text of every table cell, row by row. */
function tableRows(html: string): string[][] {
	return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
		[...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell),
	);
}

describe('the picture of a slerp', () => {
	const recipe = recipeOf(
		'merge_method: slerp',
		'base_model: org/a',
		'slices: [{sources: [{model: org/a, layer_range: [0, 32]}, {model: org/b, layer_range: [0, 32]}]}]',
		'parameters:',
		'  t: [{filter: self_attn, value: [0, 0.5, 0.3, 0.7, 1]}, {value: 0.5}]',
	);
	const html = draw(recipe);
	const attention = Array.from(
		{ length: 32 },
		(_, layer) =>
			resolveParameter(recipe, 't', {
				slice: 0,
				tensor: `model.layers.${String(layer)}.self_attn.q_proj.weight`,
				position: layerPosition(layer, 32),
			}) ?? NaN,
	);

	it('has a cell for each layer in the colour of its value', () => {
		const fills = [...html.matchAll(/<rect[^>]* fill="(#[0-9a-f]{6})"/g)].map(([, fill]) => fill);
		expect(fills).toEqual([
			...attention.map(scaleColor),
			...Array<string>(32).fill(scaleColor(0.5)),
		]);
	});

	it('has all values in a table', () => {
		const rows = tableRows(html);
		expect(rows[0]).toEqual(['layer', 'self_attn', 'everything else']);
		expect(rows.slice(1, 33)).toEqual(
			attention.map((value, layer) => [String(layer), formatValue(value), '0.5']),
		);
		expect(rows[33]).toEqual(['embeddings, final norm, head', '–', '0.5']);
	});

	it('says which model is at which end', () => {
		expect(html.replace(/<[^>]*>/g, '')).toContain('0 = a1 = b');
	});
});

describe('the picture of a stack', () => {
	it('has a cell for each output layer, and says of each where it is from', () => {
		const html = draw(caseRecipe('passthrough-block-expansion'));
		const titles = [...html.matchAll(/<title>(Output layer .*?)<\/title>/g)].map(
			([, text]) => text,
		);
		expect(titles).toEqual([
			'Output layer 0: layer 0 of a.',
			'Output layer 1: layer 1 of a.',
			'Output layer 2: layer 1 of a, again; o_proj × 0, down_proj × 0: passes its input on unchanged.',
			'Output layer 3: layer 2 of a.',
			'Output layer 4: layer 3 of a.',
			'Output layer 5: layer 3 of a, again; o_proj × 0, down_proj × 0: passes its input on unchanged.',
		]);
	});

	it('has its slices in a table', () => {
		const rows = tableRows(draw(caseRecipe('passthrough-stack')));
		expect(rows).toEqual([
			['output layers', 'from', 'layers', 'scaled'],
			['0–2', 'a', '0–2', '–'],
			['3–5', 'b', '1–3', '–'],
		]);
	});
});

it('a recipe without numbers says so', () => {
	const html = draw(recipeOf('merge_method: model_stock', 'models: [{model: a}]', 'base_model: b'));
	expect(html).toContain('sets no numbers');
});

it('markup in a recipe stays text', () => {
	const html = draw(
		recipeOf(
			'merge_method: slerp',
			'models: [{model: "<img src=x>"}]',
			'parameters: {t: [{filter: "<b>", value: 1}]}',
		),
	);
	expect(html).not.toMatch(/<img|<b>mlp/);
	expect(html).toContain('&lt;b>');
});
