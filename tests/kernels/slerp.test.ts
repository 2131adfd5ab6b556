import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';

interface SlerpCase {
	/** Bits of f64 in hexadecimal, as `t`, `cosine` and `theta`. */
	readonly gram: readonly string[];
	readonly t: string;
	/** Bits of f32 in hexadecimal. */
	readonly w0: string;
	readonly w1: string;
	readonly cosine: string;
	readonly theta: string;
	readonly linear: boolean;
}

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

const file = new URL('../../wasm/tests/slerp.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as SlerpCase[];

function double(hex: string): number {
	return new DataView(BigUint64Array.of(BigInt(`0x${hex}`)).buffer).getFloat64(0, true);
}

function single(hex: string): number {
	return new DataView(Uint32Array.of(Number(`0x${hex}`)).buffer).getFloat32(0, true);
}

test('the weights are the float32 nearest to those computed in 60 digits', () => {
	expect(cases.length).toBeGreaterThan(100);
	for (const item of cases) {
		const actual = kernels.slerpWeights(Float64Array.from(item.gram, double), double(item.t));
		expect({ w0: actual.w0, w1: actual.w1 }, JSON.stringify(item)).toEqual({
			w0: single(item.w0),
			w1: single(item.w1),
		});
		expect(actual.branch).toBe(item.linear ? 'linear' : 'great-circle');
		// Two roots, a product and a quotient: at most 4 roundings of 2^-53 each.
		expect(Math.abs(actual.cosine - double(item.cosine))).toBeLessThanOrEqual(2 ** -50);
		// That error, magnified by 1/sin θ; near 0 and π the root of it.
		expect(Math.abs(actual.theta - double(item.theta))).toBeLessThanOrEqual(5e-8);
	}
});

test('a NaN in the inner products makes the weights NaN instead of a guess', () => {
	const { w0, w1, branch } = kernels.slerpWeights(Float64Array.of(NaN, 1, 1), 0.5);
	expect([w0, w1, branch]).toEqual([NaN, NaN, 'great-circle']);
});
