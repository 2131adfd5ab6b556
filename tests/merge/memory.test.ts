import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tensorPasses, type PlannedTensor } from '../../src/merge/index.ts';

type Sized = Parameters<typeof tensorPasses>[0];

const GIB = 2 ** 30;

/** A tensor of a dtype, made of so many inputs of the same. */
function tensorOf(elements: number, kind: 'copy' | 'slerp', dtype: 'BF16' | 'F32' = 'BF16'): Sized {
	const input = { model: 'a', tensor: 't', file: 'f', dtype, shape: [elements], start: 0, end: 0 };
	const operation =
		kind === 'copy' ? { kind } : ({ kind, t: 0.5, scalars: 'torch', work: dtype } as const);
	const inputs = kind === 'copy' ? [input] : [input, input];
	return {
		elements,
		dtype,
		computeDtype: null,
		operation,
		inputs,
		published: input,
	} satisfies Pick<PlannedTensor, keyof Sized>;
}

it('a 7B model’s projections are read once within 512 MiB, its embedding too', () => {
	const projection = tensorPasses(tensorOf(4096 * 14336, 'slerp'));
	expect(projection).toMatchObject({ hold: true, reads: 1 });
	expect(tensorPasses(tensorOf(32000 * 4096, 'slerp'), GIB)).toMatchObject({ hold: true });
	expect(tensorPasses(tensorOf(32000 * 4096, 'slerp'))).toMatchObject({ hold: false, reads: 2 });
});

it('a copy is read once, however large', () => {
	expect(tensorPasses(tensorOf(2 ** 31, 'copy'))).toMatchObject({ hold: false, reads: 1 });
});

it('reads are of at most 16 Mi elements, and of whole steps of whole blocks', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: 2 ** 33 }),
			fc.constantFrom('copy' as const, 'slerp' as const),
			fc.constantFrom('BF16' as const, 'F32' as const),
			fc.integer({ min: 1, max: 4 * GIB }),
			(elements, kind, dtype, budget) => {
				const { unit, step, part, hold, reads, bytes, kernelBytes, requests } = tensorPasses(
					tensorOf(elements, kind, dtype),
					budget,
				);
				expect(step % 4096).toBe(0);
				expect(step).toBeGreaterThan(0);
				expect(unit % step).toBe(0);
				expect(part).toBeGreaterThan(0);
				expect(part % step).toBe(0);
				expect(kernelBytes).toBeLessThanOrEqual(bytes);
				if (hold) expect(kernelBytes).toBe(elements * 2 * (dtype === 'F32' ? 4 : 2));
				expect(unit).toBeLessThanOrEqual(16 * 2 ** 20 + 2 ** 20);
				const inputs = kind === 'copy' ? 1 : 2;
				expect(requests).toBe(Math.ceil(elements / unit) * (reads * inputs + 1));
				// One block has to fit, whatever the budget: 4096 elements of at most 4 bytes, 8 times.
				expect(bytes).toBeLessThanOrEqual(Math.max(budget, 4096 * 4 * 16));
			},
		),
	);
});
