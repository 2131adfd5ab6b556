import { RemeltError, toRemeltError } from '../errors/index.ts';
import { fileStart } from './layout.ts';
import type {
	ExtraFile,
	MergePlan,
	MergeSink,
	PlannedFile,
	PlannedTensor,
	TensorResult,
} from './types.ts';

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

	/** Takes up the output of an earlier run, whose first `count` tensors are there. */
	async resume(count: number): Promise<void> {
		const next = this.#plan.tensors[count];
		const begun = new Set(this.#plan.tensors.slice(0, count).map(({ file }) => file));
		for (const name of begun) {
			const { size } = this.#planned(name);
			const written = name === next?.file ? next.offset : size;
			if (this.#sink.resume === undefined) throw new RangeError('this sink takes up no run');
			await guard(this.#sink.resume(name, size, written));
			[this.#file, this.#written] = [name, written];
			if (written === size) await this.#closeFile();
		}
	}

	/** Starts the next tensor, and its file where it is the first there. */
	async begin(tensor: PlannedTensor): Promise<void> {
		if (tensor.file !== this.#file) {
			await this.#closeFile();
			const file = this.#planned(tensor.file);
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
	async end(tensor: PlannedTensor, result: TensorResult | undefined): Promise<void> {
		this.#expect(tensor, tensor.offset + tensor.bytes);
		if (result !== undefined) await guard(this.#sink.finished?.(result) ?? Promise.resolve());
	}

	/**
	 * Writes the plan's texts and what goes beside them, and makes everything visible, unless `check`
	 * throws before that.
	 */
	async commit(check: () => void, extras?: AsyncIterable<ExtraFile>): Promise<void> {
		await this.#closeFile();
		for (const [name, text] of Object.entries(this.#plan.texts)) {
			check();
			await this.#whole(name, new TextEncoder().encode(text));
		}
		for await (const [name, bytes] of extras ?? []) {
			check();
			await this.#whole(name, bytes);
		}
		check();
		await guard(this.#sink.commit());
	}

	async #whole(name: string, bytes: Uint8Array): Promise<void> {
		await guard(this.#sink.open(name, bytes.byteLength));
		await guard(this.#sink.write(bytes));
		await guard(this.#sink.close());
	}

	#planned(name: string): PlannedFile {
		const file = this.#plan.files.find((one) => one.name === name);
		if (file === undefined) throw new RangeError(`the plan has no file ${name}`);
		return file;
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
