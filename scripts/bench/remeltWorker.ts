/**
 * A worker thread of the bench: holds tensors of its own, and merges or copies them when told to.
 * It uses the kernels as the engine does: inputs are pushed in chunks, once per pass.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import {
	loadWasmKernels,
	type Formula,
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
	/** Copying inputs into WASM memory. */
	push: number;
	/** Passes that only look. */
	observe: number;
	/** The pass that computes the result and copies it out. */
	write: number;
}

const WIDTH = 2;

class Tensors {
	readonly #kernels: Kernels;
	readonly #inputs: readonly Uint8Array[];
	/** Written again and again, so that no run waits for new memory. */
	readonly #output: Uint8Array;
	readonly #row: number;
	readonly #step: number;

	constructor(kernels: Kernels, { inputs, row, chunk }: WorkerInputs) {
		this.#kernels = kernels;
		this.#inputs = inputs.map((path) => new Uint8Array(readFileSync(path)));
		this.#output = new Uint8Array(this.#inputs[0]?.byteLength ?? 0).fill(1);
		this.#row = row;
		this.#step = chunk * WIDTH;
	}

	copy(): void {
		const [input] = this.#inputs;
		if (input) this.#output.set(input);
	}

	async merge(spec: FormulaSpec, wanted: readonly number[]): Promise<Stages> {
		const inputs = wanted.map((i) => this.#inputs[i] ?? new Uint8Array());
		const stages: Stages = { build: 0, push: 0, observe: 0, write: 0 };
		const elements = this.#output.byteLength / WIDTH;
		const began = performance.now();
		const formula = this.#kernels.formula(spec, { elements, row: this.#row });
		const chunk = this.#kernels.chunk();
		stages.build = performance.now() - began;
		try {
			while (formula.pending) {
				for (const [start, end] of this.#ranges()) {
					const began = performance.now();
					fill(chunk, inputs, start, end);
					const pushed = performance.now();
					formula.observe(chunk);
					stages.push += pushed - began;
					stages.observe += performance.now() - pushed;
				}
				const began = performance.now();
				formula.nextPass();
				stages.observe += performance.now() - began;
			}
			await this.#write(formula, chunk, inputs, stages);
		} finally {
			chunk.clear();
			formula.free();
		}
		return stages;
	}

	save(path: string): void {
		writeFileSync(path, this.#output);
	}

	async #write(
		formula: Formula,
		chunk: KernelChunk,
		inputs: readonly Uint8Array[],
		stages: Stages,
	): Promise<void> {
		for (const [start, end] of this.#ranges()) {
			const began = performance.now();
			fill(chunk, inputs, start, end);
			const pushed = performance.now();
			await formula.write(chunk, 'BF16', this.#output.subarray(start, end));
			stages.push += pushed - began;
			stages.write += performance.now() - pushed;
		}
	}

	*#ranges(): Generator<readonly [number, number]> {
		const { byteLength } = this.#output;
		for (let start = 0; start < byteLength; start += this.#step)
			yield [start, Math.min(start + this.#step, byteLength)];
	}
}

function fill(chunk: KernelChunk, inputs: readonly Uint8Array[], start: number, end: number): void {
	chunk.clear();
	for (const input of inputs) chunk.push('BF16', input.subarray(start, end));
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
	const stages = await tensors.merge(request.spec, request.inputs);
	if (request.save !== null) tensors.save(request.save);
	return stages;
}

// An error ends the worker, which the pool sees.
parentPort?.on('message', (request: WorkerRequest) => {
	void perform(request).then((stages) => parentPort?.postMessage(stages));
});
