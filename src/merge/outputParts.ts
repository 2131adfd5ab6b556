import { throwIfStopped, type Job } from './job.ts';

/**
 * A tensor's output on its way out: it is filled in order, and emitted in parts of a size that makes few
 * messages. One part may be under way while the next one is filled.
 */
export class OutputParts {
	readonly #job: Job;
	/** Bytes of a part; the last one may have fewer. */
	readonly #size: number;
	/** Bytes of the output for which there is no part yet. */
	#left: number;
	#part: Uint8Array = new Uint8Array();
	#filled = 0;
	#underWay: Promise<void> = Promise.resolve();

	/** Parts are as long as so many whole steps. */
	constructor(job: Job) {
		const { tensor } = job.task;
		const width = tensor.elements === 0 ? 0 : tensor.bytes / tensor.elements;
		this.#job = job;
		this.#size = job.passes.part * width;
		this.#left = tensor.bytes;
	}

	/** The place of the next so many bytes, which are a step's. They are to be filled before `filled`. */
	next(bytes: number): Uint8Array {
		if (this.#filled === this.#part.byteLength) {
			const size = Math.min(this.#size, this.#left);
			this.#part = this.#job.task.room?.(size) ?? new Uint8Array(size);
			this.#left -= this.#part.byteLength;
			this.#filled = 0;
		}
		return this.#part.subarray(this.#filled, this.#filled + bytes);
	}

	/** So many bytes more are there. Resolves once their part may be left to itself. */
	async filled(bytes: number): Promise<void> {
		this.#filled += bytes;
		if (this.#filled < this.#part.byteLength) return;
		const part = this.#part;
		await this.end();
		this.#underWay = emit(this.#job, part);
		// Whoever waits for it next is told.
		this.#underWay.catch(() => undefined);
		[this.#part, this.#filled] = [new Uint8Array(), 0];
	}

	/** Resolves once everything that was filled has been taken. */
	async end(): Promise<void> {
		await this.#underWay;
	}
}

/** Hands bytes out, which have a buffer of their own. */
export async function emit({ task, digests }: Job, bytes: Uint8Array): Promise<void> {
	throwIfStopped(task.signal);
	digests?.emit(bytes);
	await task.emit?.(bytes);
}
