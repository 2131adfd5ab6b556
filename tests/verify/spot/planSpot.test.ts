import { describe, expect, it } from 'vitest';
import { planMerge, type MergePlan } from '../../../src/merge/index.ts';
import { catchProbability, planSpot } from '../../../src/verify/spot/index.ts';
import { fractionOf, murmur3 } from '../../../src/verify/spot/hash.ts';
import { headersOf, recipeOf, tinyModel } from '../../support/tinyModel.ts';
import { Random } from './simulation.ts';

const SLERP =
	'models: [{model: a}, {model: b}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: 0.5}\n';

/** Twelve tensors of one dimension, the largest of them an embedding. */
function planOf(elements: number, without: readonly string[] = []): MergePlan {
	const all = { layers: 1, elements };
	return planMerge(recipeOf(SLERP), {
		headers: headersOf({ a: tinyModel('a', all), b: tinyModel('b', { ...all, seed: 2 }) }),
		published: tinyModel('p', { ...all, without }).headers,
	});
}

describe('the hash', () => {
	// Published test vectors of MurmurHash3_x86_32.
	it.each([
		['', 0, 0x00000000],
		['', 1, 0x514e28b7],
		['', 0xffffffff, 0x81f16f39],
		['test', 0, 0xba6bd213],
		['Hello, world!', 0, 0xc0363e43],
		['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
	])('of %j from seed %d is the published one', (text, seed, hash) => {
		expect(murmur3(text, seed)).toBe(hash);
	});

	it('spreads names evenly', () => {
		const counts = new Array<number>(10).fill(0);
		for (let i = 0; i < 10_000; i++) {
			const slot = Math.floor(fractionOf(2 ** 40 + 3, `model.layers.${i}.weight`) * 10);
			counts[slot] = (counts[slot] ?? 0) + 1;
		}
		// Five standard deviations of a binomial count.
		for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
	});

	it('depends on every bit of the seed', () => {
		const fractions = Array.from({ length: 53 }, (_, bit) => fractionOf(2 ** bit, 'name'));
		expect(new Set([...fractions, fractionOf(0, 'name')]).size).toBe(54);
	});
});

describe('the windows', () => {
	it('are where they have always been', () => {
		const { windows } = planSpot(planOf(1000), { sampleSeed: 42, elements: 64 });
		expect(windows.slice(0, 4).map(({ start }) => start)).toMatchInlineSnapshot(`
			[
			  360,
			  408,
			  248,
			  440,
			]
		`);
	});

	it('are the same elements in all models, aligned and inside', () => {
		const plan = planOf(1003);
		for (let sampleSeed = 0; sampleSeed < 50; sampleSeed++) {
			const spot = planSpot(plan, { sampleSeed, elements: 100 });
			expect(spot.windows).toHaveLength(plan.tensors.length);
			for (const { index, start, elements, ranges, published } of spot.windows) {
				const tensor = plan.tensors[index];
				if (tensor?.published == null) throw new Error('no tensor');
				expect(start % 8).toBe(0);
				expect(start + elements).toBeLessThanOrEqual(1003);
				expect(elements === 100 || start + elements === 1003).toBe(true);
				const offsets = [...tensor.inputs, tensor.published].map((one) => one.start);
				expect([...ranges, published].map((range, i) => range.start - (offsets[i] ?? 0))).toEqual(
					offsets.map(() => 2 * start),
				);
				for (const range of [...ranges, published])
					expect(range.end - range.start).toBe(2 * elements);
			}
		}
	});

	it('reach every element', () => {
		const plan = planOf(107);
		const seen = new Set<number>();
		for (let sampleSeed = 0; sampleSeed < 200; sampleSeed++) {
			const [window] = planSpot(plan, { sampleSeed, elements: 16 }).windows;
			if (window === undefined) throw new Error('no window');
			for (let i = 0; i < window.elements; i++) seen.add(window.start + i);
		}
		expect(seen.size).toBe(107);
	});

	it('cover small tensors whole', () => {
		const plan = planOf(64);
		const { windows, totals } = planSpot(plan, { sampleSeed: 1 });
		expect(windows.every(({ start, elements }) => start === 0 && elements === 64)).toBe(true);
		expect(totals.bytes).toBe(totals.ofBytes);
		expect(totals).toMatchObject({ tensors: 12, requests: 36, elements: 12 * 64, bytes: 12 * 384 });
	});

	it('leave out what has no published counterpart', () => {
		const plan = planOf(1000, ['lm_head.weight']);
		const { windows, totals } = planSpot(plan, { sampleSeed: 1, elements: 80 });
		expect(windows.map(({ index }) => plan.tensors[index]?.name)).not.toContain('lm_head.weight');
		expect(totals).toMatchObject({ tensors: 11, ofTensors: 12 });
		expect(totals.ofBytes).toBe(11 * 6000 + 4000);
	});

	it.each([-1, 0.5, NaN, 2 ** 53])('have no place for the seed %d', (sampleSeed) => {
		expect(() => planSpot(planOf(8), { sampleSeed })).toThrow(RangeError);
	});
});

describe('the probability of catching an alteration', () => {
	const plan = planOf(1000);
	const spot = planSpot(plan, { sampleSeed: 1, elements: 104 });

	it('is that of single elements that are altered at random', () => {
		const { elements } = spot.totals;
		const one = catchProbability(plan, spot, { share: 0.001, spread: 'random' });
		expect(one).toBeCloseTo(1 - 0.999 ** elements, 12);
		expect(catchProbability(plan, spot, { share: 0, spread: 'random' })).toBe(0);
		expect(catchProbability(plan, spot, { share: 1, spread: 'random' })).toBe(1);
	});

	it('is what a simulation of runs comes to', () => {
		const random = new Random(11);
		for (const share of [1 / 12_000, 0.005, 0.02]) {
			const run = Math.max(1, Math.round(share * 12_000));
			let caught = 0;
			for (let i = 0; i < 20_000; i++) {
				const first = Math.floor(random.next() * (1000 - run + 1));
				const start = Math.floor(random.next() * (1000 - 104 + 1));
				if (first < start + 104 && start < first + run) caught++;
			}
			const expected = catchProbability(plan, spot, { share, spread: 'run' });
			// Five standard deviations of a share of 20,000.
			expect(Math.abs(caught / 20_000 - expected)).toBeLessThan(0.018);
		}
	});

	it('is 1 where a run is a tensor, and counts tensors without a window as missed', () => {
		expect(catchProbability(plan, spot, { share: 0.2, spread: 'run' })).toBeCloseTo(1, 12);
		const part = planOf(1000, ['lm_head.weight', 'model.norm.weight', 'model.embed_tokens.weight']);
		const windows = planSpot(part, { sampleSeed: 1, elements: 104 });
		expect(catchProbability(part, windows, { share: 0.2, spread: 'run' })).toBeCloseTo(9 / 12, 12);
	});
});
