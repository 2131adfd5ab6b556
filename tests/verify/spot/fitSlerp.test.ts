import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import { Random, randomTrial, runTrial } from './simulation.ts';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

describe('the range of t', () => {
	it('has the true t in it, with every dtype, distance, branch, release and cosine', () => {
		const random = new Random(2026);
		const results = Array.from({ length: 300 }, () =>
			runTrial(kernels, randomTrial(random), random),
		);
		const lost = results.filter(({ contains }) => !contains);
		expect(lost.map(({ trial, fit, branch, theta }) => ({ ...trial, branch, theta, fit }))).toEqual(
			[],
		);
		expect(new Set(results.map(({ branch }) => branch)).size).toBe(2);
	});
});
