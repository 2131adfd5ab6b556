import { describe, expect, it } from 'vitest';
import { resolveSources, type PlanSources } from '../../src/merge/sources.ts';
import { checkTokenizer } from '../../src/merge/tokenizer.ts';
import { findSemantics } from '../../src/recipe/index.ts';
import type { ModelFiles, ModelHeaders } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';
import { headersWith, inLayers, shaped } from './headers.ts';

const EMBEDDING = 'model.embed_tokens.weight';
const BOTH = 'models: [{model: a}, {model: b}]\nmerge_method: linear\n';

function sourcesOf(text: string, models: Readonly<Record<string, ModelFiles>>): PlanSources {
	return resolveSources(recipeOf(text), headersOf(models));
}

const pair = { a: tinyModel('a'), b: tinyModel('b') };

describe('models', () => {
	it('with an adapter are refused, with what to do instead', async () => {
		const text = 'models: [{model: a+o/lora}, {model: b}]\nmerge_method: linear\n';
		const error = await thrownBy(() => sourcesOf(text, pair));
		expect(error.code).toBe('lora-unsupported');
		expect(error.details).toEqual({ model: 'a+o/lora', base: 'a', adapter: 'o/lora' });
		expect(error.hint).toContain('peft');
	});

	it('without layers are refused', async () => {
		const models = { a: tinyModel('a', { config: { num_hidden_layers: 0 } }), b: tinyModel('b') };
		const error = await thrownBy(() => sourcesOf(BOTH, models));
		expect(error.code).toBe('layer-range');
		expect(error.message).toContain('a has no layers');
	});
});

describe('modules', () => {
	const names = inLayers(['text.layers.N.up.weight', 'eye.blocks.N.up.weight', 'wte.weight'], 2);
	const model = headersWith({ architectures: ['Strange'] }, shaped(names));
	const resolve = (text: string): PlanSources =>
		resolveSources(recipeOf(text), new Map<string, ModelHeaders>([['a', model]]));

	it('are all merged by models:', () => {
		const { modules, layers } = resolve('models: [{model: a}]\nmerge_method: passthrough\n');
		expect(modules.map(({ architecture, layers }) => [architecture.name, layers])).toEqual([
			['default', 0],
			['eye.blocks', 2],
			['text.layers', 2],
		]);
		expect(layers).toBe(4);
	});

	it('are each looked up where the recipe has them', () => {
		const { slices } = resolve(`modules:
  text.layers: {slices: [{sources: [{model: a, layer_range: [1, 2]}]}]}
  default: {models: [{model: a}]}
  eye.blocks: {models: [{model: a}]}
merge_method: passthrough
`);
		expect(slices.map(({ module, layers }) => [module, layers])).toEqual([
			[1, 0],
			[2, 2],
			[0, 1],
		]);
	});

	it.each([
		[
			'slices for several of them',
			'slices: [{sources: [{model: a, layer_range: [0, 2]}]}]',
			'3 modules',
		],
		[
			'one that there is not',
			'modules: {default: {models: [{model: a}]}, ear: {models: [{model: a}]}}',
			'no module ear',
		],
		['too few of them', 'modules: {default: {models: [{model: a}]}}', 'the module eye.blocks'],
	])('refuse %s', async (_, text, message) => {
		const error = await thrownBy(() => resolve(`${text}\nmerge_method: passthrough\n`));
		expect(error.code).toBe('recipe-invalid');
		expect(error.message).toContain(message);
		expect(error.hint).toContain('default, eye.blocks, text.layers');
	});
});

describe('a tokenizer', () => {
	const model = (name: string, rows: number): ModelFiles =>
		tinyModel(name, { shapes: { [EMBEDDING]: [rows, 2] } });
	const same = { a: model('a', 8), b: model('b', 8) };
	const check = (
		block: string,
		models: Readonly<Record<string, ModelFiles>> = same,
		semantics = '0.1.4',
	): readonly string[] => {
		const recipe = recipeOf(`${BOTH}${block}`);
		const sources = resolveSources(recipe, headersOf(models));
		return checkTokenizer(recipe, sources, findSemantics(semantics)).map(({ code }) => code);
	};

	it('is taken where vocabularies have one size', () => {
		expect(check('')).toEqual([]);
		for (const block of [
			'tokenizer_source: base\n',
			'tokenizer_source: union\n',
			'tokenizer: {source: b, pad_to_multiple_of: 4}\n',
		])
			expect(check(block)).toEqual(['tokenizer-assumed']);
	});

	it.each([
		['of vocabularies of different sizes', 'tokenizer_source: union\n', 'a 8, b 6'],
		['with tokens of its own', 'tokenizer: {source: base, tokens: {<x>: {source: a}}}\n', '<x>'],
		[
			'that must be padded',
			'tokenizer: {source: base, pad_to_multiple_of: 16}\n',
			'multiple of 16',
		],
	])('%s is refused', async (_, block, message) => {
		const models = block.includes('union') ? { a: model('a', 8), b: model('b', 6) } : same;
		const error = await thrownBy(() => check(block, models));
		expect(error.code).toBe('tokenizer-unsupported');
		expect(error.message).toContain(message);
	});

	it('is refused where mergekit had a rule of its own for embeddings', async () => {
		const error = await thrownBy(() => check('tokenizer_source: base\n', same, '0.0.4'));
		expect(error.code).toBe('tokenizer-unsupported');
		expect(error.hint).toContain('2024-07-15');
	});
});
