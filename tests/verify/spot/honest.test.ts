import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import { casesOf, CASES_MADE_WITH, ERAS } from '../../support/oracle.ts';
import { caseRecipe, publishedCase, spotCheck } from './oracleSpot.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

describe.each([CASES_MADE_WITH, ...ERAS])('what mergekit %s made', (semantics) => {
	it.each(casesOf(semantics))('of %s contradicts nothing', async (name) => {
		const recipe = caseRecipe(name);
		const published = publishedCase(name, semantics);
		const { plan, findings } = await spotCheck({ kernels, recipe, published, semantics });
		expect(findings.length).toBe(plan.tensors.length);
		expect(findings.filter(({ finding }) => finding === 'different')).toEqual([]);
		// Tensors of the oracle are smaller than a window; small windows lie somewhere within them.
		const parts = await spotCheck({
			kernels,
			recipe,
			published,
			semantics,
			elements: 264,
			sampleSeed: 7,
		});
		expect(parts.spot.windows.some(({ start }) => start > 0)).toBe(true);
		expect(parts.findings.filter(({ finding }) => finding === 'different')).toEqual([]);
	});
});
