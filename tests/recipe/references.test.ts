import { describe, expect, it } from 'vitest';
import {
	formatReference,
	isLocalReference,
	modelReferences,
	parseModelReference,
	tokenizerReferences,
} from '../../src/recipe/index.ts';
import { caseRecipe, recipeOf } from './recipes.ts';

describe('a model reference', () => {
	it.each([
		['org/a', 'org/a', null, null],
		['org/a@main', 'org/a', 'main', null],
		['org/a+org/l', 'org/a', null, { path: 'org/l', revision: null }],
		['org/a@v1+org/l@v2', 'org/a', 'v1', { path: 'org/l', revision: 'v2' }],
	])('%s is taken apart', (text, path, revision, lora) => {
		const reference = { path, revision, lora };
		expect(parseModelReference(text)).toEqual(reference);
		expect(formatReference(reference)).toBe(text);
	});

	it('has no revision where it is empty', () => {
		expect(parseModelReference('a@')).toEqual({ path: 'a', revision: null, lora: null });
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

	it('include those of modules and tokenizers', () => {
		const recipe = recipeOf(
			'merge_method: linear',
			'modules:',
			'  text: {models: [{model: a}, {model: b@v1+l}]}',
			'  vision: {slices: [{base_model: c, sources: [{model: d, layer_range: [0, 1]}]}]}',
			'tokenizer:',
			'  source: e',
			'  tokens:',
			'    x: {source: f}',
			'    y: {source: {kind: zero}}',
			'    z: {source: {kind: model_token, model: a, token_id: 1}}',
		);
		expect(modelReferences(recipe)).toEqual(['a', 'b@v1+l', 'c', 'd', 'e', 'f']);
		expect(tokenizerReferences(recipe)).toEqual(['e', 'f', 'a']);
		const legacy = recipeOf(
			'merge_method: linear',
			'models: [{model: a}]',
			'tokenizer_source: union',
		);
		expect(modelReferences(legacy)).toEqual(['a']);
	});

	it('include the base of a slice', () => {
		const recipe = recipeOf(
			'merge_method: slerp',
			'slices: [{base_model: c, sources: [{model: a, layer_range: [0, 1]}]}]',
		);
		expect(modelReferences(recipe)).toEqual(['c', 'a']);
	});
});
