import { describe, expect, test } from 'vitest';
import { RemeltError } from '../../../src/errors/index.ts';
import type { ErrorCode } from '../../../src/errors/index.ts';
import { createPool, poolSize } from '../../../src/merge/index.ts';
import type { Pool, Request, TensorTask } from '../../../src/merge/index.ts';
import { plannedTensor, slerpResult } from '../../reproducer/plans.ts';
import { fakeWorker } from '../../support/fakeWorker.ts';
import type { FakeWorker } from '../../support/fakeWorker.ts';

type Play = (worker: FakeWorker, request: Request) => void;

/** Opens and merges at once. */
const willing: Play = (worker, request) => {
	if (request.kind === 'open') worker.say({ kind: 'ready' });
	if (request.kind === 'merge') worker.say({ kind: 'merged', result: slerpResult(request.index) });
};

/** Opens, and then says nothing more. */
const silent: Play = (worker, request) => {
	if (request.kind === 'open') worker.say({ kind: 'ready' });
};

const MIB = 2 ** 20;

function setUp(
	play: Play,
	size = 2,
	{ idleAfter = 10_000, memoryBudget = 100 } = {},
): { pool: Pool; workers: FakeWorker[] } {
	const workers: FakeWorker[] = [];
	const pool = createPool({
		size,
		models: {},
		memoryBudget,
		idleAfter,
		spawn: () => {
			const worker = fakeWorker(play);
			workers.push(worker);
			return worker;
		},
	});
	return { pool, workers };
}

function task(index: number, more: Partial<TensorTask> = {}): TensorTask {
	return { index, tensor: plannedTensor('w', 0, 'w'), ...more };
}

/** Lets everything that is ready happen. */
async function settle(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('workers', () => {
	test('none is started before the first task, and no more than the size', async () => {
		const { pool, workers } = setUp(silent);
		expect(workers).toHaveLength(0);
		const runs = [0, 1, 2, 3].map(async (index) => pool.merge(task(index)));
		await settle();
		expect(workers).toHaveLength(2);
		pool.close();
		const ends = await Promise.allSettled(runs);
		expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
	});

	test('are used again', async () => {
		const { pool, workers } = setUp(willing, 1);
		const results = await Promise.all([0, 1, 2].map(async (index) => pool.merge(task(index))));
		expect(results.map(({ index }) => index)).toEqual([0, 1, 2]);
		expect(workers).toHaveLength(1);
		expect(workers[0]?.kinds().filter((kind) => kind === 'open')).toHaveLength(1);
		pool.close();
	});

	test('that are idle are ended, and a later task gets a new one', async () => {
		const { pool, workers } = setUp(willing, 1, { idleAfter: 1 });
		await pool.merge(task(0));
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(workers[0]?.terminated).toBe(true);
		expect(pool.alive).toBe(0);
		await pool.merge(task(1));
		expect(workers).toHaveLength(2);
		pool.close();
	});

	test.each([
		['of more than its share is left to nobody', 256, 2, 33 * MIB, 2],
		['of its share is used again', 256, 2, 32 * MIB, 1],
		['of 64 MiB is used again, whatever the budget', 100, 4, 16 * MIB, 1],
	])('the kernels’ memory %s', async (_, budget, size, elements, expected) => {
		const { pool, workers } = setUp(willing, size, { memoryBudget: budget * MIB });
		// Held: two inputs of two bytes per element.
		const large = { ...plannedTensor('w', 0, 'w'), elements };
		await pool.merge(task(0, { tensor: large }));
		await pool.merge(task(1));
		expect(workers).toHaveLength(expected);
		expect(workers[0]?.terminated).toBe(expected === 2);
		pool.close();
	});

	test('number one less than the threads, and between 1 and 4', () => {
		expect([undefined, 1, 2, 4, 16].map(poolSize)).toEqual([1, 1, 1, 3, 4]);
	});
});

describe('chunks', () => {
	test('are acknowledged only once they were taken', async () => {
		const order: string[] = [];
		const { pool } = setUp((worker, request) => {
			if (request.kind === 'open') worker.say({ kind: 'ready' });
			if (request.kind === 'merge') {
				expect(request.wanted).toBe(true);
				worker.say({ kind: 'chunk', bytes: new Uint8Array([1, 2]) });
			}
			if (request.kind === 'taken') {
				order.push('acknowledged');
				worker.say({ kind: 'merged', result: slerpResult(0) });
			}
		});
		const emit = async (bytes: Uint8Array): Promise<void> => {
			await settle();
			order.push(`took ${bytes.byteLength}`);
		};
		await pool.merge(task(0, { emit }));
		expect(order).toEqual(['took 2', 'acknowledged']);
		pool.close();
	});

	test('that cannot be taken end the task with the reason', async () => {
		const { pool, workers } = setUp((worker, request) => {
			if (request.kind === 'open') worker.say({ kind: 'ready' });
			if (request.kind === 'merge') worker.say({ kind: 'chunk', bytes: new Uint8Array(1) });
		});
		const full = new RemeltError('sink-failed', 'The disk is full.');
		await expect(pool.merge(task(0, { emit: async () => Promise.reject(full) }))).rejects.toBe(
			full,
		);
		expect(workers[0]?.terminated).toBe(true);
	});

	test('that were written lend their memory to those to come', async () => {
		const { pool, workers } = setUp((worker, request) => {
			if (request.kind === 'open') worker.say({ kind: 'ready' });
			if (request.kind === 'merge') worker.say({ kind: 'chunk', bytes: new Uint8Array(3) });
			if (request.kind === 'taken') worker.say({ kind: 'merged', result: slerpResult(0) });
		}, 1);
		const emit = async (): Promise<void> => Promise.resolve();
		await pool.merge(task(0, { emit }));
		// A part of a larger buffer is not given away.
		pool.recycle(new Uint8Array(8).subarray(1, 4));
		await pool.merge(task(0, { emit }));
		pool.recycle(new Uint8Array(3));
		await pool.merge(task(0, { emit }));
		const spares = workers[0]?.received.flatMap((request) =>
			request.kind === 'taken' ? [request.spare?.byteLength] : [],
		);
		expect(spares).toEqual([undefined, undefined, 3]);
		pool.close();
	});

	test('bytes read are passed on', async () => {
		const { pool } = setUp((worker, request) => {
			if (request.kind === 'merge') worker.say({ kind: 'read', bytes: 7 });
			willing(worker, request);
		});
		let read = 0;
		await pool.merge(task(0, { onRead: (bytes) => (read += bytes) }));
		expect(read).toBe(7);
		pool.close();
	});
});

describe('stopping', () => {
	test('an abort ends the worker in its tracks, and the pool works on', async () => {
		let play: Play = silent;
		const { pool, workers } = setUp((worker, request) => {
			play(worker, request);
		});
		const stop = new AbortController();
		const run = pool.merge(task(0, { signal: stop.signal }));
		await settle();
		stop.abort();
		await expect(run).rejects.toMatchObject({ code: 'aborted' });
		expect(workers[0]?.terminated).toBe(true);
		play = willing;
		expect(await pool.merge(task(1))).toMatchObject({ index: 1 });
		pool.close();
	});

	test('an abort while a worker is reused does not hang', async () => {
		const { pool } = setUp(willing, 1);
		await pool.merge(task(0));
		const stop = new AbortController();
		const run = pool.merge(task(1, { signal: stop.signal }));
		stop.abort();
		await expect(run).rejects.toMatchObject({ code: 'aborted' });
	});

	test('closing rejects what runs and what waits', async () => {
		const { pool, workers } = setUp(silent, 1);
		const runs = [0, 1].map(async (index) => pool.merge(task(index)));
		await settle();
		pool.close();
		for (const run of runs) await expect(run).rejects.toMatchObject({ code: 'aborted' });
		expect(workers.every(({ terminated }) => terminated)).toBe(true);
	});

	test('holding reaches workers that run and workers that come later', async () => {
		const { pool, workers } = setUp(silent, 2);
		const first = pool.merge(task(0)).catch(() => undefined);
		await settle();
		pool.hold(true);
		const second = pool.merge(task(1)).catch(() => undefined);
		await settle();
		const last = workers.map(({ received }) =>
			received.filter((request) => request.kind === 'hold').at(-1),
		);
		expect(last).toEqual([
			{ kind: 'hold', held: true },
			{ kind: 'hold', held: true },
		]);
		pool.close();
		await Promise.all([first, second]);
	});
});

describe('a worker that fails', () => {
	test('on opening passes its error on', async () => {
		const error = new RemeltError('kernel-failed', 'No SIMD.', { hint: 'Use another browser.' });
		const { pool } = setUp((worker, request) => {
			if (request.kind === 'open') worker.say({ kind: 'failed', error: error.serialize() });
		});
		await expect(pool.merge(task(0))).rejects.toMatchObject({
			code: 'kernel-failed',
			hint: 'Use another browser.',
		});
		expect(pool.alive).toBe(0);
	});

	test('by crashing is said to have stopped', async () => {
		const { pool } = setUp((worker, request) => {
			if (request.kind === 'merge') worker.crash('out of memory');
			else silent(worker, request);
		});
		await expect(pool.merge(task(0))).rejects.toMatchObject({
			code: 'worker-failed',
			message: expect.stringContaining('out of memory') as string,
		});
	});

	/** Every code there is: a missing or surplus one fails the type check. */
	const codes: Readonly<Record<ErrorCode, true>> = {
		'recipe-syntax': true,
		'recipe-invalid': true,
		'recipe-unsupported': true,
		'recipe-missing': true,
		'lora-unsupported': true,
		'tokenizer-unsupported': true,
		'semantics-unknown': true,
		'method-unknown': true,
		'method-unsupported': true,
		'parameter-missing': true,
		'parameter-invalid': true,
		'model-count': true,
		'base-missing': true,
		'layer-range': true,
		'architecture-unknown': true,
		'architecture-mismatch': true,
		'tensor-missing': true,
		'shape-mismatch': true,
		'dtype-unsupported': true,
		'header-invalid': true,
		'file-truncated': true,
		'file-missing': true,
		'network-failed': true,
		'range-ignored': true,
		'range-mismatch': true,
		'content-changed': true,
		'not-found': true,
		gated: true,
		'rate-limited': true,
		'http-status': true,
		aborted: true,
		'kernel-failed': true,
		'worker-failed': true,
		'gpu-unavailable': true,
		'gpu-wrong': true,
		'sink-failed': true,
		'output-too-large': true,
		'output-exists': true,
		'card-invalid': true,
	};

	test.each(Object.keys(codes) as ErrorCode[])('sends %s through whole', async (code) => {
		const details = { tensor: 'lm_head.weight', expected: 8, found: null };
		const sent = new RemeltError(code, `It was ${code}.`, { hint: 'Do this.', details });
		const { pool } = setUp((worker, request) => {
			if (request.kind === 'merge') worker.say({ kind: 'failed', error: sent.serialize() });
			else silent(worker, request);
		});
		const got: unknown = await pool.merge(task(0)).catch((thrown: unknown) => thrown);
		expect(got).toBeInstanceOf(RemeltError);
		expect(got).toMatchObject({ code, message: `It was ${code}.`, hint: 'Do this.', details });
		if (got instanceof RemeltError) expect(got.stack).toBe(sent.stack);
	});
});
