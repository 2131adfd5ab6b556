/**
 * The GPU's self-test: what it asks, and the answers of the plain TypeScript reference. They lie in
 * `src/kernels/webgpu/knownAnswers.json`; `node tests/kernels/webgpu/answers.ts` writes it.
 */
import { writeFileSync } from 'node:fs';
import type {
	Elements,
	KnownAnswers,
	KnownComparison,
	KnownSum,
} from '../../../src/kernels/webgpu/selfTest.ts';
import { bytesOf } from '../../../src/kernels/webgpu/selfTest.ts';
import type { FloatDtype } from '../../../src/tensors/index.ts';
import { makeOperand, xorshift, type PatternSpec } from '../patterns.ts';
import {
	bitsAt,
	bitsOf,
	combine,
	compare,
	elementCount,
	valueOf,
	type Operand,
} from '../reference.ts';

const FILE = new URL('../../../src/kernels/webgpu/knownAnswers.json', import.meta.url);

const DTYPES: readonly FloatDtype[] = ['F32', 'F16', 'BF16'];

/** Zeros, subnormals, ones and their neighbours, the largest, infinities, NaNs. */
const SPECIAL = [
	0, 0x80000000, 1, 0x80000001, 0x00400000, 0x007fffff, 0x807fffff, 0x00800000, 0x80800001,
	0x3f800000, 0xbf800000, 0x3f800001, 0xbf7fffff, 0x33800000, 0xb3800001, 0x34000000, 0x4b800000,
	0xcb800001, 0x7e800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xff800001,
];

const WEIGHTS = [
	1, -1, 0.5, 0.3, 1.9999998807907104, 1.1754943508222875e-38, -1.401298464324817e-45,
	3.4028234663852886e38,
].map(Math.fround);

function elements(bits: readonly number[], dtype: FloatDtype): Elements {
	const digits = dtype === 'F32' ? 8 : 4;
	return { dtype, bits: bits.map((n) => n.toString(16).padStart(digits, '0')).join('') };
}

function operandOf(list: Elements): Operand {
	return { dtype: list.dtype, bytes: bytesOf(list, 1) };
}

function elementsOf(operand: Operand): Elements {
	const bits = Array.from({ length: elementCount(operand) }, (_, i) => bitsAt(operand, i));
	return elements(bits, operand.dtype);
}

function known(
	name: string,
	inputs: readonly Elements[],
	weights: readonly number[],
	dtype: FloatDtype,
	repeat = 1,
): KnownSum {
	const factors = weights.map(Math.fround);
	const result = combine(inputs.map(operandOf), factors, dtype);
	return { name, inputs, repeat, weights: factors, result: elementsOf({ dtype, bytes: result }) };
}

/** Every pair of special values. */
function specialSums(): KnownSum {
	const pairs = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));
	const columns = [0, 1].map((i) =>
		elements(
			pairs.map((pair) => pair[i] ?? 0),
			'F32',
		),
	);
	return known('sums of special values', columns, [1, 1], 'F32');
}

function specialProducts(): KnownSum[] {
	const input = elements(SPECIAL, 'F32');
	return WEIGHTS.map((weight) => known(`special values times ${weight}`, [input], [weight], 'F32'));
}

/** Random numbers whose exponents lie up to 31 apart: bits are lost, carried, and cancelled. */
function alignedSums(): KnownSum {
	const random = xorshift(41);
	const next = (exponent: number): number =>
		((random.next().value & 0x807fffff) | (exponent << 23)) >>> 0;
	const first = Array.from({ length: 192 }, () => next(127));
	const second = first.map((_, i) => next(127 - (i % 32)));
	return known(
		'sums of numbers of different sizes',
		[elements(first, 'F32'), elements(second, 'F32')],
		[1, 1],
		'F32',
	);
}

/** Neighbours of `bits` in both directions. */
function around(bits: number): number[] {
	return [bits - 1, bits, bits + 1].flatMap((n) => [n, n + 0x80000000]);
}

/** Ties of bf16: even and odd, subnormal, on the way to a larger exponent and to infinity. */
const TIES_BF16 = [
	0x3f808000, 0x3f818000, 0x3f7f8000, 0x00008000, 0x00018000, 0x007f8000, 0x7f7f8000,
];

/** Ties of f16: normal, subnormal, to zero, to the smallest normal, to infinity. */
const TIES_F16 = [
	0x3f801000, 0x3f803000, 0x3ffff000, 0x387ff000, 0x33000000, 0x33c00000, 0x34200000, 0x387fe000,
	0x477ff000, 0x47800000,
];

/** All kinds of f16, as an input. */
const KINDS_F16 = [0, 1, 2, 0x155, 0x3ff, 0x400, 0x401, 0x3c00, 0x7bff, 0x7c00, 0x7c01, 0x7e00];

function random(spec: PatternSpec): Elements {
	return elementsOf(makeOperand(spec));
}

/** Elements whose sum of 0.3 and 0.7 is another one in `dtype` where products are not rounded. */
function unlikeFused(dtype: FloatDtype, count: number): KnownSum {
	const [w0, w1] = [Math.fround(0.3), Math.fround(0.7)];
	const pool = [0, 1].map((i) =>
		makeOperand({ dtype: 'BF16', pattern: 'weights', elements: 60_000, seed: 77 + i }),
	);
	const [x = [], y = []] = pool.map((operand) =>
		Array.from({ length: elementCount(operand) }, (_, i) => bitsAt(operand, i)),
	);
	const chosen = x.flatMap((a, i) => {
		const [p, q] = [w0 * valueOf(a, 'BF16'), w1 * valueOf(y[i] ?? 0, 'BF16')];
		const fused = bitsOf(Math.fround(Math.fround(p) + q), dtype);
		const plain = bitsOf(Math.fround(Math.fround(p) + Math.fround(q)), dtype);
		return fused === plain ? [] : [i];
	});
	const columns = [x, y].map((bits) =>
		elements(
			chosen.slice(0, count).map((i) => bits[i] ?? 0),
			'BF16',
		),
	);
	return known(`products that are not rounded, in ${dtype}`, columns, [w0, w1], dtype);
}

function manyInputs(count: number, dtype: FloatDtype, repeat = 1): KnownSum {
	const inputs = Array.from({ length: count }, (_, i) =>
		random({ dtype: DTYPES[i % 3] ?? 'F32', pattern: 'weights', elements: 65, seed: 11 + i }),
	);
	const weights = inputs.map((_, i) => (i % 2 === 0 ? 0.7 : -0.4) / (i + 1));
	return known(`${count} inputs of mixed dtypes, in ${dtype}`, inputs, weights, dtype, repeat);
}

function sums(): KnownSum[] {
	const halves = [0, 1].map((i) =>
		random({ dtype: 'BF16', pattern: 'weights', elements: 128, seed: 5 + i }),
	);
	return [
		specialSums(),
		...specialProducts(),
		alignedSums(),
		known('ties of bf16', [elements(TIES_BF16.flatMap(around), 'F32')], [1], 'BF16'),
		known('ties of f16', [elements(TIES_F16.flatMap(around), 'F32')], [1], 'F16'),
		known('NaN and infinities to bf16', [elements(SPECIAL, 'F32')], [1], 'BF16'),
		known('NaN and infinities to f16', [elements(SPECIAL, 'F32')], [1], 'F16'),
		known(
			'values of f16',
			[elements([...KINDS_F16, ...KINDS_F16.map((n) => n | 0x8000)], 'F16')],
			[1],
			'F32',
		),
		known('averages of bf16', halves, [0.5, 0.5], 'BF16'),
		unlikeFused('F32', 64),
		unlikeFused('BF16', 16),
		manyInputs(3, 'F16'),
		manyInputs(8, 'F32'),
		manyInputs(8, 'BF16', 190),
	];
}

/** Distances of every bin, NaNs and zeros of both signs, over more than one block. */
function comparison(dtype: FloatDtype): KnownComparison {
	const one = { F32: 0x3f800000, F16: 0x3c00, BF16: 0x3f80 }[dtype];
	const infinity = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 }[dtype];
	const sign = dtype === 'F32' ? 0x80000000 : 0x8000;
	const steps = [0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 100];
	const pairs = [
		...steps.flatMap((step) => [
			[one, one + step],
			[sign + one + step, sign + one],
		]),
		[0, sign],
		[sign, 0],
		[0, 0],
		[1, sign + 1],
		[infinity + 1, infinity + 2],
		[infinity, infinity - 1],
	];
	const withNan = dtype === 'F16' ? [...pairs, [infinity + 1, infinity]] : pairs;
	const [input, published] = [0, 1].map((i) =>
		elements(
			withNan.map((pair) => pair[i] ?? 0),
			dtype,
		),
	) as [Elements, Elements];
	const repeat = 147;
	const whole = (list: Elements): Operand => ({ dtype, bytes: bytesOf(list, repeat) });
	const sum = combine([whole(input)], [1], dtype);
	const counts = compare(whole(published), { dtype, bytes: sum });
	return { name: `counts of ${dtype}`, input, published, repeat, counts };
}

export function makeAnswers(): KnownAnswers {
	return { sums: sums(), comparisons: DTYPES.map(comparison) };
}

if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(makeAnswers(), null, '\t')}\n`);
