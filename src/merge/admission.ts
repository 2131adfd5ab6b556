/** How a tensor was let in: with its whole output reserved for, or to flow straight to the sink. */
export type Room = 'buffered' | 'direct';

/**
 * Keeps what a run holds within its memory budget: a tensor starts when there is room for its work
 * and for its output to wait. One that is too large for that starts when nothing else is held.
 */
export class Admission {
	readonly #budget: number;
	readonly #concurrency: number;
	#held = 0;
	#working = 0;
	#waiting: (() => void) | null = null;
	#failure: Error | null = null;

	constructor(budget: number, concurrency: number) {
		this.#budget = budget;
		this.#concurrency = Math.max(1, concurrency);
	}

	/** Waits for room and takes it. Called by one caller at a time; rejects once `fail` was called. */
	async enter(working: number, output: number): Promise<Room> {
		for (;;) {
			if (this.#failure) throw this.#failure;
			if (this.#working < this.#concurrency) {
				if (this.#held + working + output <= this.#budget) return this.#take(working + output);
				if (this.#held === 0 && this.#working === 0) return this.#take(working, 'direct');
			}
			await new Promise<void>((resolve) => {
				this.#waiting = resolve;
			});
		}
	}

	/** A tensor's work is done; its output may still wait. */
	leave(working: number): void {
		this.#working--;
		this.free(working);
	}

	/** Bytes of output went out. */
	free(bytes: number): void {
		this.#held -= bytes;
		this.#waiting?.();
	}

	fail(error: Error): void {
		this.#failure = error;
		this.#waiting?.();
	}

	#take(bytes: number, room: Room = 'buffered'): Room {
		this.#held += bytes;
		this.#working++;
		return room;
	}
}
