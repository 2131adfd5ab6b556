/** Says things to screen readers, never more often than they can be heard out. */
export interface Announcer {
	/** The last text that was asked for wins when the pause is over. */
	say(text: string): void;
	stop(): void;
}

/** A polite region speaks at most once in this many milliseconds. */
export const ANNOUNCE_EVERY = 10_000;

/** Timers are parameters so that tests need not wait. */
export interface Timers {
	now(): number;
	set(run: () => void, milliseconds: number): number;
	clear(id: number): void;
}

/** Hands texts to `speak` at most once per {@link ANNOUNCE_EVERY}. */
export function createAnnouncer(speak: (text: string) => void, timers: Timers): Announcer {
	let lastAt = -ANNOUNCE_EVERY;
	let last = '';
	let waiting: string | null = null;
	let timer: number | null = null;
	const flush = (): void => {
		timer = null;
		if (waiting === null) return;
		const text = waiting;
		waiting = null;
		if (text === last) return;
		last = text;
		lastAt = timers.now();
		speak(text);
	};
	return {
		say(text) {
			waiting = text;
			if (timer !== null) return;
			const wait = lastAt + ANNOUNCE_EVERY - timers.now();
			if (wait <= 0) flush();
			else timer = timers.set(flush, wait);
		},
		stop() {
			if (timer !== null) timers.clear(timer);
			timer = null;
			waiting = null;
		},
	};
}
