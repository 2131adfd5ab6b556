import { describe, expect, it } from 'vitest';
import { isLocalReference, modelReferences, parseModelReference } from '../../src/recipe/index.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

describe('a model reference', () => {
	it.each([
		['org/a', 'org/a', null, null],
		['org/a@main', 'org/a', 'main', null],
		['org/a+org/l', 'org/a', null, { path: 'org/l', revision: null }],
		['org/a@v1+org/l@v2', 'org/a', 'v1', { path: 'org/l', revision: 'v2' }],
	])('%s is taken apart', (text, path, revision, lora) => {
		expect(parseModelReference(text)).toEqual({ path, revision, lora });
	});

	it.each(['a+b+c', 'a@b@c', '', '@main', 'a+'])('%j is refused', (text) => {
		expect(parseModelReference(text)).toBeNull();
	});

	it.each([
		['org/a', false],
		['org/a@refs/pr/3', false],
		['gpt2', false],
		['/mnt/models/a', true],
		['~/a', true],
		['./a', true],
		['../a', true],
		['C:\\models\\a', true],
		['folder\\a', true],
		['some/deep/path', true],
		// the Hub has a page of its own at /models, so that no account has this name
		['models/merliniteX-blockF2', true],
	])('%s means a folder: %s', (text, local) => {
		expect(isLocalReference(text)).toBe(local);
	});
});

describe('the models of a recipe', () => {
	it('are listed once, the base first', () => {
		expect(modelReferences(caseRecipe('slices-of-merges'))).toEqual(['a', 'x']);
		expect(modelReferences(caseRecipe('ties-density-gradient'))).toEqual(['base', 'a', 'b']);
		expect(modelReferences(caseRecipe('passthrough-stack'))).toEqual(['a', 'b']);
	});

	it('include the base of a slice', () => {
		const recipe = recipeOf(
			'merge_method: slerp',
			'slices: [{base_model: c, sources: [{model: a, layer_range: [0, 1]}]}]',
		);
		expect(modelReferences(recipe)).toEqual(['c', 'a']);
	});
});
