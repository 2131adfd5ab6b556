/**
 * One tensor's output on its way to the sink. A buffered channel takes everything at once, since its
 * memory is reserved; any other makes its writer wait until each part has been taken.
 */
export class OutputChannel {
	readonly #buffered: boolean;
	readonly #parts: Uint8Array[] = [];
	#ended = false;
	#failure: Error | null = null;
	#wakeReader: (() => void) | null = null;
	#wakeWriter: (() => void) | null = null;

	constructor(options: { readonly buffered: boolean }) {
		this.#buffered = options.buffered;
	}

	/** Hands over a part; resolves when the next may come. Rejects once the channel has failed. */
	async push(part: Uint8Array): Promise<void> {
		if (this.#failure) throw this.#failure;
		this.#parts.push(part);
		this.#wakeReader?.();
		if (this.#buffered) return;
		await new Promise<void>((resolve) => {
			this.#wakeWriter = resolve;
		});
		this.#throwIfFailed();
	}

	/** No more parts will come. */
	end(): void {
		this.#ended = true;
		this.#wakeReader?.();
	}

	/** Ends both sides with an error. */
	fail(error: Error): void {
		this.#failure = error;
		this.#parts.length = 0;
		this.#wakeReader?.();
		this.#wakeWriter?.();
	}

	/** Gives each part to `take` in order, and resolves when the last one was taken. */
	async drain(take: (part: Uint8Array) => Promise<void>): Promise<void> {
		for (;;) {
			this.#throwIfFailed();
			const part = this.#parts.shift();
			if (part !== undefined) {
				await take(part);
				this.#wakeWriter?.();
			} else if (this.#ended) {
				return;
			} else {
				await new Promise<void>((resolve) => {
					this.#wakeReader = resolve;
				});
			}
		}
	}

	#throwIfFailed(): void {
		if (this.#failure) throw this.#failure;
	}
}
