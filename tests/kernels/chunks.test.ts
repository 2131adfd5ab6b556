import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import { GRAM_BLOCK, loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import { makeOperand } from './patterns.ts';
import { combine, elementCount, gram, type Operand } from './reference.ts';

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

const dtypes = fc.constantFrom<FloatDtype>('F32', 'F16', 'BF16');
const weights = fc.array(fc.float({ noNaN: true }), { minLength: 4, maxLength: 4 });
const patterns = fc.constantFrom('weights' as const, 'finite' as const, 'bits' as const);

/** One to four inputs of one length, each of its own format and kind of numbers. */
function operands(maxElements: number): fc.Arbitrary<Operand[]> {
	const specs = fc.array(
		fc.record({ dtype: dtypes, pattern: patterns, seed: fc.integer({ min: 1 }) }),
		{
			minLength: 1,
			maxLength: 4,
		},
	);
	return fc
		.tuple(specs, fc.integer({ min: 1, max: maxElements }))
		.map(([list, elements]) => list.map((spec) => makeOperand({ ...spec, elements })));
}

function run(
	inputs: readonly Operand[],
	factors: readonly number[],
	dtype: FloatDtype,
): { sums: Float64Array; output: Uint8Array } {
	const chunk = kernels.chunk();
	for (const input of inputs) chunk.push(input.dtype, input.bytes);
	const result = { sums: chunk.gram(), output: chunk.combine(factors, dtype) };
	chunk.clear();
	return result;
}

/** The inputs' elements from `start` to `end`. */
function slice(inputs: readonly Operand[], start: number, end: number): Operand[] {
	return inputs.map(({ dtype, bytes }) => {
		const size = dtype === 'F32' ? 4 : 2;
		return { dtype, bytes: bytes.subarray(start * size, end * size) };
	});
}

test('SIMD and the element-by-element reference agree on any inputs and weights', () => {
	fc.assert(
		fc.property(operands(3000), weights, dtypes, (inputs, all, dtype) => {
			const factors = all.slice(0, inputs.length);
			const { sums, output } = run(inputs, factors, dtype);
			expect(sums).toEqual(gram(inputs));
			expect(Buffer.compare(output, combine(inputs, factors, dtype))).toBe(0);
		}),
		{ numRuns: 60 },
	);
});

test('chunks of whole blocks give the bits of one chunk', () => {
	fc.assert(
		fc.property(
			operands(40_000),
			weights,
			fc.integer({ min: 1, max: 4 }),
			(inputs, all, blocks) => {
				const factors = all.slice(0, inputs.length);
				const whole = run(inputs, factors, 'BF16');
				const [first] = inputs;
				const elements = first === undefined ? 0 : elementCount(first);
				const parts = [];
				for (let start = 0; start < elements; start += blocks * GRAM_BLOCK)
					parts.push(run(slice(inputs, start, start + blocks * GRAM_BLOCK), factors, 'BF16'));
				expect(Float64Array.from(parts.flatMap((part) => [...part.sums]))).toEqual(whole.sums);
				expect(Buffer.concat(parts.map((part) => part.output)).equals(whole.output)).toBe(true);
			},
		),
		{ numRuns: 25 },
	);
});

test('what combine and cast return stays the same when WASM memory grows and is used again', () => {
	const bytes = new Uint8Array(1 << 20).fill(0x3c);
	const chunk = kernels.chunk();
	chunk.push('BF16', bytes);
	const output = chunk.combine([1], 'BF16');
	chunk.clear();
	for (let i = 0; i < 40; i++) chunk.push('BF16', new Uint8Array(1 << 20));
	expect(output.byteLength).toBe(output.buffer.byteLength);
	expect(output.every((byte) => byte === 0x3c)).toBe(true);
});

test('comparing the result where it is made counts as comparing it afterwards does', () => {
	const [a, b] = [0, 1].map((i) =>
		makeOperand({ dtype: 'BF16', pattern: 'bits', elements: 20_001, seed: 9 + i }),
	);
	const chunk = kernels.chunk();
	for (const { dtype, bytes } of [a, b].filter((item) => item !== undefined))
		chunk.push(dtype, bytes);
	const expected = chunk.combine([0.5, 0.5], 'F16');
	const near = chunk.combine([0.5, 0.5001], 'F16');
	const counts = chunk.compare([0.5, 0.5], 'F16', near);
	expect(counts).toEqual(kernels.compare(near, expected, 'F16'));
	expect(counts.identical).toBeGreaterThan(0);
	expect(counts.identical).toBeLessThan(counts.elements);
	expect(chunk.compare([0.5, 0.5], 'F16', expected).identical).toBe(20_001);
});

test('combine fills the array that it is given and no other size of it', () => {
	const chunk = kernels.chunk();
	chunk.push('F32', Uint8Array.of(0, 0, 0x80, 0x3f));
	const into = new Uint8Array(2);
	expect(chunk.combine([1], 'BF16', into)).toBe(into);
	expect([...into]).toEqual([0x80, 0x3f]);
	expect(() => chunk.combine([1], 'F32', into)).toThrow('combine: expected 4 bytes, got 2');
});

describe('misuse is an error with the numbers, and the chunk can still be used', () => {
	/** What a call throws, as code and message. */
	function refusal(call: () => unknown): string {
		try {
			call();
		} catch (error) {
			if (error instanceof RemeltError) return `${error.code}: ${error.message}`;
		}
		return 'nothing was refused';
	}

	const two = Uint8Array.of(0x80, 0x3f, 0x00, 0x40);

	test('an input of another length', () => {
		const chunk = kernels.chunk();
		chunk.push('BF16', two);
		expect(
			refusal(() => {
				chunk.push('F32', two);
			}),
		).toBe('kernel-failed: push: expected 2 elements, got 1');
		expect(
			refusal(() => {
				chunk.push('BF16', two.subarray(1));
			}),
		).toBe('kernel-failed: push: 3 bytes are no whole number of BF16 elements');
		expect(chunk.elements).toBe(2);
		expect([...chunk.gram()]).toEqual([5]);
	});

	test('another number of weights than inputs', () => {
		const chunk = kernels.chunk();
		chunk.push('BF16', two);
		expect(refusal(() => chunk.combine([1, 2], 'BF16'))).toBe(
			'kernel-failed: combine: the chunk has 1 inputs, got 2 weights',
		);
		expect(chunk.combine([1], 'BF16')).toEqual(two);
	});

	test('more memory than there can be', () => {
		const chunk = kernels.chunk();
		chunk.push('BF16', two);
		const error: unknown = (() => {
			try {
				kernels.chunk().reserve('BF16', 2 ** 31 - 1);
				return null;
			} catch (thrown) {
				return thrown;
			}
		})();
		expect(error).toMatchObject({
			code: 'kernel-failed',
			hint: 'Most likely memory ran out: use a smaller memory budget or fewer workers.',
		});
		expect(chunk.combine([1], 'BF16')).toEqual(two);
	});

	test('a chunk without inputs', () => {
		const chunk = kernels.chunk();
		expect(refusal(() => chunk.gram())).toBe('kernel-failed: gram: the chunk has no inputs');
		chunk.push('BF16', two);
		chunk.clear();
		expect(chunk.elements).toBe(0);
		expect(refusal(() => chunk.gram())).toBe('kernel-failed: gram: the chunk has no inputs');
	});

	test('a format that no kernel computes in', () => {
		expect(refusal(() => kernels.cast(two, 'I64' as FloatDtype, 'F32'))).toBe(
			'kernel-failed: cast: no kernel computes in I64',
		);
	});

	test('sums and products of another number of inputs', () => {
		expect(refusal(() => kernels.reduceGram(new Float64Array(4), 2))).toBe(
			'kernel-failed: reduceGram: 4 numbers are no block sums of 2 inputs',
		);
		expect(refusal(() => kernels.slerpWeights(new Float64Array(6), 0.5))).toBe(
			'kernel-failed: slerpWeights: slerp needs the 3 inner products of 2 vectors, got 6',
		);
	});

	test('runs of different lengths to compare', () => {
		expect(refusal(() => kernels.compare(two, two.subarray(2), 'BF16'))).toBe(
			'kernel-failed: compare: expected 4 bytes, got 2',
		);
	});
});
