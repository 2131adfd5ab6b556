/** How far a run is. A snapshot: new objects, never changed. */
export interface Progress {
	readonly tensorsDone: number;
	readonly bytesRead: number;
	/** Indices of the tensors in flight. */
	readonly active: readonly number[];
	/** Bytes per second over the last seconds; null until there is enough to say. */
	readonly rate: number | null;
	/** Seconds; null while the rate is not known. */
	readonly timeLeft: number | null;
}

/** Nothing done yet. */
export const NO_PROGRESS: Progress = {
	tensorsDone: 0,
	bytesRead: 0,
	active: [],
	rate: null,
	timeLeft: null,
};

/** The rate is taken over this many milliseconds: long enough to be calm, short enough to be true. */
const WINDOW = 8000;
/** Below this many milliseconds of samples a rate would be noise. */
const SETTLE = 500;

/** Adds up what a run reports and works out rate and time left. Time spent paused does not count. */
export interface ProgressMeter {
	started(index: number): void;
	read(bytes: number): void;
	finished(index: number): void;
	/** Stops or restarts the clock. */
	hold(held: boolean): void;
	snapshot(): Progress;
}

/** `now` is in milliseconds and never runs backwards. */
export function createProgressMeter(totalBytes: number, now: () => number): ProgressMeter {
	const active = new Set<number>();
	const samples: { at: number; bytes: number }[] = [];
	let bytesRead = 0;
	let tensorsDone = 0;
	let heldAt: number | null = null;
	let heldTotal = 0;
	const clock = (): number => (heldAt ?? now()) - heldTotal;
	const rate = (): number | null => {
		const at = clock();
		samples.push({ at, bytes: bytesRead });
		while (samples.length > 2 && at - (samples[1]?.at ?? at) > WINDOW) samples.shift();
		const first = samples[0];
		if (first === undefined || at - first.at < SETTLE || bytesRead === first.bytes) return null;
		return ((bytesRead - first.bytes) * 1000) / (at - first.at);
	};
	samples.push({ at: clock(), bytes: 0 });
	return {
		started(index) {
			active.add(index);
		},
		read(bytes) {
			bytesRead += bytes;
		},
		finished(index) {
			active.delete(index);
			tensorsDone += 1;
		},
		hold(held) {
			if (held && heldAt === null) heldAt = now();
			else if (!held && heldAt !== null) {
				heldTotal += now() - heldAt;
				heldAt = null;
			}
		},
		snapshot() {
			const perSecond = rate();
			const left = Math.max(0, totalBytes - bytesRead);
			return {
				tensorsDone,
				bytesRead,
				active: [...active].sort((a, b) => a - b),
				rate: perSecond,
				timeLeft: perSecond === null ? null : left / perSecond,
			};
		},
	};
}
