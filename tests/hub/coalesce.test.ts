import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coalesce, readRanges, type ByteRange } from '../../src/hub/index.ts';
import { memorySource, type ByteSource } from '../../src/tensors/index.ts';
import { RemeltError } from '../../src/errors/index.ts';

const SIZE = 5000;
const BYTES = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) % 256);

const range = fc
	.tuple(fc.nat(SIZE), fc.nat(300))
	.map(([start, length]) => ({ start, end: Math.min(SIZE, start + length) }));
const limits = fc.record({
	maxBytes: fc.integer({ min: 1, max: 1000 }),
	maxGap: fc.nat(100),
});

function lengthOf({ start, end }: ByteRange): number {
	return end - start;
}

describe('coalesce', () => {
	test('puts every range that is not empty into exactly one group, whole', () => {
		fc.assert(
			fc.property(fc.array(range, { maxLength: 60 }), limits, (ranges, options) => {
				const groups = coalesce(ranges, options);
				const members = groups.flatMap((group) => group.members);
				const due = ranges.flatMap((one, i) => (lengthOf(one) > 0 ? [i] : []));
				expect([...members].sort((a, b) => a - b)).toEqual(due);
				for (const group of groups)
					for (const index of group.members) {
						expect(ranges[index]?.start).toBeGreaterThanOrEqual(group.start);
						expect(ranges[index]?.end).toBeLessThanOrEqual(group.end);
					}
			}),
		);
	});

	test('keeps to its limits: no group too long, no gap too wide', () => {
		fc.assert(
			fc.property(fc.array(range, { maxLength: 60 }), limits, (ranges, options) => {
				for (const { start, end, members } of coalesce(ranges, options)) {
					const inside = members.flatMap((index) => ranges[index] ?? []);
					const longest = Math.max(...inside.map(lengthOf));
					expect(end - start).toBeLessThanOrEqual(Math.max(options.maxBytes, longest));
					expect(start).toBe(Math.min(...inside.map((one) => one.start)));
					expect(end).toBe(Math.max(...inside.map((one) => one.end)));
					let reached = start;
					for (const one of inside) {
						expect(one.start - reached).toBeLessThanOrEqual(options.maxGap);
						reached = Math.max(reached, one.end);
					}
				}
			}),
		);
	});

	test('makes as few groups as its order allows: no two neighbours could be one', () => {
		fc.assert(
			fc.property(fc.array(range, { maxLength: 60 }), limits, (ranges, options) => {
				const groups = coalesce(ranges, options);
				for (const [i, next] of groups.entries()) {
					const group = groups[i - 1];
					const first = ranges[next.members[0] ?? -1];
					if (group === undefined || first === undefined) continue;
					const gap = first.start - group.end;
					const together = first.end - group.start;
					expect(gap > options.maxGap || together > options.maxBytes).toBe(true);
				}
			}),
		);
	});

	test('does not depend on the order of what it is given', () => {
		fc.assert(
			fc.property(fc.array(range, { maxLength: 40 }), limits, (ranges, options) => {
				const spans = (list: readonly ByteRange[]): unknown =>
					coalesce(list, options).map(({ start, end }) => [start, end]);
				expect(spans([...ranges].reverse())).toEqual(spans(ranges));
			}),
		);
	});

	test('has limits that fit the Hub: 64 MiB, and gaps of 64 KiB', () => {
		const tensor = 2 ** 25;
		const ranges = [0, 1, 2].map((i) => ({ start: i * tensor, end: (i + 1) * tensor }));
		expect(coalesce(ranges).map(({ members }) => members)).toEqual([[0, 1], [2]]);
		const apart = [0, 2 ** 16 + 8, 2 ** 18].map((start) => ({ start, end: start + 8 }));
		expect(coalesce(apart).map(({ members }) => members)).toEqual([[0, 1], [2]]);
		const huge = [{ start: 0, end: 2 ** 31 }];
		expect(coalesce(huge)).toEqual([{ start: 0, end: 2 ** 31, members: [0] }]);
	});
});

describe('readRanges', () => {
	test('hands out what each range would have been given alone, and reads no range twice', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(range, { maxLength: 30 }), limits, async (ranges, options) => {
				const reads: ByteRange[] = [];
				const memory = memorySource('memory', BYTES);
				const source: ByteSource = {
					...memory,
					read: async (start, end, more) => {
						reads.push({ start, end });
						return memory.read(start, end, more);
					},
				};
				const slices = await readRanges(source, ranges, options);
				expect(slices).toEqual(ranges.map(({ start, end }) => BYTES.slice(start, end)));
				expect(reads).toHaveLength(coalesce(ranges, options).length);
				const buffers = slices.filter((slice) => slice.length > 0).map(({ buffer }) => buffer);
				expect(new Set(buffers).size).toBe(buffers.length);
			}),
			{ numRuns: 50 },
		);
	});

	const many = Array.from({ length: 20 }, (_, i) => ({ start: i * 200, end: i * 200 + 10 }));

	test('keeps to the number of requests at a time', async () => {
		let [open, most] = [0, 0];
		const source: ByteSource = {
			name: 'slow',
			size: SIZE,
			read: async (start, end) => {
				most = Math.max(most, ++open);
				await new Promise((resolve) => setTimeout(resolve, 1));
				open--;
				return BYTES.slice(start, end);
			},
		};
		await readRanges(source, many, { maxGap: 0, parallel: 3 });
		expect(most).toBe(3);
	});

	test('stops the other requests where one fails, and throws its error', async () => {
		let [begun, stopped] = [0, 0];
		const source: ByteSource = {
			name: 'broken',
			size: SIZE,
			read: async (start, _end, { signal } = {}) => {
				begun++;
				if (start === 400) throw new RemeltError('not-found', 'gone');
				await new Promise((resolve) => signal?.addEventListener('abort', resolve));
				stopped++;
				throw new RemeltError('aborted', 'Reading was cancelled.');
			},
		};
		const reading = readRanges(source, many, { maxGap: 0 });
		await expect(reading).rejects.toMatchObject({ code: 'not-found' });
		expect([begun, stopped]).toEqual([4, 3]);
	});

	test('passes the signal on', async () => {
		const source = memorySource('memory', BYTES);
		const reading = readRanges(source, many, { signal: AbortSignal.abort() });
		await expect(reading).rejects.toMatchObject({ code: 'aborted' });
	});
});
