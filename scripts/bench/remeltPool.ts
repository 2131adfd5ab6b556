import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FormulaSpec } from '../../src/kernels/index.ts';
import type { Stages, WorkerInputs, WorkerRequest } from './remeltWorker.ts';

const WORKER = new URL('remeltWorker.ts', import.meta.url);

/** One run of all workers at once. */
export interface PoolRun {
	/** From the first message out to the last answer in. */
	readonly milliseconds: number;
	/** Of the worker that answered last to be asked. */
	readonly stages: Stages | null;
}

/** Worker threads with tensors of their own, each of which does the same job at the same time. */
export interface RemeltPool {
	readonly threads: number;
	/** Each worker copies one tensor. */
	copy(): Promise<PoolRun>;
	/** Each worker merges one tensor; the first one's result goes to `save`, if given. */
	merge(spec: FormulaSpec, inputs: readonly number[], save?: string): Promise<PoolRun>;
	close(): Promise<void>;
}

export async function startPool(threads: number, inputs: WorkerInputs): Promise<RemeltPool> {
	const workers = Array.from({ length: threads }, () => new Worker(WORKER));
	const askAll = async (requestFor: (worker: number) => WorkerRequest): Promise<PoolRun> => {
		const start = performance.now();
		const answers = await Promise.all(workers.map(async (worker, i) => ask(worker, requestFor(i))));
		return { milliseconds: performance.now() - start, stages: answers.at(-1) ?? null };
	};
	await askAll(() => inputs);
	return {
		threads,
		copy: async () => askAll(() => ({ kind: 'copy' })),
		merge: async (spec, wanted, save) =>
			askAll((i) => ({ kind: 'merge', spec, inputs: wanted, save: (i === 0 && save) || null })),
		close: async () => {
			await Promise.all(workers.map(async (worker) => worker.terminate()));
		},
	};
}

/** Rejects with what the worker failed with. */
async function ask(worker: Worker, request: WorkerRequest): Promise<Stages | null> {
	const answer = once(worker, 'message');
	worker.postMessage(request);
	const [stages] = (await answer) as [Stages | null];
	return stages;
}
