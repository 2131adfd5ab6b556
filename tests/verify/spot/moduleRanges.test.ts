import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import { moduleRanges } from '../../../src/verify/spot/index.ts';
import { caseRecipe, changedRecipe, publishedCase, spotCheck } from './oracleSpot.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

describe('the range of t of a module', () => {
	it('is no wider than that of any of its tensors, and has the recipe in it', async () => {
		const published = publishedCase('slerp-far');
		const { plan, findings } = await spotCheck({
			kernels,
			recipe: caseRecipe('slerp-far'),
			published,
			semantics: '0.1.4',
		});
		const modules = moduleRanges(plan, findings);
		expect(modules.map(({ kind }) => kind)).toContain('self_attn.q_proj');
		for (const { kind, tensors, offset } of modules) {
			const own = findings.filter(({ index }) => plan.tensors[index]?.kind === kind);
			expect(own.length).toBe(tensors);
			const widths = own.map(({ found }) => (found === null ? NaN : found[1] - found[0]));
			expect(offset).not.toBeNull();
			const [low, high] = offset ?? [1, 0];
			expect(low <= 0 && high >= 0).toBe(true);
			expect(high - low).toBeLessThanOrEqual(Math.min(...widths) + 1e-12);
		}
	});

	it('leaves out the recipe where t is another one', async () => {
		const { plan, findings } = await spotCheck({
			kernels,
			recipe: changedRecipe('slerp-models', (text) => text.replace('0.35', '0.34')),
			published: publishedCase('slerp-models'),
			semantics: '0.1.4',
		});
		for (const { offset, claimed } of moduleRanges(plan, findings)) {
			expect(claimed).toEqual([0.34, 0.34]);
			const [low, high] = offset ?? [NaN, NaN];
			expect(low).toBeGreaterThan(0);
			expect(low <= 0.01 && high >= 0.01).toBe(true);
		}
	});

	it('is of slerps only', async () => {
		const { plan, findings } = await spotCheck({
			kernels,
			recipe: caseRecipe('linear'),
			published: publishedCase('linear'),
			semantics: '0.1.4',
		});
		expect(moduleRanges(plan, findings)).toEqual([]);
	});
});
