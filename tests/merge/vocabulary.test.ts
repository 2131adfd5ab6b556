import { describe, expect, it } from 'vitest';
import { outputWeights, type OutputWeight } from '../../src/merge/inputs.ts';
import { resolveSources } from '../../src/merge/sources.ts';
import { findSemantics } from '../../src/recipe/index.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

const EMBEDDING = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';
const Q = 'model.layers.0.self_attn.q_proj.weight';

const RECIPE = 'models: [{model: a}, {model: b}]\nmerge_method: linear\nbase_model: a\n';

function model(name: string, rows: number, columns = 2): ModelFiles {
	return tinyModel(name, { shapes: { [EMBEDDING]: [rows, columns], [HEAD]: [rows, columns] } });
}

interface WeightOptions {
	readonly tensor?: string;
	readonly crop?: 'base' | 'common';
	readonly text?: string;
}

function weightOf(
	models: Readonly<Record<string, ModelFiles>>,
	semantics: string,
	{ tensor = EMBEDDING, crop = 'common', text = RECIPE }: WeightOptions = {},
): OutputWeight {
	const sources = resolveSources(recipeOf(text), headersOf(models));
	const weights = outputWeights(sources, { semantics: findSemantics(semantics), crop });
	const found = weights.find(({ name }) => name === tensor);
	if (found === undefined) throw new Error(`no ${tensor}`);
	return found;
}

const lengths = ({ inputs }: OutputWeight): number[] =>
	inputs.map(({ range }) => range.end - range.start);

describe('vocabularies of different sizes', () => {
	it('are cut to the first rows of all, as bytes at the start of the tensor', () => {
		const models = { a: model('a', 6), b: model('b', 4) };
		for (const semantics of ['0.0.4', '0.0.6', '0.1.4'])
			for (const tensor of [EMBEDDING, HEAD]) {
				const weight = weightOf(models, semantics, { tensor });
				expect(lengths(weight)).toEqual([4 * 2 * 2, 4 * 2 * 2]);
				expect(weight.inputs.map(({ range }) => range.shape)).toEqual([
					[4, 2],
					[4, 2],
				]);
				expect(weight.crop).toEqual({ rows: 4, models: [{ model: 'a', rows: 6 }] });
			}
	});

	it('are told by the tensor’s name in early mergekits, by the architecture later', async () => {
		const config = { config: { architectures: ['GPTNeoXForCausalLM'] } };
		const neox = (name: string, rows: number): ModelFiles =>
			tinyModel(name, {
				architecture: 'GPTNeoXForCausalLM',
				shapes: { 'gpt_neox.embed_in.weight': [rows, 2], 'embed_out.weight': [rows, 2] },
				...config,
			});
		const models = { a: neox('a', 6), b: neox('b', 4) };
		const tensor = 'gpt_neox.embed_in.weight';
		expect(weightOf(models, '0.1.4', { tensor }).crop?.rows).toBe(4);
		const error = await thrownBy(() => weightOf(models, '0.0.4', { tensor }));
		expect(error.code).toBe('shape-mismatch');
	});

	it('are cut to the base’s by methods on task vectors, but never the other way round', async () => {
		const models = { a: model('a', 4), b: model('b', 6) };
		expect(weightOf(models, '0.1.4', { crop: 'base' }).crop).toEqual({
			rows: 4,
			models: [{ model: 'b', rows: 6 }],
		});
		const swapped = { a: model('a', 6), b: model('b', 4) };
		const error = await thrownBy(() => weightOf(swapped, '0.1.4', { crop: 'base' }));
		expect(error.code).toBe('shape-mismatch');
		expect(error.details).toMatchObject({
			model: 'a',
			shape: '6,2',
			other: 'b',
			otherShape: '4,2',
		});
		expect(error.hint).toContain('base');
	});

	it.each(['0.1.5', 'precise'])(
		'are refused by %s, which says how to have them cut',
		async (name) => {
			const models = { a: model('a', 6), b: model('b', 4) };
			const error = await thrownBy(() => weightOf(models, name));
			expect(error.code).toBe('shape-mismatch');
			expect(error.hint).toContain('--semantics 0.1.4');
		},
	);
});

describe('other shapes', () => {
	it('are refused where rows of a vocabulary differ in length', async () => {
		const models = { a: model('a', 4, 2), b: model('b', 4, 3) };
		const error = await thrownBy(() => weightOf(models, '0.1.4'));
		expect(error.code).toBe('shape-mismatch');
		expect(error.hint).toContain('more than the number of rows');
	});

	it('are refused outside of embeddings, and never broadcast', async () => {
		const models = {
			a: tinyModel('a', { shapes: { [Q]: [4, 2] } }),
			b: tinyModel('b', { shapes: { [Q]: [1, 2] } }),
		};
		for (const semantics of ['0.0.4', '0.1.4', '0.1.5']) {
			const error = await thrownBy(() => weightOf(models, semantics, { tensor: Q }));
			expect(error.code).toBe('shape-mismatch');
		}
	});

	it('that are the same are left alone', () => {
		const weight = weightOf({ a: model('a', 4), b: model('b', 4) }, '0.1.5');
		expect(weight).toMatchObject({ crop: null, embedding: true });
	});
});
