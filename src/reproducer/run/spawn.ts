import type { WorkerLike } from '../../merge/index.ts';
import type { SpotWorker } from './spotProtocol.ts';

/** Starts a merge worker: a thread with a WASM instance of its own. */
export function spawnMergeWorker(): WorkerLike {
	return new Worker(new URL('./merge.worker.ts', import.meta.url), {
		type: 'module',
		name: 'remelt-merge',
	});
}

/** Starts the worker of a spot check: one is enough, as it waits for the network most of its time. */
export function spawnSpotWorker(): SpotWorker {
	return new Worker(new URL('./spot.worker.ts', import.meta.url), {
		type: 'module',
		name: 'remelt-spot',
	});
}
