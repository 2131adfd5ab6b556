import { describe, expect, it } from 'vitest';
import { loadWasmKernels } from '../../src/kernels/index.ts';
import { thrownBy } from '../support/errors.ts';
import {
	caseRecipe,
	digests,
	expectedFile,
	expectedTensors,
	openParents,
	runCase,
} from '../support/oracle.ts';
import { compareTensors } from '../support/compare.ts';
import { createReferenceKernels } from '../support/referenceKernels.ts';
import { angleOf, planMerge } from '../../src/merge/index.ts';

/** The semantics that both backends have; tests/merge/eras.test.ts has mergekit's. */
const semantics = 'precise';

const BACKENDS = {
	WASM: async () => loadWasmKernels(),
	reference: async () => Promise.resolve(createReferenceKernels()),
};

/** bf16 elements that must be identical; mergekit's norms are float32 sums, ours float64. */
const BF16_SHARE = 0.9999;

/** For f16, whose ulp is an eighth of bf16's, so that as small a difference shows more often. */
const F16_SHARE = 0.999;

describe.each(Object.entries(BACKENDS))('with the %s kernels', (_, load) => {
	it.each(['passthrough-stack', 'passthrough-block-expansion'])(
		'%s is the file that mergekit wrote, byte for byte',
		async (name) => {
			const { files } = await runCase(name, { kernels: await load(), semantics });
			expect(Buffer.from(files.get('model.safetensors') ?? []).equals(expectedFile(name))).toBe(
				true,
			);
		},
	);

	it.each([
		['slerp-card', BF16_SHARE],
		['slerp-far', BF16_SHARE],
		['slerp-far-base-second', BF16_SHARE],
		['slerp-out-dtype', BF16_SHARE],
		['slerp-models', F16_SHARE],
		// In float32 every bit of mergekit's norm error shows; only the allowance can hold.
		['slerp-f32', 0],
	])('%s agrees with mergekit within the allowance', async (name, share) => {
		const { tensors } = await runCase(name, { kernels: await load(), semantics });
		const comparison = compareTensors(expectedTensors(name), tensors);
		expect(comparison.rows.filter((row) => row.problem ?? (row.far ?? 0) > 0)).toEqual([]);
		expect(comparison.share).toBeGreaterThanOrEqual(share);
	});

	it('a case comes out the same however many tensors are in flight', async () => {
		const kernels = await load();
		const one = await runCase('slerp-far', { kernels, semantics, concurrency: 1 });
		const four = await runCase('slerp-far', { kernels, semantics, concurrency: 4 });
		expect(digests(four.files)).toEqual(digests(one.files));
		expect(four.outcome).toEqual(one.outcome);
	});

	it('a case comes out the same when inputs do not fit the budget and are read twice', async () => {
		const kernels = await load();
		const once = await runCase('slerp-card', { kernels, semantics });
		const twice = await runCase('slerp-card', { kernels, semantics, memoryBudget: 1 });
		expect(digests(twice.files)).toEqual(digests(once.files));
		expect(twice.outcome.bytesRead).toBeGreaterThan(once.outcome.bytesRead);
	});
});

it('both backends make the same files of every case', async () => {
	for (const name of ['slerp-card', 'slerp-far', 'slerp-f32', 'slerp-models']) {
		const wasm = await runCase(name, { kernels: await loadWasmKernels(), semantics });
		const plain = await runCase(name, { kernels: createReferenceKernels(), semantics });
		expect(digests(wasm.files), name).toEqual(digests(plain.files));
	}
});

it('slerp-card takes the linear branch for the six tensors that mergekit does', async () => {
	const { outcome } = await runCase('slerp-card', { kernels: await loadWasmKernels(), semantics });
	const linear = outcome.results.filter((result) => angleOf(result)?.branch === 'linear');
	expect(linear).toHaveLength(6);
	for (const result of linear) expect(angleOf(result)?.cosine).toBeGreaterThan(0.9995);
});

it('the kernels’ own comparison counts what the independent one counts', async () => {
	const { outcome, tensors } = await runCase('slerp-far', {
		kernels: await loadWasmKernels(),
		semantics,
	});
	const { identical, elements, maxUlp } = compareTensors(expectedTensors('slerp-far'), tensors);
	const counted = outcome.results.map(({ comparison }) => comparison);
	const sum = (key: 'identical' | 'elements'): number =>
		counted.reduce((total, comparison) => total + (comparison?.[key] ?? 0), 0);
	expect(sum('identical')).toBe(identical);
	expect(sum('elements')).toBe(elements);
	expect(Math.max(...counted.map((comparison) => comparison?.maxUlp ?? 0))).toBe(maxUlp);
});

it.each([
	['error-layer-range', 'layer-range', { model: 'a', end: 6, layers: 4 }],
	['error-slerp-no-base', 'base-missing', { method: 'slerp' }],
	[
		'error-slerp-no-t',
		'parameter-missing',
		{ parameter: 't', tensor: 'model.embed_tokens.weight' },
	],
	['error-slerp-three', 'model-count', { count: 3, max: 2 }],
	['error-unknown-method', 'method-unknown', { method: 'slurp' }],
])('%s is refused with %s before a weight is read', async (name, code, details) => {
	const recipe = caseRecipe(name);
	const models = await openParents(recipe);
	const headers = new Map([...models].map(([key, model]) => [key, model.headers]));
	const error = await thrownBy(() => planMerge(recipe, { headers }));
	expect(error.code).toBe(code);
	expect(error.details).toMatchObject(details);
	expect(error.hint).not.toBe('');
});
