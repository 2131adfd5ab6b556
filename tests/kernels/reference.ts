/**
 * The kernels once more, in the plainest TypeScript: one element at a time, values as numbers,
 * rounding by arithmetic instead of by bits. Slow, and meant to be checked by reading.
 */
import { GRAM_BLOCK, type Comparison } from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';

export interface Operand {
	readonly dtype: FloatDtype;
	readonly bytes: Uint8Array;
}

const SIZES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** The NaN that is written to each format. */
const NANS: Readonly<Record<FloatDtype, number>> = { F32: 0x7fc00000, F16: 0x7e00, BF16: 0x7fc0 };

const scratch = new DataView(new ArrayBuffer(8));

export function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function elementCount({ dtype, bytes }: Operand): number {
	return bytes.byteLength / SIZES[dtype];
}

/** The bits of element `i`. */
export function bitsAt({ dtype, bytes }: Operand, i: number): number {
	const view = viewOf(bytes);
	return dtype === 'F32' ? view.getUint32(4 * i, true) : view.getUint16(2 * i, true);
}

/** The value of a float's bits. */
export function valueOf(bits: number, dtype: FloatDtype): number {
	if (dtype === 'F16') {
		scratch.setUint16(0, bits);
		return scratch.getFloat16(0);
	}
	scratch.setUint32(0, dtype === 'F32' ? bits : bits * 0x10000);
	return scratch.getFloat32(0);
}

/** The bits of the float nearest to a float32 value, ties to even. */
export function bitsOf(value: number, dtype: FloatDtype): number {
	if (Number.isNaN(value)) return NANS[dtype];
	if (dtype === 'F16') {
		scratch.setFloat16(0, value);
		return scratch.getUint16(0);
	}
	scratch.setFloat32(0, dtype === 'F32' ? value : roundToBf16(value));
	return dtype === 'F32' ? scratch.getUint32(0) : scratch.getUint16(0);
}

/** A bf16 has 8 significant bits and float32's exponents. Every step but `Math.round` is exact. */
function roundToBf16(value: number): number {
	if (value === 0 || !Number.isFinite(value)) return value;
	const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -126);
	// log2 may round up to the next integer just below a power of two.
	const above = 2 ** exponent > Math.abs(value) && exponent > -126;
	const quantum = 2 ** ((above ? exponent - 1 : exponent) - 7);
	const scaled = value / quantum;
	const floor = Math.floor(scaled);
	const tie = scaled - floor === 0.5;
	const rounded = tie ? floor + (Math.abs(floor) % 2) : Math.round(scaled);
	// A zero keeps its sign; what is beyond the largest finite bf16 becomes infinite in float32.
	return rounded === 0 ? Math.sign(value) * 0 : Math.fround(rounded * quantum);
}

/** The values of all elements. */
export function valuesOf(operand: Operand): number[] {
	return Array.from({ length: elementCount(operand) }, (_, i) =>
		valueOf(bitsAt(operand, i), operand.dtype),
	);
}

/** Values rounded to a format. */
export function bytesOf(values: readonly number[], dtype: FloatDtype): Uint8Array {
	const bytes = new Uint8Array(values.length * SIZES[dtype]);
	const view = viewOf(bytes);
	values.forEach((value, i) => {
		const bits = bitsOf(value, dtype);
		if (dtype === 'F32') view.setUint32(4 * i, bits, true);
		else view.setUint16(2 * i, bits, true);
	});
	return bytes;
}

export function cast(operand: Operand, to: FloatDtype): Uint8Array {
	return operand.dtype === to ? operand.bytes.slice() : bytesOf(valuesOf(operand), to);
}

export function combine(
	operands: readonly Operand[],
	weights: readonly number[],
	dtype: FloatDtype,
): Uint8Array {
	const columns = operands.map(valuesOf);
	const length = columns[0]?.length ?? 0;
	const sums = Array.from({ length }, (_, i) => {
		const products = columns.map((values, k) =>
			Math.fround((weights[k] ?? NaN) * (values[i] ?? NaN)),
		);
		return products.reduce((sum, product) => Math.fround(sum + product));
	});
	return bytesOf(sums, dtype);
}

/** Eight sums per block, element i of it in sum i mod 8; then added as the crate's gram.rs says. */
function product(a: readonly number[], b: readonly number[], start: number): number {
	const s = Array.from({ length: 8 }, (_, lane) => {
		let sum = 0;
		for (let i = start + lane; i < Math.min(start + GRAM_BLOCK, a.length); i += 8)
			sum += (a[i] ?? NaN) * (b[i] ?? NaN);
		return sum;
	});
	const [s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0] = s;
	return s0 + s2 + (s4 + s6) + (s1 + s3 + (s5 + s7));
}

export function gram(operands: readonly Operand[]): Float64Array {
	const columns = operands.map(valuesOf);
	const sums: number[] = [];
	for (let start = 0; start < (columns[0]?.length ?? 0); start += GRAM_BLOCK)
		columns.forEach((a, i) => {
			for (const b of columns.slice(i)) sums.push(product(a, b, start));
		});
	return Float64Array.from(sums);
}

const BINS = [0, 1, 2, 4, 8, 16, Infinity];

/** A float's place among all floats of its format, both zeros at 0; null for a NaN. */
function rank(bits: number, dtype: FloatDtype): number | null {
	if (Number.isNaN(valueOf(bits, dtype))) return null;
	const sign = dtype === 'F32' ? 0x80000000 : 0x8000;
	return bits >= sign ? sign - bits : bits;
}

function distance(a: number | null, b: number | null): number {
	if (a === null && b === null) return 0;
	return a === null || b === null ? 2 ** 32 - 1 : Math.abs(a - b);
}

export function compare(expected: Operand, actual: Operand): Comparison {
	const { dtype } = expected;
	const elements = elementCount(expected);
	const histogram = BINS.map(() => 0);
	let signOfZero = 0;
	let maxUlp = 0;
	let worstIndex = 0;
	for (let i = 0; i < elements; i++) {
		const [a, b] = [bitsAt(expected, i), bitsAt(actual, i)];
		const ulp = distance(rank(a, dtype), rank(b, dtype));
		const bin = BINS.findIndex((bound) => ulp <= bound);
		histogram[bin] = (histogram[bin] ?? 0) + 1;
		if (ulp > maxUlp) [maxUlp, worstIndex] = [ulp, i];
		if (rank(a, dtype) === 0 && rank(b, dtype) === 0 && a !== b) signOfZero += 1;
	}
	const identical = histogram[0] ?? 0;
	return { elements, identical, maxUlp, histogram, signOfZero, worstIndex };
}
