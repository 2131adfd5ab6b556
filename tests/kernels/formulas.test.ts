import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import {
	GRAM_BLOCK,
	loadWasmKernels,
	type FormulaOutcome,
	type FormulaSpec,
	type FormulaTensor,
	type KernelChunk,
	type Kernels,
} from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import { inputsOf, readFormulaCases, runFormula, specsOf } from './formulaCases.ts';
import { applyFormula, fused } from './formulaReference.ts';
import { digest, makeOperand } from './patterns.ts';
import { bytesOf, valuesOf, type Operand } from './reference.ts';

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

const WORKS: readonly FloatDtype[] = ['BF16', 'F16', 'F32'];

function operands(count: number, dtype: FloatDtype, elements: number, seed = 1): Operand[] {
	return Array.from({ length: count }, (_, i) =>
		makeOperand({ dtype, pattern: 'weights', elements, seed: seed + 100 * i }),
	);
}

/** Fine-tunes of one another, so that cosines are not all near 0. */
function relatives(count: number, dtype: FloatDtype, elements: number): Operand[] {
	const [first, ...others] = operands(count, dtype, elements).map(valuesOf);
	if (!first) return [];
	const near = others.map((other) => first.map((value, i) => value + 0.3 * (other[i] ?? 0)));
	return [first, ...near].map((values) => ({
		dtype,
		bytes: bytesOf(values.map(Math.fround), dtype),
	}));
}

/** A tensor's worth of inputs in chunks. */
function run(
	spec: FormulaSpec,
	tensor: FormulaTensor,
	inputs: readonly Operand[],
	to: FloatDtype,
	chunkElements = tensor.elements,
): { readonly bytes: Uint8Array; readonly outcome: FormulaOutcome } {
	return runFormula(kernels, { spec, tensor, to }, inputs, chunkElements);
}

describe('what a formula gives', () => {
	const cases = WORKS.flatMap((work) => specsOf(work).map((item) => ({ ...item, work })));

	test.each(cases.map((item) => ({ ...item, name: JSON.stringify(item.spec) })))(
		'is what the plain reference gives: $name',
		({ spec, count, work }) => {
			const tensor = { elements: 60 * 70, row: 70 };
			const operands = relatives(count, work, tensor.elements);
			const actual = run(spec, tensor, operands, work);
			const { values, outcome } = applyFormula(spec, tensor, operands.map(valuesOf));
			// The order of a float64 sum, and float32's inner product of unit vectors, may show in
			// float32's last places; in bf16 and f16 a coefficient is the same nearly always.
			const numbers = valuesOf({ dtype: work, bytes: actual.bytes });
			const rms = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
			const apart = values.map((value, i) => Math.abs(value - (numbers[i] ?? NaN)));
			if (work === 'F32') expect(Math.max(...apart) / rms).toBeLessThan(2e-6);
			else expect(apart.filter((distance) => distance > 0)).toEqual([]);
			expectOutcome(actual.outcome, outcome);
		},
	);

	test('is the same where the inputs are of other formats', () => {
		const tensor = { elements: 5000, row: 50 };
		for (const { spec, count } of specsOf('F32')) {
			const mixed = WORKS.flatMap((dtype, i) => operands(2, dtype, 5000, i + 1)).slice(0, count);
			const wide = mixed.map((operand) => ({
				dtype: 'F32' as const,
				bytes: bytesOf(valuesOf(operand), 'F32'),
			}));
			expect(run(spec, tensor, mixed, 'BF16')).toEqual(run(spec, tensor, wide, 'BF16'));
		}
	});
});

function expectOutcome(actual: FormulaOutcome, expected: FormulaOutcome): void {
	expect(actual.kept).toEqual(expected.kept);
	expect(actual.angle?.branch).toBe(expected.angle?.branch);
	for (const key of ['t', 'cosine', 'w0', 'w1'] as const)
		expect(actual.angle?.[key] ?? 0).toBeCloseTo(expected.angle?.[key] ?? 0, 5);
	expect(actual.ratio === null).toBe(expected.ratio === null);
	expect(actual.ratio ?? 0).toBeCloseTo(expected.ratio ?? 0, 5);
	expect(actual.weights?.length).toBe(expected.weights?.length);
	for (const [i, weight] of (actual.weights ?? []).entries())
		expect(weight).toBeCloseTo(expected.weights?.[i] ?? NaN, 6);
}

describe('fused sums', () => {
	const numbers = fc.float({ noDefaultInfinity: false });

	test('are rounded once, whatever the numbers', () => {
		const list = fc.array(fc.tuple(numbers, numbers, numbers), { minLength: 1, maxLength: 40 });
		fc.assert(
			fc.property(list, numbers, (triples, weight) => {
				const spec: FormulaSpec = {
					kind: 'sum',
					work: 'F32',
					weights: [1, weight],
					rounding: 'fused',
					divide: false,
				};
				const [c, a] = [triples.map(([x]) => x), triples.map(([, x]) => x)];
				const inputs = [c, a].map((values) => ({
					dtype: 'F32' as const,
					bytes: bytesOf(values, 'F32'),
				}));
				const tensor = { elements: c.length, row: c.length };
				const expected = c.map((value, i) => fused(a[i] ?? NaN, weight, fused(value, 1, 0)));
				expect(run(spec, tensor, inputs, 'F32').bytes).toEqual(bytesOf(expected, 'F32'));
			}),
			{ numRuns: 400 },
		);
	});

	const short = fc.constantFrom('BF16' as const, 'F16' as const);
	const pattern = fc.constantFrom('weights' as const, 'finite' as const, 'bits' as const);
	const weight = fc.oneof(
		numbers,
		fc.integer({ min: 1, max: 99 }).map((part) => part / 100),
	);
	const choices = fc.tuple(short, pattern, fc.integer({ min: 1 }), weight, weight);

	test('are rounded once from the exact products of 16-bit numbers', () => {
		fc.assert(
			fc.property(choices, ([dtype, pattern, seed, w0, w1]) => {
				const elements = 64;
				const [a, b] = [0, 1].map((i) => makeOperand({ dtype, pattern, elements, seed: seed + i }));
				if (!a || !b) return;
				const weights = [w0, w1];
				const tensor = { elements, row: elements };
				const values = valuesOf(b);
				const exact = valuesOf(a).map((x, i) =>
					fused(values[i] ?? NaN, Math.fround(w1), fused(x, Math.fround(w0), 0)),
				);
				for (const work of [dtype, 'F32'] as const) {
					const spec: FormulaSpec = {
						kind: 'sum',
						work,
						weights,
						rounding: 'fused',
						divide: false,
					};
					const actual = run(spec, tensor, [a, b], work).bytes;
					expect(actual).toEqual(bytesOf(exact, work));
				}
			}),
			{ numRuns: 1000 },
		);
	});

	test('go to the even side only from the very middle', () => {
		// 1 + 2^-24 lies in the middle of two float32; what is added decides, however small it is.
		const [small, middle] = [2 ** -100, 1 + 2 ** -23];
		expect(fused(middle, middle, small)).toBe(Math.fround(middle * middle));
		expect(fused(2 ** -12, 2 ** -12, 1)).toBe(1);
		expect(fused(2 ** -12, 2 ** -12 + 2 ** -35, 1)).toBe(1 + 2 ** -23);
		expect(fused(2 ** -75, 2 ** -75, 0)).toBe(0);
		expect(fused(2 ** -75, 2 ** -75, 2 ** -149)).toBe(2 ** -148);
		const spec: FormulaSpec = {
			kind: 'sum',
			work: 'F32',
			weights: [1, 2 ** -12],
			rounding: 'fused',
			divide: false,
		};
		const columns = [
			[1, 1, 1],
			[2 ** -12, 2 ** -12 + 2 ** -35, 2 ** -12 - 2 ** -36],
		];
		const inputs = columns.map((values) => ({
			dtype: 'F32' as const,
			bytes: bytesOf(values, 'F32'),
		}));
		const { bytes } = run(spec, { elements: 3, row: 3 }, inputs, 'F32');
		expect(valuesOf({ dtype: 'F32', bytes })).toEqual([1, 1 + 2 ** -23, 1]);
	});
});

test('the chunks that a tensor comes in never show', () => {
	const shapes = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }));
	const works = fc.constantFrom(...WORKS);
	const patterns = fc.constantFrom('weights' as const, 'finite' as const, 'bits' as const);
	const choices = fc.tuple(
		shapes,
		works,
		patterns,
		fc.nat({ max: specsOf('F32').length - 1 }),
		fc.integer({ min: 1 }),
	);
	fc.assert(
		fc.property(choices, ([[rows, row], work, pattern, which, seed]) => {
			const item = specsOf(work)[which];
			if (!item) return;
			const tensor = { elements: rows * row, row };
			const inputs = Array.from({ length: item.count }, (_, i) =>
				makeOperand({ dtype: work, pattern, elements: tensor.elements, seed: seed + i }),
			);
			const whole = run(item.spec, tensor, inputs, work);
			for (const blocks of [1, 3])
				expect(run(item.spec, tensor, inputs, work, blocks * GRAM_BLOCK)).toEqual(whole);
		}),
		{ numRuns: 40 },
	);
});

describe('WASM gives the bits that Rust gives natively', () => {
	const cases = readFormulaCases();
	test.each(cases.map((item) => ({ ...item, name: JSON.stringify(item.spec) })))(
		'$name',
		({ digest: expected, ...item }) => {
			const { bytes } = runFormula(kernels, item, inputsOf(item), item.tensor.elements);
			expect(digest(bytes)).toBe(expected);
		},
	);
});

describe('memory that is shared with the kernels', () => {
	const spec: FormulaSpec = {
		kind: 'sum',
		work: 'BF16',
		weights: [0.5, 0.25],
		rounding: 'fused',
		divide: false,
	};
	const tensor = { elements: 9000, row: 90 };

	function reserved(inputs: readonly Operand[], chunk: KernelChunk): KernelChunk {
		for (const { dtype, bytes } of inputs) chunk.reserve(dtype, 9000).set(bytes);
		return chunk;
	}

	test('an input can be read straight into it', () => {
		const inputs = operands(2, 'BF16', 9000);
		const chunk = reserved(inputs, kernels.chunk());
		const expected = run(spec, tensor, inputs, 'BF16').bytes;
		expect(kernels.formula(spec, tensor).write(chunk, 'BF16')).toEqual(expected);
		// The memory of the first two serves the next ones.
		chunk.clear();
		const others = operands(2, 'BF16', 9000, 7);
		reserved(others, chunk);
		const formula = kernels.formula(spec, tensor);
		expect(formula.write(chunk, 'BF16')).toEqual(run(spec, tensor, others, 'BF16').bytes);
	});

	test('a result can be looked at there', () => {
		const inputs = operands(2, 'BF16', 9000);
		const chunk = reserved(inputs, kernels.chunk());
		const formula = kernels.formula(spec, tensor);
		const view = formula.view(chunk, 'F16');
		expect(Uint8Array.from(view as Uint8Array)).toEqual(run(spec, tensor, inputs, 'F16').bytes);
		formula.free();
	});

	test('inputs of another length are refused', () => {
		const chunk = reserved(operands(1, 'BF16', 9000), kernels.chunk());
		expect(() => chunk.reserve('BF16', 8)).toThrow('reserve: expected 9000 elements, got 8');
		expect(chunk.elements).toBe(9000);
	});
});

describe('misuse is an error with the numbers', () => {
	const slerp: FormulaSpec = { kind: 'slerp', work: 'BF16', t: 0.5, scalars: 'torch' };
	const tensor = { elements: 64, row: 8 };

	/** What a call throws, as code and message. */
	function refusal(call: () => unknown): string {
		try {
			call();
		} catch (error) {
			if (error instanceof RemeltError) return `${error.code}: ${error.message}`;
		}
		return 'nothing was refused';
	}

	function filled(inputs = 2): KernelChunk {
		const chunk = kernels.chunk();
		for (const { dtype, bytes } of operands(inputs, 'BF16', 64)) chunk.push(dtype, bytes);
		return chunk;
	}

	test('a result before its passes, and a pass too many', () => {
		const formula = kernels.formula(slerp, tensor);
		expect(formula.pending).toBe(true);
		expect(refusal(() => formula.write(filled(), 'BF16'))).toBe(
			'kernel-failed: write: a pass over the tensor is still to be made',
		);
		formula.observe(filled());
		formula.nextPass();
		expect(formula.pending).toBe(false);
		expect(
			refusal(() => {
				formula.observe(filled());
			}),
		).toBe('kernel-failed: observe: no further pass over the tensor is due');
	});

	test('a pass of another length than the tensor', () => {
		const formula = kernels.formula(slerp, { elements: 128, row: 8 });
		formula.observe(filled());
		expect(
			refusal(() => {
				formula.nextPass();
			}),
		).toBe('kernel-failed: nextPass: the tensor has 128 elements, the pass 64');
	});

	test('another number of inputs, and another size of the output', () => {
		const formula = kernels.formula(slerp, tensor);
		expect(
			refusal(() => {
				formula.observe(filled(3));
			}),
		).toBe('kernel-failed: observe: the formula takes 2 inputs, the chunk has 3');
		formula.observe(filled());
		formula.nextPass();
		expect(refusal(() => formula.write(filled(), 'F32', new Uint8Array(4)))).toBe(
			'kernel-failed: write: expected 256 bytes, got 4',
		);
		expect(formula.write(filled(), 'BF16')).toHaveLength(128);
	});

	test('a spec that makes no sense', () => {
		const once: FormulaSpec = {
			kind: 'sum',
			work: 'F32',
			weights: [1],
			rounding: 'once',
			divide: true,
		};
		expect(refusal(() => kernels.formula(once, tensor))).toBe(
			'kernel-failed: formula: a sum rounded once is never divided',
		);
		const unknown = { ...slerp, scalars: 'abacus' } as unknown as FormulaSpec;
		expect(refusal(() => kernels.formula(unknown, tensor))).toBe(
			'kernel-failed: formula: scalars is not one of the names that there are',
		);
	});
});
