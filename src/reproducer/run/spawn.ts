import type { WorkerLike } from '../../merge/index.ts';

/** Starts a merge worker: a thread with a WASM instance of its own. */
export function spawnMergeWorker(): WorkerLike {
	return new Worker(new URL('./merge.worker.ts', import.meta.url), {
		type: 'module',
		name: 'remelt-merge',
	});
}
