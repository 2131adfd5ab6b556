import { RemeltError, toRemeltError } from '../errors/index.ts';
import { fileStart } from './layout.ts';
import type { MergePlan, MergeSink, PlannedTensor } from './types.ts';

/** Writes a plan's files to a sink: headers, tensors in file order, and the texts at the end. */
export class OutputWriter {
	readonly #plan: MergePlan;
	readonly #sink: MergeSink;
	#file: string | null = null;
	#written = 0;

	constructor(plan: MergePlan, sink: MergeSink) {
		this.#plan = plan;
		this.#sink = sink;
	}

	/** Starts the next tensor, and its file where it is the first there. */
	async begin(tensor: PlannedTensor): Promise<void> {
		if (tensor.file !== this.#file) {
			await this.#closeFile();
			const file = this.#plan.files.find(({ name }) => name === tensor.file);
			if (file === undefined) throw new RangeError(`the plan has no file ${tensor.file}`);
			await guard(this.#sink.open(file.name, file.size));
			this.#file = file.name;
			this.#written = 0;
			await this.write(fileStart(file));
		}
		this.#expect(tensor, tensor.offset);
	}

	async write(bytes: Uint8Array): Promise<void> {
		const size = bytes.byteLength;
		await guard(this.#sink.write(bytes));
		this.#written += size;
	}

	/** All of a tensor has been written. */
	end(tensor: PlannedTensor): void {
		this.#expect(tensor, tensor.offset + tensor.bytes);
	}

	/** Writes the plan's texts and makes everything visible, unless `check` throws before that. */
	async commit(check: () => void): Promise<void> {
		await this.#closeFile();
		for (const [name, text] of Object.entries(this.#plan.texts)) {
			check();
			const bytes = new TextEncoder().encode(text);
			await guard(this.#sink.open(name, bytes.byteLength));
			await guard(this.#sink.write(bytes));
			await guard(this.#sink.close());
		}
		check();
		await guard(this.#sink.commit());
	}

	async #closeFile(): Promise<void> {
		if (this.#file === null) return;
		await guard(this.#sink.close());
		this.#file = null;
	}

	#expect(tensor: PlannedTensor, offset: number): void {
		if (this.#written === offset) return;
		throw new RemeltError(
			'kernel-failed',
			`${tensor.name} came to byte ${this.#written} of ${tensor.file} instead of ${offset}.`,
			{
				hint: 'This is a fault in Remelt; nothing was kept of the output.',
				details: { tensor: tensor.name, written: this.#written, expected: offset },
			},
		);
	}
}

async function guard(step: Promise<void>): Promise<void> {
	try {
		await step;
	} catch (error) {
		throw toRemeltError(error, 'sink-failed');
	}
}
