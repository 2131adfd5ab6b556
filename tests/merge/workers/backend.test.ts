import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../../src/errors/index.ts';
import type { BackendChoice, Calibration } from '../../../src/kernels/index.ts';
import { createPool } from '../../../src/merge/index.ts';
import type { Pool, Request } from '../../../src/merge/index.ts';
import { plannedTensor, slerpResult } from '../../reproducer/plans.ts';
import { fakeWorker, type FakeWorker } from '../../support/fakeWorker.ts';

const CALIBRATION: Calibration = {
	compare: { wasm: 1, webgpu: 4 },
	combine: { wasm: 1, webgpu: 2 },
};

const CHOICE: BackendChoice = {
	setting: 'auto',
	gpu: { compare: true, combine: true },
	device: 'a GPU',
	advantage: { compare: 2, combine: 1 },
	problem: null,
};

const LEFT: BackendChoice = {
	...CHOICE,
	gpu: { compare: false, combine: false },
	problem: new RemeltError('gpu-wrong', 'Another result.').serialize(),
};

interface Setup {
	readonly pool: Pool;
	readonly workers: FakeWorker[];
	/** What each worker was asked. */
	readonly asked: Request[][];
	readonly choices: BackendChoice[];
	/** What was measured, as each choice was told. */
	readonly measured: (Calibration | null)[];
}

/** A pool of two whose workers say nothing by themselves. */
function setUp(calibration: Calibration | null = null): Setup {
	const workers: FakeWorker[] = [];
	const asked: Request[][] = [];
	const choices: BackendChoice[] = [];
	const measured: Setup['measured'] = [];
	const pool = createPool({
		size: 2,
		models: {},
		memoryBudget: 100,
		backend: {
			setting: 'auto',
			calibration,
			onChoice: (choice, known) => {
				choices.push(choice);
				measured.push(known);
			},
		},
		spawn: () => {
			const requests: Request[] = [];
			asked.push(requests);
			const worker = fakeWorker((_, request) => {
				requests.push(request);
			});
			workers.push(worker);
			return worker;
		},
	});
	return { pool, workers, asked, choices, measured };
}

function merge({ pool }: Setup, index: number): Promise<unknown> {
	return pool.merge({ index, tensor: plannedTensor('w', 0, 'w') });
}

async function settle(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 0));
}

/** What a worker was told to compute with; null where it was not opened yet. */
function backendOf(requests: readonly Request[] | undefined): unknown {
	const open = requests?.find((request) => request.kind === 'open');
	return open?.kind === 'open' ? open.backend : null;
}

describe('a pool whose reader has a say in the backend', () => {
	test('has one worker measure, and tells the others', async () => {
		const setup = setUp();
		const { workers, asked, choices, measured, pool } = setup;
		const merged = [merge(setup, 0), merge(setup, 1)];
		await settle();
		expect(backendOf(asked[0])).toEqual({ setting: 'auto', workers: 2, calibration: null });
		expect(backendOf(asked[1])).toBeNull();
		workers[0]?.say({ kind: 'backend', choice: CHOICE, calibration: CALIBRATION });
		await settle();
		expect(backendOf(asked[1])).toEqual({ setting: 'auto', workers: 2, calibration: CALIBRATION });
		workers[1]?.say({ kind: 'backend', choice: CHOICE, calibration: null });
		for (const [index, worker] of workers.entries()) {
			worker.say({ kind: 'ready' });
			await settle();
			worker.say({ kind: 'merged', result: slerpResult(index) });
		}
		await Promise.all(merged);
		expect([choices, measured]).toEqual([[CHOICE], [CALIBRATION]]);
		pool.close();
	});

	test('passes on what an earlier run has measured', async () => {
		const setup = setUp(CALIBRATION);
		const merged = merge(setup, 0).catch(() => undefined);
		await settle();
		expect(backendOf(setup.asked[0])).toMatchObject({ calibration: CALIBRATION });
		setup.pool.close();
		await merged;
	});

	test('leaves the GPU in every worker once one has, and says so once', async () => {
		const setup = setUp();
		const { workers, asked, choices, pool } = setup;
		const merged = [merge(setup, 0), merge(setup, 1)].map((task) => task.catch(() => undefined));
		await settle();
		workers[0]?.say({ kind: 'backend', choice: CHOICE, calibration: CALIBRATION });
		await settle();
		workers[0]?.say({ kind: 'backend', choice: LEFT, calibration: CALIBRATION });
		workers[1]?.say({ kind: 'backend', choice: LEFT, calibration: null });
		await settle();
		expect(choices).toEqual([CHOICE, LEFT]);
		for (const requests of asked)
			expect(requests.filter(({ kind }) => kind === 'leave-gpu')).toHaveLength(1);
		pool.close();
		await Promise.all(merged);
	});

	test('does not try a GPU again that could not be used', async () => {
		const setup = setUp();
		const { workers, asked, pool } = setup;
		const merged = [merge(setup, 0), merge(setup, 1)].map((task) => task.catch(() => undefined));
		await settle();
		workers[0]?.say({ kind: 'backend', choice: LEFT, calibration: null });
		await settle();
		expect(backendOf(asked[1])).toMatchObject({ setting: 'wasm' });
		pool.close();
		await Promise.all(merged);
	});

	test('waits for no worker that has ended', async () => {
		const setup = setUp();
		const { workers, asked, pool } = setup;
		const merged = [merge(setup, 0), merge(setup, 1)].map((task) => task.catch(() => undefined));
		await settle();
		workers[0]?.onerror?.({ message: 'gone' } as ErrorEvent);
		await settle();
		expect(backendOf(asked[1])).toMatchObject({ setting: 'auto', calibration: null });
		pool.close();
		await Promise.all(merged);
	});
});
