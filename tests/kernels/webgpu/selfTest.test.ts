import { beforeAll, expect, test } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import {
	comparisonTask,
	knownAnswers,
	selfTest,
	taskOf,
} from '../../../src/kernels/webgpu/selfTest.ts';
import { makeAnswers } from './answers.ts';
import { fakeGpu } from './fakes.ts';

let wasm: Kernels;
beforeAll(async () => {
	wasm = await loadWasmKernels();
});

test('the committed answers are those of the reference', async () => {
	expect(await knownAnswers()).toEqual(makeAnswers());
});

test('WASM gives every known answer', async () => {
	await selfTest(fakeGpu(wasm), await knownAnswers());
});

test('each answer but the right one is noticed, with the first element that differs', async () => {
	const answers = await knownAnswers();
	const sums = answers.sums.length;
	for (let wrong = 1; wrong <= sums + answers.comparisons.length; wrong++) {
		const gpu = fakeGpu(wasm);
		gpu.spoil = (result, call) => {
			const at = result instanceof Uint32Array ? 0 : result.length - 1;
			if (call === wrong) result[at] = (result[at] ?? 0) ^ 1;
		};
		const error: unknown = await selfTest(gpu, answers).catch((thrown: unknown) => thrown);
		const known = answers.sums[wrong - 1] ?? answers.comparisons[wrong - 1 - sums];
		expect(error).toMatchObject({
			code: 'gpu-wrong',
			message: `The GPU fails the self-test: ${known?.name ?? ''}.`,
		});
	}
});

test('the answers reach beyond one block and an even number of elements', async () => {
	const { sums, comparisons } = await knownAnswers();
	const sizes = [
		...sums.map((known) => taskOf(known).elements),
		...comparisons.map((known) => comparisonTask(known).task.elements),
	];
	expect(Math.max(...sizes)).toBeGreaterThan(8192);
	expect(sizes.some((size) => size % 2 === 1)).toBe(true);
});

test('a GPU that gives no answer fails', async () => {
	const gpu = fakeGpu(wasm);
	gpu.before = () => Promise.reject(new Error('silent'));
	await expect(selfTest(gpu, await knownAnswers())).rejects.toThrow('silent');
});
