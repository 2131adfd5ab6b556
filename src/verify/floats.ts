import type { FloatDtype } from '../tensors/index.ts';

/** Bits of the fraction. */
const FRACTION: Readonly<Record<FloatDtype, number>> = { F32: 23, F16: 10, BF16: 7 };

/** The exponent of the least normal number. */
const LEAST_EXPONENT: Readonly<Record<FloatDtype, number>> = { F32: -126, F16: -14, BF16: -126 };

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Half an ulp of a number with the value 1: the relative error of a rounding is at most this. */
export function unitOf(dtype: FloatDtype): number {
	return 2 ** -(FRACTION[dtype] + 1);
}

/** Half the least subnormal: what a rounding near zero is off by. */
export function leastOf(dtype: FloatDtype): number {
	return 2 ** (LEAST_EXPONENT[dtype] - FRACTION[dtype] - 1);
}

/** The elements of little-endian bytes, exactly, as float32. */
export function valuesOf(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
	if (dtype === 'F32') {
		// A copy lies at an address that typed arrays can start at.
		const copy = bytes.slice();
		return new Float32Array(copy.buffer, copy.byteOffset, Math.floor(copy.length / 4));
	}
	const count = Math.floor(bytes.length / 2);
	const values = new Float32Array(count);
	const words = new Uint32Array(values.buffer);
	const half = dtype === 'F16' ? halves() : null;
	for (let i = 0; i < count; i++) {
		const short = (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
		if (half === null) words[i] = short << 16;
		else values[i] = half[short] ?? NaN;
	}
	return values;
}

let halfTable: Float32Array | undefined;

/** Every F16 number by its bits. */
function halves(): Float32Array {
	halfTable ??= Float32Array.from({ length: 65_536 }, (_, short) => {
		const exponent = (short >> 10) & 31;
		const fraction = short & 1023;
		const size =
			exponent === 31
				? fraction > 0
					? NaN
					: Infinity
				: exponent === 0
					? fraction * 2 ** -24
					: (1 + fraction / 1024) * 2 ** (exponent - 15);
		return short >> 15 ? -size : size;
	});
	return halfTable;
}

/**
 * Rounds a number to float32 and then to a dtype, to nearest, ties to even, as kernels do whose
 * arithmetic is float32. What is too large becomes infinite.
 */
export function rounder(dtype: FloatDtype): (value: number) => number {
	switch (dtype) {
		case 'F32':
			return Math.fround;
		case 'BF16':
			return (value) => roundBits(value, 16);
		case 'F16':
			return toHalf;
	}
}

/** Rounds away a float32's last bits. */
function roundBits(value: number, count: 13 | 16): number {
	if (Number.isNaN(value)) return NaN;
	float[0] = value;
	const word = bits[0] ?? 0;
	const half = (1 << (count - 1)) - 1;
	bits[0] = ((word + half + ((word >>> count) & 1)) >>> count) << count;
	return float[0];
}

function toHalf(value: number): number {
	const size = Math.abs(value);
	// float32 numbers from 0.5 to 1 have the distance of F16's subnormal ones.
	if (size < 2 ** -14) return Math.sign(value) * (Math.fround(Math.fround(size) + 0.5) - 0.5);
	const rounded = roundBits(value, 13);
	return Math.abs(rounded) >= 65_536 ? Math.sign(rounded) * Infinity : rounded;
}

/**
 * What rounds to an element: every number from `low` to `high`, and none beyond. NaN where the
 * element is NaN.
 */
export interface Bounds {
	readonly low: Float64Array;
	readonly high: Float64Array;
}

/**
 * For each element the closed range of numbers that round to it in its dtype. With `work`, of those
 * that do so when they are rounded to `work` first.
 */
export function boundsOf(bytes: Uint8Array, dtype: FloatDtype, work: FloatDtype = dtype): Bounds {
	const values = valuesOf(bytes, dtype);
	const [low, high] = [new Float64Array(values.length), new Float64Array(values.length)];
	const fraction = FRACTION[dtype];
	const least = 2 ** (LEAST_EXPONENT[dtype] - fraction);
	// What is nearer to the next power of two than to the largest number is infinite.
	const beyond = (2 - 2 ** -(fraction + 1)) * 2 ** (dtype === 'F16' ? 15 : 127);
	// A rounding to the dtype itself or to float32, which the slack of a sum has, is none more.
	const [unit, tiny] = work === dtype || work === 'F32' ? [0, 0] : [unitOf(work), leastOf(work)];
	const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
	for (let i = 0; i < values.length; i++) {
		const value = values[i] ?? NaN;
		const size = Math.abs(value);
		const word = words[i] ?? 0;
		const exponent = (word >>> 23) & 0xff;
		const ulp = Math.max(least, 2 ** (exponent - 127 - fraction));
		// The neighbour towards zero is half as far where a binade begins.
		const first = (word & 0x7fffff) === 0 && size > least && ulp > least;
		let inner = size - (first ? ulp / 4 : ulp / 2);
		let outer = size + ulp / 2;
		if (size === Infinity) [inner, outer] = [beyond, Infinity];
		inner -= Math.abs(inner) * unit + tiny;
		outer += outer * unit + tiny;
		low[i] = value < 0 ? -outer : inner;
		high[i] = value < 0 ? -inner : outer;
		if (Number.isNaN(value)) low[i] = high[i] = NaN;
	}
	return { low, high };
}
