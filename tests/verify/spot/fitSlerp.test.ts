import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import { holds } from '../../../src/verify/spot/fitSlerp.ts';
import { bytesFrom, Random, randomTrial, runTrial, type Trial } from './simulation.ts';
import { fitSlerp } from '../../../src/verify/spot/index.ts';
import { valuesOf } from '../../../src/verify/floats.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

/** One such as 0.3 makes ties of many elements, and a range of almost no width. */
const T = 0.3137;

const TRIAL: Trial = {
	elements: 32_768,
	distance: 1e-3,
	dtype: 'BF16',
	t: T,
	scalars: 'numpy1',
	cosineError: 0,
};

describe('the range of t', () => {
	it('has the true t in it, with every dtype, distance, branch, release and cosine', () => {
		const random = new Random(2026);
		const results = Array.from({ length: 200 }, () =>
			runTrial(kernels, randomTrial(random, 65_536), random),
		);
		const lost = results.filter(({ contains }) => !contains);
		expect(lost.map(({ trial, branch, theta, fit }) => ({ ...trial, branch, theta, fit }))).toEqual(
			[],
		);
		expect(new Set(results.map(({ branch }) => branch)).size).toBe(2);
	});

	it.each([
		[3e-4, 2e-4],
		[1e-3, 8e-5],
		[3e-3, 2e-5],
	])('is as narrow as expected at a distance of %d', (distance, expected) => {
		const random = new Random(5);
		const widths = Array.from({ length: 5 }, () => {
			const { branch, width } = runTrial(kernels, { ...TRIAL, distance }, random);
			expect(branch).toBe('linear');
			return width;
		});
		// Widths differ from window to window by what rare elements there are: up to ten times and more.
		const [, , median = NaN] = widths.toSorted((a, b) => a - b);
		expect(median).toBeLessThan(2.5 * expected);
		expect(median).toBeGreaterThan(expected / 10);
	});

	it.each([3e-4, 1e-3, 3e-3, 0.05, null])(
		'leaves out another t at a distance of %s',
		(distance) => {
			const { fit, width } = runTrial(kernels, { ...TRIAL, distance }, new Random(6));
			for (const t of [T - 1.1 * width, T + 1.1 * width, 1 - T, T + 0.001, T - 0.001].filter(
				(t) => Math.abs(t - T) > width,
			)) {
				const found = [holds(fit.linear, t), holds(fit.greatCircle?.t, t)];
				expect(found.includes(true)).toBe(false);
			}
		},
	);

	it('tells t off by 0.001 on the great circle, whatever cosine the author came to', () => {
		const random = new Random(8);
		for (const cosineError of [-2e-3, 0, 2e-3]) {
			const { fit } = runTrial(kernels, { ...TRIAL, distance: null, cosineError }, random);
			expect(holds(fit.greatCircle?.t, T)).toBe(true);
			expect(holds(fit.greatCircle?.t, T + 0.001)).toBe(false);
		}
	});

	it('is everything where the parents are equal', () => {
		const values = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i));
		const bytes = bytesFrom(values, 'BF16');
		const parent = valuesOf(bytes, 'BF16');
		const fit = fitSlerp({ a: parent, b: parent, published: bytes, dtype: 'BF16' });
		expect(fit.empty).toBe(false);
		expect(holds(fit.linear, 0) && holds(fit.linear, 1)).toBe(true);
	});

	it('is no range where the published tensor has nothing to do with the parents', () => {
		const random = new Random(9);
		const noise = (): Float32Array => Float32Array.from({ length: 4096 }, () => random.normal());
		const fit = fitSlerp({
			a: noise(),
			b: noise(),
			published: bytesFrom(noise(), 'BF16'),
			dtype: 'BF16',
		});
		expect(fit.empty).toBe(true);
		expect(fit.outliers.length).toBeGreaterThan(2048);
	});

	it('is that of all others where one element was altered', () => {
		const random = new Random(10);
		const a = Float32Array.from({ length: 8192 }, () => random.normal());
		const b = a.map((value) => value * (1 + 0.003 * random.normal()));
		const [first, second] = [bytesFrom(a, 'BF16'), bytesFrom(b, 'BF16')].map((bytes) =>
			valuesOf(bytes, 'BF16'),
		);
		if (first === undefined || second === undefined) throw new Error('no parents');
		const sum = first.map((value, i) => Math.fround(0.75 * value + 0.25 * (second[i] ?? 0)));
		for (const index of [0, 1, 4000, 8191]) {
			const altered = sum.map((value, i) => (i === index ? value * 1.02 : value));
			const fit = fitSlerp({
				a: first,
				b: second,
				published: bytesFrom(altered, 'BF16'),
				dtype: 'BF16',
			});
			expect(fit.outliers).toEqual([index]);
			expect(holds(fit.linear, 0.25)).toBe(true);
		}
	});
});
