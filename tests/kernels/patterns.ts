/**
 * Test data by rule instead of by file, so that Rust and TypeScript make the same bytes. The other
 * half is `wasm/tests/support/mod.rs`.
 */
import type { FloatDtype } from '../../src/tensors/index.ts';
import { bitsOf, valueOf, viewOf, type Operand } from './reference.ts';

/**
 * - `every`: all 65,536 bit patterns of a 16-bit format, in order
 * - `bits`: random bits, NaN and infinities among them
 * - `finite`: random bits, exponents of all ones lowered by half their range
 * - `weights`: magnitudes as trained weights have them
 * - `ties-bf16`, `ties-f16`: float32 halfway between two neighbours of that format, and the float32
 *   just below and just above
 */
export type Pattern = 'every' | 'bits' | 'finite' | 'weights' | 'ties-bf16' | 'ties-f16';

export interface PatternSpec {
	readonly dtype: FloatDtype;
	readonly pattern: Pattern;
	/** For the random ones; not 0. */
	readonly seed?: number;
	/** For the random ones. */
	readonly elements?: number;
}

/** Marsaglia's xorshift32. */
export function* xorshift(seed: number): Generator<number, never> {
	let x = seed >>> 0;
	for (;;) {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		yield x >>> 0;
	}
}

function weightBits(random: number, dtype: FloatDtype): number {
	if (dtype === 'F16') {
		const half = random >>> 16;
		return (half & 0x83ff) | ((((half >>> 10) & 7) + 6) << 10);
	}
	const bits = ((random & 0x807fffff) | ((((random >>> 23) & 15) + 108) << 23)) >>> 0;
	return dtype === 'F32' ? bits : bits >>> 16;
}

function finiteBits(random: number, dtype: FloatDtype): number {
	const bits = dtype === 'F32' ? random : random >>> 16;
	const exponent = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 }[dtype];
	const top = { F32: 0x40000000, F16: 0x4000, BF16: 0x4000 }[dtype];
	return ((bits & exponent) >>> 0 === exponent ? bits ^ top : bits) >>> 0;
}

/** The bits of neighbouring float32: below, at and above a number. */
function around(bits: number): number[] {
	return [bits - 1, bits, bits + 1];
}

function tiesF16(): number[] {
	return Array.from({ length: 0x7c00 }, (_, i) => {
		const above = i === 0x7bff ? 65536 : valueOf(i + 1, 'F16');
		const middle = bitsOf((valueOf(i, 'F16') + above) / 2, 'F32');
		return [...around(middle), ...around(middle + 0x80000000)];
	}).flat();
}

function bitsOfPattern({ dtype, pattern, seed = 1, elements = 0 }: PatternSpec): number[] {
	if (pattern === 'every') return Array.from({ length: 0x10000 }, (_, i) => i);
	if (pattern === 'ties-bf16')
		return Array.from({ length: 0x10000 }, (_, i) => around(i * 0x10000 + 0x8000)).flat();
	if (pattern === 'ties-f16') return tiesF16();
	const random = xorshift(seed);
	return Array.from({ length: elements }, () => {
		const { value } = random.next();
		if (pattern === 'weights') return weightBits(value, dtype);
		if (pattern === 'finite') return finiteBits(value, dtype);
		return dtype === 'F32' ? value : value >>> 16;
	});
}

/** The bytes that a rule stands for. */
export function makeOperand(spec: PatternSpec): Operand {
	const bits = bitsOfPattern(spec);
	const size = spec.dtype === 'F32' ? 4 : 2;
	const bytes = new Uint8Array(bits.length * size);
	const view = viewOf(bytes);
	bits.forEach((value, i) => {
		if (size === 4) view.setUint32(4 * i, value, true);
		else view.setUint16(2 * i, value, true);
	});
	return { dtype: spec.dtype, bytes };
}

/** FNV-1a of 32 bits, in hexadecimal. */
export function digest(bytes: Uint8Array): string {
	let hash = 0x811c9dc5;
	for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
	return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The bytes of f64 numbers, little-endian, every NaN as the positive quiet one. */
export function doubleBytes(numbers: Float64Array): Uint8Array {
	const bytes = new Uint8Array(8 * numbers.length);
	const view = viewOf(bytes);
	numbers.forEach((number, i) => {
		if (Number.isNaN(number)) view.setBigUint64(8 * i, 0x7ff8000000000000n, true);
		else view.setFloat64(8 * i, number, true);
	});
	return bytes;
}
