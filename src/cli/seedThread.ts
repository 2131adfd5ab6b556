import { parentPort } from 'node:worker_threads';
import { loadWasmKernels, type KnownDraw } from '../kernels/index.ts';

/** A stretch of seeds to be tried. */
export interface SeedRequest {
	readonly first: number;
	readonly count: number;
	readonly known: readonly KnownDraw[];
}

// A thread of a search for seeds: tries one stretch after another. An error ends it, which its owner sees.
parentPort?.on('message', ({ first, count, known }: SeedRequest) => {
	void loadWasmKernels().then((kernels) =>
		parentPort?.postMessage([...kernels.findSeeds(first, count, known)]),
	);
});
