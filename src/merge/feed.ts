import type { KernelChunk } from '../kernels/index.ts';
import { DTYPE_BITS, type FloatDtype } from '../tensors/index.ts';
import { bytesOf, floatDtype, ranges, type Block } from './blocks.ts';
import { countRead, placeOf, readBlock, throwIfStopped, type Job } from './job.ts';
import { castsInput } from './memory.ts';
import type { TensorRange } from './types.ts';

/** Elements `[start, end)` of a tensor whose inputs are in the kernels' memory. */
export interface Step {
	readonly chunk: KernelChunk;
	readonly start: number;
	readonly end: number;
}

/** An input that can be read into the kernels' memory at once, as it is stored. */
interface Direct {
	readonly range: TensorRange;
	readonly dtype: FloatDtype;
	readonly readInto: (start: number, end: number, into: Uint8Array) => void;
}

/**
 * What stays from one pass to the next. Kernels that keep the bytes they are given and copy them when
 * they need to are given the same blocks again, since chunks that stay would be there twice.
 */
type Kept = 'chunks' | 'blocks' | 'nothing';

/** Puts a step's inputs into an empty chunk; elements count from the start of the tensor. */
type Fill = (chunk: KernelChunk, start: number, end: number) => void;

/**
 * The inputs of one tensor, a step at a time, as often as its formula looks at them. They come straight
 * from the disk where all of them can, else through memory of this thread, a unit at a time; they are
 * read once where the tensor is held, else anew in each pass, into one chunk.
 */
export class InputFeed {
	readonly #job: Job;
	readonly #direct: readonly Direct[] | null;
	readonly #kept: Kept;
	/** Every chunk that was made. */
	readonly #chunks: KernelChunk[] = [];
	readonly #steps: Step[] = [];
	readonly #blocks = new Map<number, readonly Block[]>();
	/** Bytes that were read at once and not told of yet, which is done for many steps together. */
	#untold = 0;
	#complete = false;

	constructor(job: Job) {
		const { passes, kernels } = job;
		this.#job = job;
		this.#direct = directInputs(job);
		const copies = kernels.backend === 'wasm' || this.#direct !== null;
		this.#kept = !passes.hold ? 'nothing' : copies ? 'chunks' : 'blocks';
	}

	/** Every step in order. A step's chunk is good until the next step is asked for. */
	async *pass(): AsyncGenerator<Step> {
		if (this.#complete) {
			yield* this.#steps;
			return;
		}
		const { task, passes } = this.#job;
		for (const [from, to] of ranges(task.tensor.elements, passes.unit)) {
			const fill = await this.#unit(from, to);
			for (const [first, last] of ranges(to - from, passes.step)) {
				const [chunk, start, end] = [this.#emptyChunk(), from + first, from + last];
				fill(chunk, start, end);
				if (this.#kept === 'chunks') this.#steps.push({ chunk, start, end });
				yield { chunk, start, end };
			}
			if (this.#untold > 0) countRead(this.#job, this.#untold);
			this.#untold = 0;
		}
		this.#complete = this.#kept === 'chunks';
	}

	/** Gives all memory back. */
	free(): void {
		for (const chunk of this.#chunks) {
			chunk.free();
		}
		this.#blocks.clear();
	}

	#emptyChunk(): KernelChunk {
		const [used] = this.#chunks;
		if (used !== undefined && this.#kept !== 'chunks') {
			used.clear();
			return used;
		}
		const chunk = this.#job.kernels.chunk();
		this.#chunks.push(chunk);
		return chunk;
	}

	async #unit(from: number, to: number): Promise<Fill> {
		const direct = this.#direct;
		if (direct !== null)
			return (chunk, start, end) => {
				this.#untold += fillFromDisk(this.#job, direct, { chunk, start, end });
			};
		const blocks = this.#blocks.get(from) ?? (await readInputs(this.#job, from, to));
		if (this.#kept === 'blocks') this.#blocks.set(from, blocks);
		return (chunk, start, end) => {
			for (const block of blocks)
				chunk.push(floatDtype(block.dtype), bytesOf(block, start - from, end - from));
		};
	}
}

/** The inputs, if every one of them lies on this machine's disk and is used as it is stored. */
function directInputs({ task, open }: Job): readonly Direct[] | null {
	const { inputs, computeDtype } = task.tensor;
	const direct = inputs.flatMap((range): Direct[] => {
		if (castsInput(range.dtype, computeDtype)) return [];
		const { readInto } = open(range.model, range.file);
		return readInto ? [{ range, dtype: floatDtype(range.dtype), readInto }] : [];
	});
	return direct.length === inputs.length ? direct : null;
}

/** Says how many bytes were read. */
function fillFromDisk(job: Job, inputs: readonly Direct[], step: Step): number {
	const { chunk, start, end } = step;
	throwIfStopped(job.task.signal);
	let read = 0;
	for (const [input, { range, dtype, readInto }] of inputs.entries()) {
		const [first, last] = placeOf(range, start, end);
		// A view of the kernels' memory, of no use once they are asked for anything else.
		const bytes = chunk.reserve(dtype, end - start);
		readInto(first, last, bytes);
		job.digests?.update(input, start, { dtype, bytes });
		read += last - first;
	}
	return read;
}

/** Elements `[from, to)` of every input, in the dtype that the recipe computes in. */
export async function readInputs(job: Job, from: number, to: number): Promise<Block[]> {
	const { inputs, computeDtype } = job.task.tensor;
	const blocks = await Promise.all(inputs.map(async (range) => readBlock(job, range, from, to)));
	for (const [input, block] of blocks.entries()) job.digests?.update(input, from, block);
	return blocks.map((block) => cast(job, block, computeDtype));
}

function cast({ kernels, passes }: Job, block: Block, computeDtype: FloatDtype | null): Block {
	if (!castsInput(block.dtype, computeDtype)) return block;
	const [from, to] = [DTYPE_BITS[block.dtype] / 8, DTYPE_BITS[computeDtype] / 8];
	const elements = block.bytes.byteLength / from;
	const bytes = new Uint8Array(elements * to);
	for (const [start, end] of ranges(elements, passes.step)) {
		const part = bytesOf(block, start, end);
		bytes.set(kernels.cast(part, floatDtype(block.dtype), computeDtype), start * to);
	}
	return { dtype: computeDtype, bytes };
}
