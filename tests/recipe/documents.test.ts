import { describe, expect, it } from 'vitest';
import { parseRecipe, parseRecipes } from '../../src/recipe/index.ts';
import { thrownBy } from '../support/errors.ts';

const merge = (models: string, name?: string): string =>
	[
		...(name === undefined ? [] : [`name: ${name}`]),
		'merge_method: linear',
		`models: ${models}`,
	].join('\n');
const several = (...documents: readonly string[]): string => documents.join('\n---\n');

describe('a text of several recipes', () => {
	it('is put in an order in which each has what it needs', () => {
		const { recipes, findings } = parseRecipes(
			several(
				merge('[{model: second@main}, {model: org/b}]'),
				merge('[{model: first}, {model: org/a}]', 'second'),
				merge('[{model: org/a}]', 'third'),
				merge('[{model: org/c}]', 'first'),
			),
		);
		expect(recipes.map(({ name, needs }) => [name, needs])).toEqual([
			['first', []],
			['second', ['first']],
			['third', []],
			[null, ['second']],
		]);
		expect(findings).toEqual([]);
	});

	it('has recipes with texts of their own', () => {
		const { recipes } = parseRecipes(several(merge('[{model: a}]', 'x'), merge('[{model: x}]')));
		for (const { recipe } of recipes) expect(parseRecipe(recipe.text).recipe).toEqual(recipe);
	});

	it('takes bases and tokenizers by name, too', () => {
		const { recipes } = parseRecipes(
			several(
				merge('[{model: a}]', 'x'),
				merge('[{model: a}]', 'y'),
				`${merge('[{model: a}]')}\nbase_model: x\ntokenizer: {tokens: {t: {source: y}}}`,
			),
		);
		expect(recipes.at(-1)?.needs).toEqual(['x', 'y']);
	});

	it('may be of one recipe', () => {
		const text = merge('[{model: a}]');
		const { recipe, findings } = parseRecipe(text);
		expect(parseRecipes(text)).toEqual({ recipes: [{ name: null, recipe, needs: [] }], findings });
	});

	it('has findings at places of the whole text', () => {
		const text = several(merge('[{model: a}]', 'x'), `${merge('[{model: x}]')}\ndtpye: float16`);
		expect(parseRecipes(text).findings).toMatchObject([
			{ code: 'recipe-key-unknown', line: 7, details: { nearest: 'dtype' } },
		]);
	});

	it.each([
		['two without a name', several(merge('[{model: a}]'), merge('[{model: b}]')), 4],
		['none without a name', several(merge('[{model: a}]', 'x'), merge('[{model: b}]', 'y')), 1],
		[
			'one name twice',
			several(merge('[{model: a}]', 'x'), merge('[{model: b}]', 'x'), merge('[{model: x}]')),
			5,
		],
		[
			'a name that leaves its folder',
			several(merge('[{model: a}]', '../x'), merge('[{model: a}]')),
			1,
		],
		['a recipe that needs itself', several(merge('[{model: x}]', 'x'), merge('[{model: x}]')), 1],
		[
			'recipes that wait for one another',
			several(merge('[{model: y}]', 'x'), merge('[{model: x}]', 'y'), merge('[{model: y}]')),
			1,
		],
	])('of %s is refused', async (_, text, line) => {
		const error = await thrownBy(() => parseRecipes(text));
		expect(error.code).toBe('recipe-invalid');
		expect(error.details['line']).toBe(line);
	});

	it('of an empty document is refused', async () => {
		const error = await thrownBy(() => parseRecipes(`${merge('[{model: a}]')}\n---\n`));
		expect(error.code).toBe('recipe-invalid');
	});
});
