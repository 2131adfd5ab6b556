import { beforeAll, describe, expect, test } from 'vitest';
import { loadWasmKernels, type Kernels, type SlerpFormula } from '../../../src/kernels/index.ts';
import type { Explanation, PlannedTensor } from '../../../src/merge/index.ts';
import type { FloatDtype } from '../../../src/tensors/index.ts';
import { COSINE_REACH, explain } from '../../../src/verify/index.ts';
import { bytesOf, valuesOf } from '../../kernels/reference.ts';
import { xorshift } from '../../kernels/patterns.ts';

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

/** Two tensors as fine-tunes of one model have them. */
interface Parents {
	readonly dtype: FloatDtype;
	readonly a: Uint8Array;
	readonly b: Uint8Array;
	/** Of the values as they are stored. */
	readonly cosine: number;
}

/** `apart` is the length of the difference over that of the first tensor. */
function parents(dtype: FloatDtype, elements: number, apart: number, seed = 1): Parents {
	const random = xorshift(seed);
	const uniform = (): number => (random.next().value + 0.5) / 2 ** 32;
	const normal = (): number =>
		Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
	const first = Array.from({ length: elements }, () => 0.02 * normal());
	const second = first.map((value) => value + 0.02 * apart * normal());
	const [a, b] = [first, second].map((values) => bytesOf(values.map(Math.fround), dtype));
	if (!a || !b) throw new Error('two tensors');
	const [x, y] = [a, b].map((bytes) => valuesOf({ dtype, bytes }));
	const dot = (u: readonly number[] = [], v: readonly number[] = []): number =>
		u.reduce((sum, value, i) => sum + value * (v[i] ?? NaN), 0);
	return { dtype, a, b, cosine: dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)) };
}

/** What mergekit stores for weights that it came to, in its float32 steps. */
function weighted({ dtype, a, b }: Parents, w0: number, w1: number): Uint8Array {
	const y = valuesOf({ dtype, bytes: b });
	const [u, v] = [Math.fround(w0), Math.fround(w1)];
	const values = valuesOf({ dtype, bytes: a }).map((x, i) =>
		Math.fround(Math.fround(u * x) + Math.fround(v * (y[i] ?? NaN))),
	);
	return bytesOf(values, dtype);
}

/** What a processor whose norms come out wrong makes of a t: mergekit's formula at another cosine. */
function slerped(pair: Parents, t: number, cosine: number): Uint8Array {
	if (Math.abs(Math.fround(cosine)) > 0.9995) return weighted(pair, 1 - t, t);
	const theta = Math.fround(Math.acos(Math.fround(cosine)));
	const sine = Math.fround(Math.sin(theta));
	const part = Math.fround(theta * Math.fround(t));
	const rest = Math.fround(theta - part);
	return weighted(pair, Math.fround(Math.sin(rest)) / sine, Math.fround(Math.sin(part)) / sine);
}

async function look(pair: Parents, t: number, published: Uint8Array): Promise<Explanation | null> {
	const { dtype, a, b, cosine } = pair;
	const operation: SlerpFormula = { kind: 'slerp', t, scalars: 'numpy2', work: 'F32' };
	const branch = Math.abs(cosine) > 0.9995 ? ('linear' as const) : ('great-circle' as const);
	const inputs = [a, b].map((bytes) => ({ dtype, bytes }));
	return explain({
		tensor: { dtype, operation } as PlannedTensor,
		outcome: {
			angle: { t, cosine, branch, w0: NaN, w1: NaN },
			kept: [],
			ratio: null,
			weights: null,
		},
		kernels,
		parts: async function* () {
			yield* await Promise.resolve([{ inputs, published }]);
		},
	});
}

const DTYPES: readonly FloatDtype[] = ['BF16', 'F16', 'F32'];

describe.each(DTYPES)('in %s', (dtype) => {
	test.each([0.1, 0.3, 0.5, 0.85])(
		'a slerp from perturbed norms is explained at t = %s',
		async (t) => {
			for (const [i, error] of [-2e-3, -3e-4, 1e-5, 2e-3].entries()) {
				const pair = parents(dtype, 20_000, [0.2, 0.5, 1, 0.1][i] ?? 1, 7 + i);
				const published = slerped(pair, t, pair.cosine * (1 + error));
				const found = await look(pair, t, published);
				expect(found?.witness).toMatchObject({ kind: 'slerp', branch: 'great-circle' });
				const { w0 = NaN, w1 = NaN, cosine = null } = found?.witness ?? {};
				expect(weighted(pair, w0, w1)).toEqual(published);
				const [least = NaN, most = NaN] = cosine ?? [];
				expect(least).toBeGreaterThanOrEqual(pair.cosine - COSINE_REACH);
				expect(most).toBeLessThanOrEqual(pair.cosine + COSINE_REACH);
			}
		},
	);

	test('another t is refuted', async () => {
		for (const off of [-0.05, -0.001, 0.001, 0.2]) {
			const pair = parents(dtype, 20_000, 0.5);
			const published = slerped(pair, 0.3 + off, pair.cosine);
			expect(await look(pair, 0.3, published)).toEqual({ witness: null, refuted: true });
		}
	});

	test('swapped parents, another tensor and a fine-tune are refuted', async () => {
		const pair = parents(dtype, 20_000, 0.5);
		const swapped = slerped({ ...pair, a: pair.b, b: pair.a }, 0.3, pair.cosine);
		const other = slerped(parents(dtype, 20_000, 0.5, 99), 0.3, pair.cosine);
		const random = xorshift(3);
		const values = valuesOf({ dtype, bytes: slerped(pair, 0.3, pair.cosine) });
		const tuned = bytesOf(
			values.map((value) => Math.fround(value * (1 + (random.next().value / 2 ** 32 - 0.5) / 20))),
			dtype,
		);
		for (const published of [swapped, other, tuned])
			expect(await look(pair, 0.3, published)).toEqual({ witness: null, refuted: true });
	});

	test('one altered element is never explained', async () => {
		const pair = parents(dtype, 20_000, 0.5);
		for (const place of [0, 777, 19_999]) {
			const published = slerped(pair, 0.3, pair.cosine);
			const width = dtype === 'F32' ? 4 : 2;
			// The fourth bit of the fraction from below.
			const byte = place * width;
			published[byte] = (published[byte] ?? 0) ^ 8;
			const found = await look(pair, 0.3, published);
			expect(found?.witness).toBeNull();
		}
	});
});

describe('near the branch', () => {
	test('an average is explained where the exact cosine is on the great circle', async () => {
		const pair = parents('BF16', 20_000, 0.04);
		expect(pair.cosine).toBeGreaterThan(0.995);
		expect(pair.cosine).toBeLessThan(0.9995);
		const found = await look(pair, 0.3, slerped(pair, 0.3, 0.9996));
		expect(found?.witness).toMatchObject({ branch: 'linear', cosine: null });
	});

	test('a great circle is explained where the exact cosine is parallel', async () => {
		const pair = parents('BF16', 50_000, 0.03);
		expect(pair.cosine).toBeGreaterThan(0.9995);
		const found = await look(pair, 0.3, slerped(pair, 0.3, 0.998));
		expect(found?.witness).toMatchObject({ branch: 'great-circle' });
	});

	test('an average of tensors that are far from parallel is refuted', async () => {
		const pair = parents('BF16', 20_000, 0.5);
		expect(await look(pair, 0.3, weighted(pair, 0.7, 0.3))).toEqual({
			witness: null,
			refuted: true,
		});
	});
});

test('a cosine further off than any processor comes to is refuted', async () => {
	const pair = parents('BF16', 20_000, 0.5);
	const published = slerped(pair, 0.3, pair.cosine - 0.02);
	expect(await look(pair, 0.3, published)).toEqual({ witness: null, refuted: true });
});
