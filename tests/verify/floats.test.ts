import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import { boundsOf, rounder, valuesOf } from '../../src/verify/floats.ts';
import { Polygon } from '../../src/verify/spot/polygon.ts';
import { Random } from './spot/simulation.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

/** Any float32 bits, many of them where F16 has its least and largest numbers. */
function anyFloats(count: number): Float32Array {
	const random = new Random(12);
	const words = Uint32Array.from({ length: count }, () => {
		const exponent = random.next() < 0.5 ? 0 : 95 + Math.floor(random.next() * 50);
		const word = Math.floor(random.next() * 2 ** 32) >>> 0;
		return exponent === 0 ? word : ((word & 0x807fffff) | (exponent << 23)) >>> 0;
	});
	return new Float32Array(words.buffer);
}

/** Every number of a 16-bit dtype. */
function allShorts(): Uint8Array {
	return new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, short) => short).buffer);
}

function bytesOf(values: Float32Array): Uint8Array {
	return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

describe.each(['BF16', 'F16'] as const)('%s', (dtype) => {
	it('has the values that the kernels read', () => {
		const short = allShorts();
		const wide = valuesOf(kernels.cast(short, dtype, 'F32'), 'F32');
		expect(valuesOf(short, dtype)).toEqual(wide);
	});

	it('is rounded to as the kernels round', () => {
		const values = anyFloats(20_000);
		const expected = valuesOf(kernels.cast(bytesOf(values), 'F32', dtype), dtype);
		expect(values.map(rounder(dtype))).toEqual(expected);
	});

	it('has bounds between which everything rounds to the element, and nothing beyond', () => {
		const short = allShorts();
		const values = valuesOf(short, dtype);
		const { low, high } = boundsOf(short, dtype);
		const round = rounder(dtype);
		const wrong: number[] = [];
		for (const [i, value] of values.entries()) {
			const [from, to] = [low[i] ?? NaN, high[i] ?? NaN];
			if (Number.isNaN(value)) {
				if (!Number.isNaN(from) || !Number.isNaN(to)) wrong.push(i);
				continue;
			}
			const size = Math.min(Math.abs(value), dtype === 'F16' ? 65_504 : 3e38);
			const near = 2 ** -20 * Math.max(size, dtype === 'F16' ? 2 ** -14 : 0);
			const inside = [
				value,
				...(Number.isFinite(from) ? [from + near] : []),
				...(Number.isFinite(to) ? [to - near] : []),
			];
			const outside = [from - near, to + near].filter((one) => Number.isFinite(one));
			// The least numbers of BF16 are so small that float32 has nothing near between them.
			if (Math.abs(value) < 1e-37 && dtype === 'BF16') continue;
			if (!inside.every((one) => round(one) === value)) wrong.push(i);
			if (outside.some((one) => round(one) === value)) wrong.push(i);
		}
		expect(wrong).toEqual([]);
	});
});

it('float32 has bounds half way to its neighbours', () => {
	const values = Float32Array.from([1, -1, 1.5, 0, 2 ** -126, 2 ** -149, 3.4028234663852886e38]);
	const { low, high } = boundsOf(bytesOf(values), 'F32');
	expect([...low]).toEqual([
		1 - 2 ** -25,
		-1 - 2 ** -24,
		1.5 - 2 ** -24,
		-(2 ** -150),
		2 ** -126 - 2 ** -150,
		2 ** -150,
		2 ** 128 - 2 ** 104 - 2 ** 103,
	]);
	expect(high[0]).toBe(1 + 2 ** -24);
	expect(high[1]).toBe(-1 + 2 ** -25);
});

it('a detour through another dtype widens bounds by its roundings', () => {
	const values = anyFloats(5000).filter((value) => Math.abs(value) > 1e-4 && Math.abs(value) < 6e4);
	const [half, brain] = [rounder('F16'), rounder('BF16')];
	const published = new Uint8Array(
		Uint16Array.from(
			new Uint32Array(values.map((value) => brain(half(value))).buffer),
			(word) => word >>> 16,
		).buffer,
	);
	const wide = boundsOf(published, 'BF16', 'F16');
	const narrow = boundsOf(published, 'BF16');
	const within = ({ low, high }: typeof wide): number =>
		values.filter((value, i) => value >= (low[i] ?? NaN) && value <= (high[i] ?? NaN)).length;
	expect(within(wide)).toBe(values.length);
	expect(within(narrow)).toBeLessThan(values.length);
});

describe('a polygon', () => {
	it('keeps a point that every cut allows, and nothing that one forbids', () => {
		const random = new Random(13);
		for (let round = 0; round < 50; round++) {
			const polygon = Polygon.box([-4, 4], [-4, 4]);
			const point = [random.normal(), random.normal()] as const;
			const cuts = Array.from({ length: 200 }, () => {
				const [u, v] = [random.normal(), random.normal()];
				const value = u * point[0] + v * point[1];
				return [u, v, value - random.next() ** 2, value + random.next() ** 2] as const;
			});
			for (const [u, v, low, high] of cuts) expect(polygon.cut(u, v, low, high)).toBe(true);
			expect(polygon.contains(point[0], point[1])).toBe(true);
			for (const [x, y] of polygon.vertices())
				for (const [u, v, low, high] of cuts) {
					expect(u * x + v * y).toBeGreaterThan(low - 1e-12);
					expect(u * x + v * y).toBeLessThan(high + 1e-12);
				}
		}
	});

	it('stays as it is where a cut would leave nothing', () => {
		const polygon = Polygon.box([0, 1], [0, 1]);
		expect(polygon.cut(1, 0, 2, 3)).toBe(false);
		expect(polygon.vertices()).toHaveLength(4);
		expect([polygon.width, polygon.height]).toEqual([
			[0, 1],
			[0, 1],
		]);
	});

	it('grows by a square', () => {
		const grown = Polygon.box([0, 1], [0, 2]).grown(0.5);
		expect([grown.width, grown.height]).toEqual([
			[-0.5, 1.5],
			[-0.5, 2.5],
		]);
		expect(grown.contains(-0.4, 2.4)).toBe(true);
		expect(grown.contains(-0.6, 1)).toBe(false);
	});
});
