/** What a reader of the Hub needs of the world besides `fetch`. */
export interface HubEffects {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after `ms` milliseconds, or as soon as `signal` aborts. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** Uniform in [0, 1). */
	random(): number;
}

export const REAL_EFFECTS: HubEffects = {
	now: () => Date.now(),
	sleep: async (ms, signal) =>
		new Promise((resolve) => {
			if (signal?.aborted) return void resolve();
			const done = (): void => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', done);
				resolve();
			};
			const timer = setTimeout(done, ms);
			signal?.addEventListener('abort', done);
		}),
	random: () => Math.random(),
};

/** Why nothing is asked for a while. */
export interface Wait {
	/** When it goes on, in milliseconds since 1970. */
	readonly until: number;
	readonly why:
		/** We have asked as often as the Hub allows. */
		| 'quota'
		/** The server said so (429). */
		| 'rate-limited'
		/** A connection broke or fell silent, or the server has trouble of its own. */
		| 'trouble';
	/** The server that is waited for. */
	readonly host: string;
}

export type OnWait = (wait: Wait) => void;
