import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { RECIPE_DOCS, recipeDocs } from '../../scripts/recipe-docs.ts';
import {
	methodReference,
	parseRecipe,
	parseRecipes,
	recipeReference,
} from '../../src/recipe/index.ts';
import { keyDoc } from '../../src/recipe/keyDocs.ts';
import {
	filteredValueSchema,
	modelSchema,
	moduleSchema,
	recipeSchema,
	sliceSchema,
	sourceSchema,
} from '../../src/recipe/schema.ts';
import {
	tokenizerSchema,
	tokenSchema,
	tokenSourceSchema,
} from '../../src/recipe/tokenizerSchema.ts';

const schemas = [
	recipeSchema,
	modelSchema,
	sliceSchema,
	sourceSchema,
	moduleSchema,
	filteredValueSchema,
	tokenizerSchema,
	tokenSchema,
	tokenSourceSchema,
];
const keys = schemas.flatMap(({ shape }) => Object.entries<z.ZodType>(shape));

describe('the reference of recipes', () => {
	it('is what the schema says', async () => {
		expect(readFileSync(RECIPE_DOCS, 'utf8')).toBe(await recipeDocs());
	});

	it('explains every key of every mapping', () => {
		const explained = recipeReference().flatMap((section) => section.keys);
		expect(explained.map(({ path }) => path.split('.').at(-1))).toEqual(keys.map(([key]) => key));
		expect(new Set(explained.map(({ path }) => path)).size).toBe(explained.length);
	});

	it('has examples that can be read', () => {
		for (const [key, schema] of keys) {
			const example = keyDoc(schema)?.example ?? '';
			expect(schema.safeParse(load(example)).success, `${key}: ${example}`).toBe(true);
		}
	});

	it('says of every key whether it may be left out, as the schema has it', () => {
		for (const [key, schema] of keys)
			expect(schema.safeParse(undefined).success, key).toBe(keyDoc(schema)?.without !== undefined);
	});

	it('shows recipes that can be read without findings', () => {
		const blocks = readFileSync(RECIPE_DOCS, 'utf8').match(/(?<=```yaml\n)[^]*?(?=```)/g) ?? [];
		const recipes = blocks.filter(
			(text) => /^merge_method: /m.test(text) && text.includes('org/a'),
		);
		expect(recipes.length).toBe(2);
		for (const text of recipes) expect(parseRecipes(text).findings).toEqual([]);
	});

	it('lists for each method parameters that make no finding where they may stand', () => {
		expect(methodReference().length).toBe(20);
		for (const { name, parameters } of methodReference()) {
			const settings = parameters.map((parameter) => `${parameter.name}: 1`).join(', ');
			const text = `merge_method: ${name}\nmodels: [{model: a}]\nparameters: {${settings}}`;
			expect(parseRecipe(text).findings, name).toEqual([]);
		}
	});
});
