import type { HubEffects } from '../../src/hub/effects.ts';

/** Effects whose waits take no time, and that remember how long they would have been. */
export interface Hasty extends HubEffects {
	readonly waits: readonly number[];
	/** Milliseconds since 1970, as the waits move them. */
	advance(ms: number): void;
}

/** `start`: what the clock shows first; default the real time. */
export function hasty(start: number = Date.now()): Hasty {
	const waits: number[] = [];
	let now = start;
	return {
		waits,
		advance: (ms) => void (now += ms),
		now: () => now,
		sleep: async (ms, signal) => {
			waits.push(ms);
			now += ms;
			// Others go on meanwhile, as they would.
			await new Promise((resolve) => setImmediate(resolve));
			void signal;
		},
		random: () => 0,
	};
}
