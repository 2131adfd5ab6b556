/**
 * The cases that Rust and WASM are both held to. Expected results come from the plain TypeScript
 * reference and lie in `wasm/tests/cases.json` as digests; `node tests/kernels/cases.ts` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Comparison } from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import { digest, doubleBytes, makeOperand, type PatternSpec } from './patterns.ts';
import { cast, combine, compare, gram } from './reference.ts';

export interface CastCase {
	readonly input: PatternSpec;
	readonly to: FloatDtype;
	readonly digest: string;
}

export interface GramCase {
	readonly inputs: readonly PatternSpec[];
	/** Of the block sums' bits. */
	readonly digest: string;
}

export interface CombineCase {
	readonly inputs: readonly PatternSpec[];
	/** Each is a float32. */
	readonly weights: readonly number[];
	readonly to: FloatDtype;
	readonly digest: string;
}

export interface CompareCase {
	readonly expected: PatternSpec;
	readonly actual: PatternSpec;
	readonly counts: Comparison;
}

export interface Cases {
	readonly cast: readonly CastCase[];
	readonly gram: readonly GramCase[];
	readonly combine: readonly CombineCase[];
	readonly compare: readonly CompareCase[];
}

const FILE = new URL('../../wasm/tests/cases.json', import.meta.url);

const DTYPES: readonly FloatDtype[] = ['F32', 'F16', 'BF16'];

export function readCases(): Cases {
	return JSON.parse(readFileSync(FILE, 'utf8')) as Cases;
}

/** Distinct data for input `i`. */
function random(
	dtype: FloatDtype,
	pattern: 'weights' | 'finite' | 'bits',
	elements: number,
	i = 0,
): PatternSpec {
	return { dtype, pattern, elements, seed: 1000 * i + elements + 7 };
}

function castCases(): CastCase[] {
	const inputs: PatternSpec[] = [
		{ dtype: 'F16', pattern: 'every' },
		{ dtype: 'BF16', pattern: 'every' },
		{ dtype: 'F32', pattern: 'ties-f16' },
		{ dtype: 'F32', pattern: 'ties-bf16' },
		random('F32', 'bits', 20_003),
		random('F32', 'weights', 20_001),
	];
	return inputs.flatMap((input) =>
		DTYPES.map((to) => ({ input, to, digest: digest(cast(makeOperand(input), to)) })),
	);
}

/** Around the group of 8, the tile of 2048 and the block of 4096 elements. */
const LENGTHS = [1, 7, 8, 9, 2047, 2049, 4095, 4096, 4097, 12_293];

function inputSets(): PatternSpec[][] {
	const sets = LENGTHS.map((n, i) => {
		const dtype = DTYPES[i % 3] ?? 'F32';
		return [random(dtype, 'weights', n), random(dtype, 'weights', n, 1)];
	});
	for (const dtype of DTYPES) {
		sets.push([random(dtype, 'finite', 5000), random(dtype, 'finite', 5000, 1)]);
		sets.push([random(dtype, 'bits', 5000), random(dtype, 'bits', 5000, 1)]);
	}
	for (let k = 1; k <= 4; k++)
		for (const n of [5, 4096, 9001])
			sets.push(
				Array.from({ length: k }, (_, i) => random(DTYPES[(i + k) % 3] ?? 'F32', 'weights', n, i)),
			);
	sets.push([random('F16', 'finite', 6001), random('BF16', 'weights', 6001, 1)]);
	return sets;
}

const WEIGHTS = [0.7, 0.30000001192092896, -1.25, 0.001].map(Math.fround);

function combineCases(): CombineCase[] {
	return inputSets().flatMap((inputs) =>
		DTYPES.map((to) => {
			const weights = WEIGHTS.slice(0, inputs.length);
			return { inputs, weights, to, digest: digest(combine(inputs.map(makeOperand), weights, to)) };
		}),
	);
}

function compareCases(): CompareCase[] {
	const pairs: [PatternSpec, PatternSpec][] = DTYPES.flatMap((dtype) => [
		[random(dtype, 'bits', 5003), random(dtype, 'bits', 5003)],
		[random(dtype, 'bits', 5003), random(dtype, 'bits', 5003, 1)],
		[random(dtype, 'weights', 4099), random(dtype, 'weights', 4099, 1)],
	]);
	pairs.push([{ dtype: 'F16', pattern: 'every' }, random('F16', 'bits', 0x10000)]);
	return pairs.map(([expected, actual]) => ({
		expected,
		actual,
		counts: compare(makeOperand(expected), makeOperand(actual)),
	}));
}

export function makeCases(): Cases {
	const grams = inputSets().map((inputs) => ({
		inputs,
		digest: digest(doubleBytes(gram(inputs.map(makeOperand)))),
	}));
	return { cast: castCases(), gram: grams, combine: combineCases(), compare: compareCases() };
}

if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(makeCases(), null, '\t')}\n`);
