/**
 * A worker thread of the bench: holds tensors of its own, and merges or copies them when told to.
 * It uses the kernels as the engine does with files on a disk: inputs are read straight into the
 * kernels' memory, a chunk per kernel call, and stay there for every pass.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import {
	loadWasmKernels,
	type FormulaSpec,
	type KernelChunk,
	type Kernels,
} from '../../src/kernels/index.ts';

/** Tensors as raw bf16 in files, all of one shape. */
export interface WorkerInputs {
	readonly kind: 'open';
	readonly inputs: readonly string[];
	/** Elements per row. */
	readonly row: number;
	/** Elements per kernel call. */
	readonly chunk: number;
}

export type WorkerRequest =
	| WorkerInputs
	| { readonly kind: 'copy' }
	| {
			readonly kind: 'merge';
			readonly spec: FormulaSpec;
			/** Which of the tensors. */
			readonly inputs: readonly number[];
			/** A file for the result. */
			readonly save: string | null;
	  };

/** Where a merge's time went, in milliseconds. */
export interface Stages {
	/** Making the formula, which finds the place of its random numbers. */
	build: number;
	/** Passes that only look. */
	observe: number;
	/** The pass that computes the result and copies it out. */
	write: number;
}

const WIDTH = 2;

/** A part of every tensor that a merge reads. */
interface Part {
	readonly chunk: KernelChunk;
	/** Bytes of each of them. */
	readonly start: number;
	readonly end: number;
}

class Tensors {
	readonly #kernels: Kernels;
	readonly #inputs: readonly Uint8Array[];
	/** Written again and again, so that no run waits for new memory. */
	readonly #output: Uint8Array;
	readonly #row: number;
	readonly #step: number;
	/** In the kernels' memory; which inputs they hold, `#filled` says. */
	readonly #parts: Part[] = [];
	#filled = '';

	constructor(kernels: Kernels, { inputs, row, chunk }: WorkerInputs) {
		this.#kernels = kernels;
		this.#inputs = inputs.map((path) => new Uint8Array(readFileSync(path)));
		this.#output = new Uint8Array(this.#inputs[0]?.byteLength ?? 0).fill(1);
		this.#row = row;
		this.#step = chunk * WIDTH;
		for (const [start, end] of this.#ranges())
			this.#parts.push({ chunk: kernels.chunk(), start, end });
	}

	copy(): void {
		const [input] = this.#inputs;
		if (input) this.#output.set(input);
	}

	/** Has the inputs of a merge in the kernels' memory, in chunks. */
	fill(wanted: readonly number[]): void {
		const filled = wanted.join();
		if (filled === this.#filled) return;
		for (const { chunk, start, end } of this.#parts) {
			chunk.clear();
			for (const i of wanted)
				chunk
					.reserve('BF16', (end - start) / WIDTH)
					.set(this.#inputs[i]?.subarray(start, end) ?? []);
		}
		this.#filled = filled;
	}

	async merge(spec: FormulaSpec): Promise<Stages> {
		const stages: Stages = { build: 0, observe: 0, write: 0 };
		const elements = this.#output.byteLength / WIDTH;
		let began = performance.now();
		const formula = this.#kernels.formula(spec, { elements, row: this.#row });
		const lap = (stage: keyof Stages): void => {
			const now = performance.now();
			stages[stage] += now - began;
			began = now;
		};
		lap('build');
		try {
			while (formula.pending) {
				for (const { chunk } of this.#parts) formula.observe(chunk);
				formula.nextPass();
			}
			lap('observe');
			for (const { chunk, start, end } of this.#parts)
				await formula.write(chunk, 'BF16', this.#output.subarray(start, end));
			lap('write');
		} finally {
			formula.free();
		}
		return stages;
	}

	save(path: string): void {
		writeFileSync(path, this.#output);
	}

	*#ranges(): Generator<readonly [number, number]> {
		const { byteLength } = this.#output;
		for (let start = 0; start < byteLength; start += this.#step)
			yield [start, Math.min(start + this.#step, byteLength)];
	}
}

let tensors: Tensors | null = null;

async function perform(request: WorkerRequest): Promise<Stages | null> {
	if (request.kind === 'open') {
		tensors = new Tensors(await loadWasmKernels(), request);
		return null;
	}
	if (tensors === null) throw new Error('no tensors are open');
	if (request.kind === 'copy') {
		tensors.copy();
		return null;
	}
	// The round that warms up, which is not counted, finds them elsewhere.
	tensors.fill(request.inputs);
	const stages = await tensors.merge(request.spec);
	if (request.save !== null) tensors.save(request.save);
	return stages;
}

// An error ends the worker, which the pool sees.
parentPort?.on('message', (request: WorkerRequest) => {
	void perform(request).then((stages) => parentPort?.postMessage(stages));
});
