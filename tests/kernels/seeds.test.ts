import { beforeAll, expect, test } from 'vitest';
import { loadWasmKernels, type KnownDraw, type Kernels } from '../../src/kernels/index.ts';
import { createReferenceKernels } from '../support/referenceKernels.ts';

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

/**
 * numpy.random.RandomState(seed).randint(0, 2**32, dtype=numpy.uint32)[:8] & 0xffffff, with numpy 2.4.6:
 * torch's generator on a CPU hands out the same numbers.
 */
const NUMPY: readonly (readonly [seed: number, draws: readonly number[]])[] = [
	[0, [0x7f0aac, 0xc4aa2f, 0x16a675]],
	[42, [0xe1dc66, 0xea3db3, 0x62035c]],
];

function knownOf(draws: readonly number[], limit: number): KnownDraw[] {
	return draws.map((draw, place) => ({ place, limit, kept: draw < limit }));
}

test('seeds begin with the numbers that numpy draws', () => {
	for (const [seed, draws] of NUMPY)
		for (const [place, draw] of draws.entries())
			for (const [limit, kept] of [
				[draw, false],
				[draw + 1, true],
			] as const)
				expect([...kernels.findSeeds(seed, 1, [{ place, limit, kept }])]).toEqual([seed]);
});

test('finds what trying one seed after another finds', () => {
	const reference = createReferenceKernels();
	for (const limit of [2 ** 20, 2 ** 23, 15_000_000]) {
		const known = knownOf([5, 2 ** 23, 2 ** 24 - 1, 12_345_678, 77], limit);
		const found = kernels.findSeeds(4_294_967_000, 296, known);
		expect([...found]).toEqual([...reference.findSeeds(4_294_967_000, 296, known)]);
		expect([...kernels.findSeeds(0, 3000, known)]).toEqual([
			...reference.findSeeds(0, 3000, known),
		]);
	}
});

test('a draw beyond the first 227 is refused', () => {
	expect(() => kernels.findSeeds(0, 1, [{ place: 227, limit: 1, kept: true }])).toThrow(
		'only the first 227 draws can be searched by',
	);
});
