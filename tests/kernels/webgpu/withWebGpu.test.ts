import { beforeAll, describe, expect, test } from 'vitest';
import type { RemeltError } from '../../../src/errors/index.ts';
import {
	GRAM_BLOCK,
	loadWasmKernels,
	type Comparison,
	type Formula,
	type FormulaSpec,
	type Kernels,
} from '../../../src/kernels/index.ts';
import { withWebGpu, type WebGpuOptions } from '../../../src/kernels/webgpu/withWebGpu.ts';
import type { FloatDtype } from '../../../src/tensors/index.ts';
import { makeOperand } from '../patterns.ts';
import type { Operand } from '../reference.ts';
import { fakeGpu, withSums, type CountedKernels, type FakeGpu } from './fakes.ts';

const ELEMENTS = 5 * GRAM_BLOCK + 77;
const STEP = 2 * GRAM_BLOCK;
const WEIGHTS = [0.3, 0.7];
const SUM: FormulaSpec = {
	kind: 'sum',
	weights: WEIGHTS,
	rounding: 'once',
	divide: false,
	work: 'F32',
};
const SLERP: FormulaSpec = { kind: 'slerp', t: 0.5, scalars: 'numpy2', work: 'BF16' };

const inputs = [0, 1].map((i) =>
	makeOperand({ dtype: 'BF16', pattern: 'bits', elements: ELEMENTS, seed: 9 + i }),
);

let wasm: CountedKernels;
let expected: Uint8Array;
let published: Uint8Array;
let counts: Comparison;
beforeAll(async () => {
	wasm = withSums(await loadWasmKernels(), WEIGHTS);
	const chunk = wasm.chunk();
	for (const { dtype, bytes } of inputs) chunk.push(dtype, bytes);
	expected = chunk.combine(WEIGHTS, 'BF16');
	published = chunk.combine([0.3, 0.701], 'BF16');
	counts = chunk.compare(WEIGHTS, 'BF16', published);
	chunk.clear();
});

interface Setup {
	readonly gpu: FakeGpu;
	readonly kernels: Kernels;
	/** Why the GPU was left. */
	readonly left: RemeltError[];
}

function setUp(options: Partial<WebGpuOptions> = {}): Setup {
	const gpu = fakeGpu(wasm);
	const left: RemeltError[] = [];
	wasm.answered.length = 0;
	const kernels = withWebGpu(wasm, gpu, {
		use: { compare: true, combine: true },
		fromElements: 0,
		onLeave: (reason) => left.push(reason),
		...options,
	});
	return { gpu, kernels, left };
}

/** Runs a pass in chunks: the chunk's part of each operand goes to `use`. */
async function pass(
	kernels: Kernels,
	operands: readonly Operand[],
	use: (chunk: ReturnType<Kernels['chunk']>, start: number, end: number) => unknown,
): Promise<void> {
	const chunk = kernels.chunk();
	for (let start = 0; start < ELEMENTS; start += STEP) {
		const end = Math.min(start + STEP, ELEMENTS);
		for (const { dtype, bytes } of operands) chunk.push(dtype, bytes.subarray(2 * start, 2 * end));
		await use(chunk, start, end);
		chunk.clear();
	}
}

async function merge(
	kernels: Kernels,
	spec: FormulaSpec = SUM,
	dtype: FloatDtype = 'BF16',
): Promise<Uint8Array> {
	const formula = kernels.formula(spec, { elements: ELEMENTS, row: ELEMENTS });
	await observe(kernels, formula);
	const size = dtype === 'F32' ? 4 : 2;
	const output = new Uint8Array(ELEMENTS * size);
	await pass(kernels, inputs, (chunk, start, end) =>
		formula.write(chunk, dtype, output.subarray(start * size, end * size)),
	);
	formula.free();
	return output;
}

async function observe(kernels: Kernels, formula: Formula): Promise<void> {
	while (formula.pending) {
		await pass(kernels, inputs, (chunk) => {
			formula.observe(chunk);
		});
		formula.nextPass();
	}
}

async function compareAll(kernels: Kernels, spec: FormulaSpec = SUM): Promise<Comparison[]> {
	const formula = kernels.formula(spec, { elements: ELEMENTS, row: ELEMENTS });
	await observe(kernels, formula);
	const parts: Comparison[] = [];
	await pass(kernels, inputs, async (chunk, start, end) => {
		parts.push(await formula.compare(chunk, 'BF16', published.subarray(2 * start, 2 * end)));
	});
	return parts;
}

function identical(parts: readonly Comparison[]): number {
	return parts.reduce((sum, part) => sum + part.identical, 0);
}

/** Spoils the first element of every block from call `from` on. */
function spoilFrom(gpu: FakeGpu, from: number): void {
	gpu.spoil = (result, call) => {
		const block = result instanceof Uint32Array ? 10 : 2 * GRAM_BLOCK;
		for (let at = 0; call >= from && at < result.length; at += block)
			result[at] = (result[at] ?? 0) ^ 1;
	};
}

test('a plain sum is the GPU’s, with the bits and the counts of WASM', async () => {
	const { gpu, kernels, left } = setUp();
	expect(kernels.backend).toBe('webgpu');
	expect(Buffer.compare(await merge(kernels), expected)).toBe(0);
	expect(identical(await compareAll(kernels))).toBe(counts.identical);
	expect(gpu.calls).toHaveLength(6);
	expect([left, wasm.answered]).toEqual([[], []]);
});

test('a formula that comes down to a plain sum is the GPU’s after its passes', async () => {
	const { gpu, kernels } = setUp();
	expect(Buffer.compare(await merge(kernels, SLERP), expected)).toBe(0);
	expect(identical(await compareAll(kernels, SLERP))).toBe(counts.identical);
	expect(gpu.calls).toHaveLength(6);
});

test('a view and an array of its own hold the same', async () => {
	const { kernels } = setUp();
	const formula = kernels.formula(SUM, { elements: ELEMENTS, row: ELEMENTS });
	const parts: Uint8Array[] = [];
	await pass(kernels, inputs, async (chunk) => {
		parts.push((await formula.view(chunk, 'BF16')).slice());
	});
	expect(Buffer.compare(Buffer.concat(parts), expected)).toBe(0);
});

describe('what is WASM’s', () => {
	const cases: [name: string, options: Partial<WebGpuOptions>, spec: FormulaSpec][] = [
		['small tensors', { fromElements: ELEMENTS + 1 }, SUM],
		['what the GPU is slower at', { use: { compare: true, combine: false } }, SUM],
		['sums of rounded products', {}, { ...SUM, rounding: 'stepwise' }],
		['fused sums', {}, { ...SUM, rounding: 'fused' }],
		['averages', {}, { ...SUM, divide: true }],
		['sums that are rounded twice', {}, { ...SUM, work: 'F16' }],
	];
	test.each(cases)('%s', async (_, options, spec) => {
		const { gpu, kernels } = setUp(options);
		await merge(kernels, spec);
		expect(gpu.calls).toEqual([]);
		expect(wasm.answered).toEqual(['write', 'write', 'write']);
	});

	test('more inputs than the shaders have room for', async () => {
		const { gpu, kernels } = setUp();
		const weights = Array.from({ length: 9 }, (_, i) => i);
		const formula = kernels.formula({ ...SUM, weights }, { elements: 4, row: 4 });
		const chunk = kernels.chunk();
		weights.forEach(() => {
			chunk.push('BF16', new Uint8Array(8));
		});
		await formula.write(chunk, 'BF16');
		expect([gpu.calls, wasm.answered]).toEqual([[], ['write']]);
	});
});

describe('a GPU that gives another result', () => {
	test.each([1, 2, 3])('in chunk %i is left, and the output is right', async (from) => {
		const { gpu, kernels, left } = setUp({ share: 1 });
		spoilFrom(gpu, from);
		expect(Buffer.compare(await merge(kernels), expected)).toBe(0);
		const block = 2 * (from - 1);
		expect(left).toMatchObject([
			{
				code: 'gpu-wrong',
				message: `The GPU gave another result in block ${block + 1} of 6.`,
				details: { block, blocks: 6 },
			},
		]);
		expect([gpu.calls.length, gpu.closed]).toEqual([from, true]);
	});

	test('is left for all that follows, and the counts are right', async () => {
		const { gpu, kernels, left } = setUp({ share: 1 });
		spoilFrom(gpu, 2);
		expect(identical(await compareAll(kernels))).toBe(counts.identical);
		expect(left.map(({ code }) => code)).toEqual(['gpu-wrong']);
		expect(Buffer.compare(await merge(kernels), expected)).toBe(0);
		expect(gpu.calls).toHaveLength(2);
		// The tensor after it is WASM's from the beginning.
		expect(wasm.answered).toEqual(['write', 'write', 'write']);
	});

	test('is found wherever the chosen block lies', async () => {
		for (const random of [0, 0.4, 0.99]) {
			const { gpu, kernels, left } = setUp({ random: () => random });
			const chosen = Math.floor(random * 6);
			gpu.spoil = (result, call) => {
				const at = 2 * GRAM_BLOCK * (chosen - 2 * (call - 1));
				if (at >= 0 && at < result.length) result[at + 1] = (result[at + 1] ?? 0) ^ 0x80;
			};
			expect(Buffer.compare(await merge(kernels), expected)).toBe(0);
			expect(left).toMatchObject([{ code: 'gpu-wrong', details: { block: chosen } }]);
		}
	});
});

describe('a GPU that goes away half-way', () => {
	test('is left for WASM from that chunk on', async () => {
		const { gpu, kernels, left } = setUp();
		gpu.before = (call) => (call < 2 ? Promise.resolve() : Promise.reject(new Error('lost')));
		expect(Buffer.compare(await merge(kernels), expected)).toBe(0);
		expect(left).toMatchObject([{ code: 'gpu-unavailable', message: 'lost' }]);
		expect([gpu.calls.length, gpu.closed]).toEqual([2, true]);
	});

	test('is left while comparing, too', async () => {
		const { gpu, kernels, left } = setUp();
		gpu.before = (call) => (call < 3 ? Promise.resolve() : Promise.reject(new Error('lost')));
		expect(identical(await compareAll(kernels))).toBe(counts.identical);
		expect(left).toHaveLength(1);
	});

	test('counts as gone where it gives no answer', async () => {
		const { gpu, kernels, left } = setUp({ timeout: 20 });
		gpu.before = () => new Promise<void>(() => undefined);
		expect(Buffer.compare(await merge(kernels), expected)).toBe(0);
		expect(left).toMatchObject([
			{ code: 'gpu-unavailable', message: 'The GPU gave no answer in 0.02 s.' },
		]);
	});
});

test('a mistake of the caller is no fault of the GPU', async () => {
	const { gpu, kernels, left } = setUp();
	const formula = kernels.formula(SUM, { elements: 4, row: 4 });
	const chunk = kernels.chunk();
	for (const { dtype, bytes } of inputs) chunk.push(dtype, bytes.subarray(0, 8));
	expect(() => formula.write(chunk, 'BF16', new Uint8Array(6))).toThrow(
		'combine: expected 8 bytes, got 6',
	);
	expect(() => formula.compare(chunk, 'BF16', new Uint8Array(6))).toThrow(
		'compare: expected 8 bytes, got 6',
	);
	expect([gpu.calls, left]).toEqual([[], []]);
	await expect(formula.write(chunk, 'BF16')).resolves.toHaveLength(8);
});
