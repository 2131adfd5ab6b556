import { Worker, type Transferable as Movable } from 'node:worker_threads';
import type { Report, WorkerLike } from '../merge/index.ts';

/** Beside this file: as TypeScript in a checkout, as JavaScript in the built program. */
const THREAD = new URL(
	import.meta.url.endsWith('.ts') ? './mergeThread.ts' : './mergeThread.js',
	import.meta.url,
);

/** Starts a merge worker: a thread with a WASM instance of its own, which a pool takes for a page's. */
export function spawnMergeThread(): WorkerLike {
	const thread = new Worker(THREAD, { name: 'remelt-merge' });
	let ended = false;
	const worker: WorkerLike = {
		onmessage: null,
		onerror: null,
		postMessage: (request, transfer) => {
			thread.postMessage(request, transfer as Movable[] | undefined);
		},
		terminate: () => {
			ended = true;
			void thread.terminate();
		},
	};
	const fail = (message: string): void => {
		if (!ended) worker.onerror?.(Object.assign(new Event('error'), { message }) as ErrorEvent);
		ended = true;
	};
	thread.on('message', (data: Report) => {
		worker.onmessage?.(new MessageEvent('message', { data }));
	});
	thread.on('error', (error) => {
		fail(error instanceof Error ? error.message : String(error));
	});
	thread.on('exit', (code) => {
		fail(`it ended with status ${code}`);
	});
	return worker;
}
