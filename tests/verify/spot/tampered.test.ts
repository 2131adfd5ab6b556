import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import type { Recipe } from '../../../src/recipe/index.ts';
import type { TensorEntry } from '../../../src/tensors/index.ts';
import { summarizeSpot, type SpotCause } from '../../../src/verify/spot/index.ts';
import { rounder, valuesOf } from '../../../src/verify/floats.ts';
import { caseRecipe, changedRecipe, publishedCase, spotCheck } from './oracleSpot.ts';
import type { Published, SpotRun } from './oracleSpot.ts';
import { bytesFrom, Random } from './simulation.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

async function check(recipe: Recipe, published: Published): Promise<SpotRun> {
	return spotCheck({ kernels, recipe, published, semantics: '0.1.4' });
}

/** Names of tensors that are different, by cause. */
function causes({ plan, findings, spot }: SpotRun): Partial<Record<SpotCause, number>> {
	const { causes: list } = summarizeSpot(plan, findings, spot);
	return Object.fromEntries(list.map(({ cause, tensors }) => [cause, tensors.length]));
}

/** Rewrites a tensor's elements. */
function rewrite(
	{ headers, bytes }: Published,
	name: string,
	change: (value: number, index: number) => number,
): void {
	const entry = headers.tensors.get(name);
	if (entry === undefined) throw new Error(`no tensor ${name}`);
	const dtype = entry.dtype as 'F32' | 'F16' | 'BF16';
	const part = bytes.subarray(entry.start, entry.end);
	part.set(bytesFrom(valuesOf(part.slice(), dtype).map(change), dtype));
}

function rewriteAll(
	published: Published,
	change: (value: number, index: number, entry: TensorEntry) => number,
): void {
	for (const [name, entry] of published.headers.tensors)
		rewrite(published, name, (value, index) => change(value, index, entry));
}

/** The same recipe as text, and another one. */
type Change = readonly [name: string, cause: SpotCause, change: (text: string) => string];

const t = (from: string, to: string) => (text: string) => text.replaceAll(from, to);

describe('a recipe that is not the one', () => {
	const CHANGES: readonly Change[] = [
		['slerp-models', 'another-t', t('t: 0.35', 't: 0.351')],
		['slerp-models', 'another-t', t('t: 0.35', 't: 0.4')],
		['slerp-models', 'another-t', t('t: 0.35', 't: 0')],
		['slerp-models', 'swapped', t('base_model: a', 'base_model: x')],
		['slerp-models', 'swapped', t('t: 0.35', 't: 0.65')],
		['slerp-models', 'unexplained', t('model: x', 'model: b')],
		['slerp-models', 'unexplained', t('model: x', 'model: c')],
		['slerp-card', 'another-t', t('value: 0.5', 'value: 0.6')],
		['slerp-card', 'swapped', t('base_model: a', 'base_model: b')],
		['slerp-card', 'unexplained', t('model: b', 'model: c')],
		['slerp-far', 'another-t', t('value: 0.5', 'value: 0.45')],
		['slerp-f32', 'another-t', t('0.9', '0.9001')],
		['slerp-f32', 'swapped', t('base_model: a', 'base_model: x')],
		['slerp-out-dtype', 'another-t', t('0.9', '0.8')],
		['linear-gradient', 'other-weights', t('value: 0.6', 'value: 0.7')],
		['linear', 'other-weights', t('weight: 0.3', 'weight: 0.6')],
		['linear', 'unexplained', t('model: c', 'model: x')],
		['linear-unnormalized', 'other-weights', t('weight: 0.3', 'weight: 0.31')],
		['linear-unnormalized', 'other-weights', t('normalize: false', 'normalize: true')],
		['task_arithmetic', 'other-weights', t('weight: 0.4', 'weight: 0.8')],
		['passthrough-stack', 'unexplained', t('model: b', 'model: c')],
		['ties', 'unexplained', t('weight: 0.3', 'weight: 0.9')],
		['ties', 'unexplained', t('model: b\n', 'model: x\n')],
		['ties-card', 'unexplained', t('normalize: true', 'normalize: false')],
		['breadcrumbs', 'unexplained', t('weight: 0.4', 'weight: 0.8')],
		['model_stock', 'unexplained', t('model: c', 'model: x')],
		['nuslerp', 'unexplained', t('model: x', 'model: b')],
		['nuslerp-base', 'another-t', t('weight: 0.9', 'weight: 0.5')],
		['nuslerp-row-wise', 'another-t', t('weight: 0.6', 'weight: 0.5')],
		['nuslerp-row-wise', 'unexplained', t('nuslerp_row_wise: true', 'nuslerp_row_wise: false')],
	];
	it.each(CHANGES)('of %s is refuted, by %s', async (name, cause, change) => {
		const run = await check(changedRecipe(name, change), publishedCase(name));
		const summary = summarizeSpot(run.plan, run.findings, run.spot);
		expect(summary.finding).toBe('different');
		expect([summary.causes[0]?.cause, causes(run)]).toEqual([cause, expect.anything()]);
	});

	it.each(['t: 0.375', 't: 0.5'])(
		'another method is refuted: a slerp of %s that was a sum',
		async (t) => {
			const recipe = changedRecipe('linear-unnormalized', (text) =>
				text
					.replace('merge_method: linear', 'merge_method: slerp\nbase_model: a')
					.replace('normalize: false', t)
					.replace(/- model: c\n {2}parameters:\n {4}weight: 0.4\n/, ''),
			);
			const run = await check(recipe, publishedCase('linear-unnormalized'));
			expect(causes(run)).not.toHaveProperty('another-t');
			expect(run.findings.every(({ finding }) => finding === 'different')).toBe(true);
		},
	);

	it('another base is refuted, whatever weights come near it', async () => {
		const recipe = changedRecipe('task_arithmetic', t('base_model: base', 'base_model: x'));
		const { findings } = await check(recipe, publishedCase('task_arithmetic'));
		expect(new Set(findings.map(({ finding }) => finding))).toEqual(new Set(['different']));
		for (const { cause } of findings) expect(['unexplained', 'other-weights']).toContain(cause);
	});

	it('a sum of two with another total is told from a slerp with another t', async () => {
		const published = publishedCase('slerp-f32');
		rewriteAll(published, (value) => value * 0.5);
		const run = await check(caseRecipe('slerp-f32'), published);
		expect(causes(run)).toEqual({ 'another-method': run.findings.length });
	});
});

describe('weights that were altered afterwards', () => {
	const CASES = [
		'slerp-models',
		'slerp-far',
		'slerp-f32',
		'linear',
		'linear-unnormalized',
		'task_arithmetic',
		'passthrough-stack',
		'ties',
		'model_stock',
		'nuslerp',
		'nuslerp-base',
	] as const;
	const NAME = 'model.layers.1.mlp.up_proj.weight';

	it.each(CASES)('%s: one element is found, and found to be one', async (name) => {
		const published = publishedCase(name);
		rewrite(published, NAME, (value, i) => (i === 77 ? -2 * value - 0.01 : value));
		const run = await check(caseRecipe(name), published);
		const different = run.findings.filter(({ finding }) => finding === 'different');
		expect(different.map((one) => [one.name, one.cause, one.mismatch])).toEqual([
			[NAME, 'altered-elements', 1],
		]);
		expect(different[0]?.worst).toBe(77);
		expect(summarizeSpot(run.plan, run.findings, run.spot).sentence).toContain(
			`(${NAME}): single elements altered`,
		);
	});

	it.each(CASES)('%s: one tensor is found', async (name) => {
		const published = publishedCase(name);
		const random = new Random(3);
		rewrite(published, NAME, (value) => value + 0.002 * random.normal());
		const run = await check(caseRecipe(name), published);
		const different = run.findings.filter(({ finding }) => finding === 'different');
		expect(different.map((one) => [one.name, one.cause])).toEqual([[NAME, 'unexplained']]);
	});

	it.each(CASES)('%s: a fine-tune is found', async (name) => {
		const published = publishedCase(name);
		const random = new Random(4);
		rewriteAll(published, (value) => value * (1 + 0.03 * random.normal()));
		const run = await check(caseRecipe(name), published);
		const { unexplained = 0 } = causes(run);
		expect(unexplained).toBeGreaterThan(0.8 * run.findings.length);
	});

	it.each(['slerp-f32', 'slerp-models'])('%s: a detour through bf16 is found', async (name) => {
		const published = publishedCase(name);
		const round = rounder('BF16');
		rewriteAll(published, round);
		const run = await check(caseRecipe(name), published);
		const found = causes(run);
		expect(found['another-dtype'] ?? 0).toBeGreaterThan(0.8 * run.findings.length);
	});
});
