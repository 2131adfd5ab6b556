import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import { compareTensors } from '../support/compare.ts';
import { casesOf, CASES_MADE_WITH, ERAS, expectedTensors, runCase } from '../support/oracle.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

/**
 * Least share of identical elements in 16-bit outputs, by how a case's name begins. What rounds
 * element by element is exact. slerp, nuslerp and model_stock reduce whole tensors, which mergekit does
 * in float32 or bf16 and Remelt in float64. della's ranks order equal magnitudes by mergekit's sort.
 */
const SHARES: readonly (readonly [prefix: string, share: number])[] = [
	['slerp-models', 0.999],
	['slerp', 0.9999],
	['slices-of-merges', 0.9999],
	['nuslerp', 0.995],
	['model_stock', 0.995],
	['della', 0.995],
	['ties', 0.999],
	['breadcrumbs', 0.999],
	['', 1],
];

/** float32 cases in which nothing is reduced over elements: every bit has to agree. */
const EXACT_F32: readonly string[] = ['filter-order', 'linear-unnormalized'];

function shareOf(name: string): number {
	return SHARES.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 1;
}

describe.each([CASES_MADE_WITH, ...ERAS])('as mergekit %s', (semantics) => {
	it.each(casesOf(semantics))('%s comes out as it did there', async (name) => {
		const { tensors } = await runCase(name, { kernels, semantics });
		const expected = expectedTensors(name, semantics);
		const comparison = compareTensors(expected, tensors);
		expect(comparison.rows.filter((row) => row.problem ?? (row.far ?? 0) > 0)).toEqual([]);
		const wide = [...expected.values()].some(({ dtype }) => dtype === 'F32');
		const share = wide ? (EXACT_F32.includes(name) ? 1 : 0) : shareOf(name);
		expect(comparison.share).toBeGreaterThanOrEqual(share);
	});
});
