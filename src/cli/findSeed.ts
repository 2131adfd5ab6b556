import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { RemeltError } from '../errors/index.ts';
import type { KnownDraw } from '../kernels/index.ts';
import type { SeedRequest } from './seedThread.ts';

/** Beside this file: as TypeScript in a checkout, as JavaScript in the built program. */
const THREAD = new URL(
	import.meta.url.endsWith('.ts') ? './seedThread.ts' : './seedThread.js',
	import.meta.url,
);

/** Seeds that a thread tries before it tells: about a second's work. */
const STRETCH = 2 ** 22;

/** A search that leaves more seeds than this has told nothing. */
const MOST_SEEDS = 1000;

export interface SeedSearch {
	/** Seeds below this one are tried; at most 2^32. */
	readonly below: number;
	readonly jobs: number | undefined;
	readonly signal: AbortSignal;
	/** How many seeds have been tried. */
	readonly onProgress: (tried: number) => void;
}

/**
 * The seeds with which a run's stream begins as is known, in order: all threads of the machine try them
 * stretch by stretch. Rejects with `aborted`, and with `worker-failed` where a thread fails.
 */
export async function findSeeds(
	known: readonly KnownDraw[],
	{ below, jobs = availableParallelism(), signal, onProgress }: SeedSearch,
): Promise<number[]> {
	const found: number[] = [];
	const threads: Worker[] = [];
	const stop = (): void => {
		for (const thread of threads) void thread.terminate();
	};
	signal.addEventListener('abort', stop);
	let [next, tried] = [0, 0];
	const work = async (): Promise<void> => {
		const thread = new Worker(THREAD, { name: 'remelt-seeds' });
		threads.push(thread);
		while (next < below && found.length <= MOST_SEEDS) {
			const request: SeedRequest = { first: next, count: Math.min(STRETCH, below - next), known };
			next += request.count;
			found.push(...(await ask(thread, request, signal)));
			tried += request.count;
			onProgress(tried);
		}
	};
	try {
		const count = Math.min(jobs, Math.ceil(below / STRETCH));
		await Promise.all(Array.from({ length: count }, work));
		return found.toSorted((a, b) => a - b);
	} finally {
		signal.removeEventListener('abort', stop);
		stop();
	}
}

async function ask(
	thread: Worker,
	request: SeedRequest,
	signal: AbortSignal,
): Promise<readonly number[]> {
	const ended = once(thread, 'exit').then(() => null);
	const answer = once(thread, 'message') as Promise<[readonly number[]]>;
	thread.postMessage(request);
	const first = await Promise.race([answer, ended]).catch((error: unknown) => {
		throw failed(error);
	});
	if (first !== null) return first[0];
	if (signal.aborted) throw new RemeltError('aborted', 'The search for the seed was cancelled.');
	throw failed(new Error('it ended'));
}

function failed(cause: unknown): RemeltError {
	return new RemeltError('worker-failed', 'A thread that searched for the seed failed.', {
		hint: 'Run it again; if that does not help, please report it.',
		details: { cause: String(cause) },
		cause,
	});
}
