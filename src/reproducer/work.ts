import { toRemeltError } from '../errors/index.ts';
import type { Event } from './state.ts';

/** What became of work that threw: it was stopped, or it failed. */
export function endOf(thrown: unknown, stop: AbortController, job: number): Event {
	const error = toRemeltError(thrown, 'kernel-failed');
	return stop.signal.aborted && error.code === 'aborted'
		? { type: 'cancelled', job }
		: { type: 'failed', job, error: error.serialize() };
}

/** Work under way. */
export interface Running {
	readonly stop: AbortController;
	readonly hold: (held: boolean) => void;
}

/** What a session is busy with, one piece of work at a time. */
export function createWork(): {
	readonly begin: (work: Running, done: Promise<void>) => void;
	readonly busy: () => boolean;
	readonly hold: (held: boolean) => void;
	/** Whether there was anything to abort. */
	readonly abort: () => boolean;
	/** Aborts, and waits for nothing. */
	readonly end: () => void;
} {
	let running: Running | null = null;
	return {
		begin(work, done) {
			running = work;
			void done.finally(() => {
				if (running === work) running = null;
			});
		},
		busy: () => running !== null,
		hold: (held) => running?.hold(held),
		abort() {
			running?.stop.abort();
			return running !== null;
		},
		end() {
			running?.stop.abort();
			running = null;
		},
	};
}
