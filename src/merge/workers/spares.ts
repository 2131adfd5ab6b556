/** Memory of output that has been written, which is used again instead of being found anew. */
export class Spares {
	readonly #most: number;
	readonly #buffers: ArrayBuffer[] = [];

	/** Keeps the last so many. */
	constructor(most: number) {
		this.#most = most;
	}

	/** Nobody else uses `bytes` any more. Those that share their buffer are left alone. */
	add({ buffer, byteLength }: Uint8Array): void {
		if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return;
		if (byteLength === 0) return;
		this.#buffers.push(buffer);
		if (this.#buffers.length > this.#most) this.#buffers.shift();
	}

	/** Any of them, for somebody else's; null where there is none. */
	pop(): Uint8Array<ArrayBuffer> | null {
		const buffer = this.#buffers.pop();
		return buffer === undefined ? null : new Uint8Array(buffer);
	}

	/** An array of exactly so many bytes, which hold anything. */
	take(bytes: number): Uint8Array<ArrayBuffer> {
		const at = this.#buffers.findLastIndex(({ byteLength }) => byteLength === bytes);
		const [buffer] = at < 0 ? [] : this.#buffers.splice(at, 1);
		return buffer === undefined ? new Uint8Array(bytes) : new Uint8Array(buffer);
	}
}
