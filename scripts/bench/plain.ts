/**
 * Slerp of bf16 tensors in plain TypeScript, as fast as we could make it without WASM: typed arrays
 * throughout, a block at a time so that conversions stay in the first-level cache, eight independent
 * sums. It adds and rounds in the kernels' order, so its results can be compared bit for bit.
 */
import { GRAM_BLOCK } from '../../src/kernels/index.ts';

/** Float32 values and their bits, a block's worth. */
class Block {
	readonly values = new Float32Array(GRAM_BLOCK);
	readonly bits = new Uint32Array(this.values.buffer);

	/** Takes the values of `count` bf16 elements. */
	widen(elements: Uint16Array, start: number, count: number): void {
		const { bits } = this;
		for (let i = 0; i < count; i++) bits[i] = (elements[start + i] ?? 0) << 16;
	}

	/** Rounds to bf16, ties to even. */
	narrow(output: Uint16Array, start: number, count: number): void {
		const { bits, values } = this;
		for (let i = 0; i < count; i++) {
			const word = bits[i] ?? 0;
			const value = values[i] ?? 0;
			output[start + i] = value === value ? (word + 0x7fff + ((word >>> 16) & 1)) >>> 16 : 0x7fc0;
		}
	}
}

/** A padded block's inner product: element i in sum i mod 8. */
function product(a: Float32Array, b: Float32Array): number {
	let [s0, s1, s2, s3] = [0, 0, 0, 0];
	let [s4, s5, s6, s7] = [0, 0, 0, 0];
	for (let i = 0; i < GRAM_BLOCK; i += 8) {
		s0 += (a[i] ?? 0) * (b[i] ?? 0);
		s1 += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
		s2 += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
		s3 += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
		s4 += (a[i + 4] ?? 0) * (b[i + 4] ?? 0);
		s5 += (a[i + 5] ?? 0) * (b[i + 5] ?? 0);
		s6 += (a[i + 6] ?? 0) * (b[i + 6] ?? 0);
		s7 += (a[i + 7] ?? 0) * (b[i + 7] ?? 0);
	}
	return s0 + s2 + (s4 + s6) + (s1 + s3 + (s5 + s7));
}

/** [a·a, a·b, b·b]. */
export function plainGram(a: Uint16Array, b: Uint16Array): Float64Array {
	const [x, y] = [new Block(), new Block()];
	const sums = new Float64Array(3);
	for (let start = 0; start < a.length; start += GRAM_BLOCK) {
		const count = Math.min(GRAM_BLOCK, a.length - start);
		x.widen(a, start, count);
		y.widen(b, start, count);
		x.values.fill(0, count);
		y.values.fill(0, count);
		sums[0] = (sums[0] ?? 0) + product(x.values, x.values);
		sums[1] = (sums[1] ?? 0) + product(x.values, y.values);
		sums[2] = (sums[2] ?? 0) + product(y.values, y.values);
	}
	return sums;
}

/** Fills `output` with w0·a + w1·b in float32, rounded to bf16. The weights are float32. */
export function plainCombine(
	a: Uint16Array,
	b: Uint16Array,
	[w0, w1]: readonly [number, number],
	output: Uint16Array,
): void {
	const [x, y] = [new Block(), new Block()];
	for (let start = 0; start < a.length; start += GRAM_BLOCK) {
		const count = Math.min(GRAM_BLOCK, a.length - start);
		x.widen(a, start, count);
		y.widen(b, start, count);
		const [u, v] = [x.values, y.values];
		for (let i = 0; i < count; i++)
			u[i] = Math.fround(Math.fround(w0 * (u[i] ?? 0)) + Math.fround(w1 * (v[i] ?? 0)));
		x.narrow(output, start, count);
	}
}
