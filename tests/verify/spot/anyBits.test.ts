import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import {
	createMemorySink,
	createTensorMerger,
	planMerge,
	runMerge,
} from '../../../src/merge/index.ts';
import type { ModelFiles } from '../../../src/tensors/index.ts';
import { opener } from '../../support/oracle.ts';
import { headersOf, recipeOf, tinyModel } from '../../support/tinyModel.ts';
import { publishedFrom, spotCheck, type SpotRun } from './oracleSpot.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

const BASE = 'base_model: base\nparameters: ';

/** Recipes of every method for two models, beside a base where the method takes one. */
const RECIPES: readonly (readonly [method: string, rest: string])[] = [
	['slerp', 'base_model: a\nparameters: {t: 0.3}'],
	['slerp', 'base_model: a\nparameters: {t: 1.6}'],
	['linear', 'parameters: {weight: 0.3}'],
	['nuslerp', 'parameters: {weight: 0.3}'],
	['nuslerp', 'parameters: {weight: 0.3, nuslerp_flatten: false}'],
	['nuslerp', `${BASE}{weight: 0.3, nuslerp_flatten: false, nuslerp_row_wise: true}`],
	['model_stock', `${BASE}{filter_wise: true}`],
	['task_arithmetic', `${BASE}{weight: 0.7}`],
	['ties', `${BASE}{weight: 0.7, density: 0.4, rescale: true}`],
	['dare_ties', `${BASE}{weight: 0.7, density: 0.4}`],
	['dare_linear', `${BASE}{weight: -0.7, density: 0.1, normalize: true}`],
	['della', `${BASE}{weight: 0.7, density: 0.4}`],
	['breadcrumbs_ties', `${BASE}{weight: 0.7, density: 0.4, gamma: 0.05}`],
];

/** Merges with Remelt, changes the result, and checks it with another seed for what is dropped. */
async function mergeAndCheck(
	text: string,
	models: Readonly<Record<string, ModelFiles>>,
	change: (bytes: Uint8Array) => void = () => undefined,
): Promise<SpotRun> {
	const recipe = recipeOf(text);
	const parents = new Map(Object.entries(models).filter(([name]) => text.includes(name)));
	const options = { headers: headersOf(Object.fromEntries(parents)), semantics: '0.1.4', seed: 5 };
	const plan = planMerge(recipe, options);
	const sink = createMemorySink();
	const merge = createTensorMerger({ kernels, open: opener(parents) });
	await runMerge(plan, { merge, concurrency: 1, sink });
	const bytes = sink.files.get('model.safetensors');
	if (bytes === undefined) throw new Error('nothing was written');
	const published = publishedFrom('own', bytes);
	change(published.bytes);
	return spotCheck({ kernels, recipe, published, semantics: '0.1.4', elements: 600, parents });
}

function parentsOf(dtype: 'BF16' | 'F16' | 'F32', anyBits: boolean): Record<string, ModelFiles> {
	const shapes = { 'model.layers.0.mlp.up_proj.weight': [100, 48] };
	const options = { layers: 1, elements: 1024, dtype, shapes, anyBits };
	const model = (name: string, seed: number): ModelFiles => tinyModel(name, { ...options, seed });
	return { a: model('a', 1), b: model('b', 2), base: model('base', 3) };
}

describe.each(RECIPES)('%s, %s', (method, rest) => {
	it.each([
		['BF16', false],
		['BF16', true],
		['F16', false],
		['F16', true],
		['F32', false],
		['F32', true],
	] as const)('of %s parents contradicts nothing; any bits: %s', async (dtype, anyBits) => {
		const text = `models: [{model: a}, {model: b}]\nmerge_method: ${method}\n${rest}\n`;
		const { findings } = await mergeAndCheck(text, parentsOf(dtype, anyBits));
		expect(findings.length).toBeGreaterThan(0);
		expect(findings.filter(({ finding }) => finding === 'different')).toEqual([]);
	});
});

describe('elements that are no numbers', () => {
	const SLERP =
		'models: [{model: a}, {model: b}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: 0.3}\n';

	it('are undecidable where the whole tensor is so, as norms may make it', async () => {
		const { findings } = await mergeAndCheck(SLERP, parentsOf('BF16', false), (bytes) => {
			const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
			bytes.fill(0xff, start);
		});
		expect(new Set(findings.map(({ finding }) => finding))).toEqual(new Set(['undecidable']));
	});

	it('are an alteration where the others and the parents are numbers', async () => {
		const { findings } = await mergeAndCheck(SLERP, parentsOf('BF16', false), (bytes) => {
			// In the middle of the last tensor, which every window of 600 elements has.
			bytes.fill(0xff, bytes.length - 1026, bytes.length - 1024);
		});
		const different = findings.filter(({ finding }) => finding === 'different');
		expect(different).toHaveLength(1);
		expect(different[0]).toMatchObject({ cause: 'altered-elements', mismatch: 1 });
	});
});
