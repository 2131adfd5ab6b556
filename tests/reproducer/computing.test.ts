import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import type { BackendChoice, FormulaSpec } from '../../src/kernels/index.ts';
import type { MergePlan } from '../../src/merge/index.ts';
import { computingOf, computingText, suitsPlan } from '../../src/reproducer/computing.ts';
import { plannedTensor, smallPlan } from './plans.ts';

const CHOICE: BackendChoice = {
	setting: 'auto',
	gpu: { compare: true, combine: false },
	device: 'a GPU',
	advantage: { compare: 2.06, combine: 0.043 },
	problem: null,
};

function planOf(...operations: FormulaSpec[]): MergePlan {
	const tensors = operations.map((operation) => ({ ...plannedTensor('w', 0, 'w'), operation }));
	return { ...smallPlan(), tensors };
}

const SUM: FormulaSpec = {
	kind: 'sum',
	weights: [0.5, 0.5],
	rounding: 'once',
	divide: false,
	work: 'F32',
};

describe('what suits a GPU', () => {
	test('is any plan with a slerp or a sum rounded once', () => {
		expect(suitsPlan(planOf({ kind: 'slerp', t: 0.5, scalars: 'torch', work: 'BF16' }))).toBe(true);
		expect(suitsPlan(planOf({ ...SUM, rounding: 'fused' }, SUM))).toBe(true);
	});

	test('is no plan of other formulas', () => {
		const nuslerp: FormulaSpec = {
			kind: 'nuslerp',
			t: 0.5,
			base: false,
			along: 'all',
			work: 'BF16',
		};
		const others: FormulaSpec[] = [
			nuslerp,
			{ ...SUM, rounding: 'fused' },
			{ ...SUM, rounding: 'stepwise' },
			{ ...SUM, divide: true },
			{ ...SUM, work: 'F16' },
			{ ...SUM, weights: Array.from({ length: 9 }, () => 1) },
		];
		expect(suitsPlan(planOf(...others))).toBe(false);
	});
});

test('a run compares where nothing is kept and something was published', () => {
	const published = { model: 'm', file: 'f', tensor: 'w', dtype: 'BF16', shape: [2] } as const;
	const range = { ...published, start: 0, end: 4 };
	const plan = smallPlan();
	const tensors = plan.tensors.map((tensor) => ({ ...tensor, published: range }));
	expect(computingOf({ ...plan, tensors }, false, 'auto').primitive).toBe('compare');
	expect(computingOf({ ...plan, tensors }, true, 'auto').primitive).toBe('combine');
	const bare = plan.tensors.map((tensor) => ({ ...tensor, published: null }));
	expect(computingOf({ ...plan, tensors: bare }, false, 'auto').primitive).toBe('combine');
});

describe('what a reader is told', () => {
	const computing = { ...computingOf(planOf(SUM), true, 'auto'), choice: CHOICE };
	const compare = { ...computing, primitive: 'compare' } as const;
	const without = (error: RemeltError): BackendChoice => ({
		...CHOICE,
		gpu: { compare: false, combine: false },
		problem: error.serialize(),
	});

	test('names the backend and how fast it is', () => {
		expect(computingText(compare)).toBe('WebGPU (a GPU): 2.1× as fast as WASM here.');
		expect(computingText(computing)).toBe(
			'WASM: WebGPU would be 0.04× as fast here, copies to and fro included.',
		);
	});

	test('says that it was the reader’s wish', () => {
		const forced: BackendChoice = {
			...CHOICE,
			device: '',
			gpu: { compare: true, combine: true },
			advantage: null,
		};
		expect(computingText({ ...computing, setting: 'webgpu', choice: forced })).toBe(
			'WebGPU, as you chose.',
		);
		expect(computingText({ ...computing, setting: 'wasm' })).toBe('WASM, as you chose.');
	});

	test('says why there is no GPU, or no longer', () => {
		const missing = new RemeltError('gpu-unavailable', 'This browser has no WebGPU.');
		expect(computingText({ ...computing, choice: without(missing) })).toBe(
			'WASM: this browser has no WebGPU.',
		);
		const wrong = new RemeltError('gpu-wrong', 'The GPU gave another result in block 3 of 9.', {
			details: { tensor: 'lm_head.weight' },
		});
		expect(computingText({ ...computing, choice: without(wrong) })).toBe(
			'WASM: the GPU gave another result in block 3 of 9, at lm_head.weight.',
		);
	});

	test('says when there is nothing to choose, or nothing known yet', () => {
		expect(computingText({ ...computing, suits: false })).toMatch(/^WASM: nothing in this merge/);
		expect(computingText({ ...computing, choice: null })).toBe('Trying the GPU…');
	});
});
