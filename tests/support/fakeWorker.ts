import type { Report, Request, WorkerLike } from '../../src/merge/index.ts';

/** A worker that a test plays: it keeps what it was sent and says what it is told to say. */
export interface FakeWorker extends WorkerLike {
	readonly received: Request[];
	readonly terminated: boolean;
	say(report: Report): void;
	crash(message: string): void;
	kinds(): string[];
}

/** `play` answers each request; by default every worker opens and merges at once. */
export function fakeWorker(play: (worker: FakeWorker, request: Request) => void): FakeWorker {
	let terminated = false;
	const worker: FakeWorker = {
		received: [],
		get terminated() {
			return terminated;
		},
		onmessage: null,
		onerror: null,
		postMessage(request) {
			const copy = structuredClone(request);
			worker.received.push(copy);
			queueMicrotask(() => {
				if (!terminated) play(worker, copy);
			});
		},
		terminate() {
			terminated = true;
		},
		say(report) {
			if (terminated) return;
			worker.onmessage?.(new MessageEvent('message', { data: structuredClone(report) }));
		},
		crash(message) {
			const event = Object.assign(new Event('error'), { message });
			worker.onerror?.(event as ErrorEvent);
		},
		kinds: () => worker.received.map(({ kind }) => kind),
	};
	return worker;
}
