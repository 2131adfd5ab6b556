import { RemeltError, toRemeltError } from '../errors/index.ts';
import {
	GRAM_BLOCK,
	type Comparison,
	type Gram,
	type KernelChunk,
	type Kernels,
} from '../kernels/index.ts';
import { DTYPE_BITS } from '../tensors/index.ts';
import { bytesOf, compareBits, floatDtype, isFloat, ranges, type Block } from './blocks.ts';
import { addComparison, NOTHING_COMPARED } from './comparison.ts';
import { castsInput, tensorPasses, type PassOptions, type TensorPasses } from './memory.ts';
import { findMethod } from './methods/registry.ts';
import type { OpenFile, TensorMerger, TensorRange, TensorResult, TensorTask } from './types.ts';

export interface TensorMergerOptions extends PassOptions {
	readonly kernels: Kernels;
	readonly open: OpenFile;
	/** Bytes that one tensor may hold; the run's whole budget. Default 512 MiB. */
	readonly memoryBudget?: number | undefined;
}

/** What the passes over a tensor share. */
interface Job {
	readonly task: TensorTask;
	readonly kernels: Kernels;
	readonly open: OpenFile;
	readonly passes: TensorPasses;
	bytesRead: number;
	comparison: Comparison | null;
}

/**
 * A merger that runs where it is called. It reads a tensor's inputs in parts, twice where they do not
 * fit the budget and the method needs two passes, and hands out the result in order.
 * Rejects with `aborted`, `kernel-failed`, or what reading and `emit` reject with.
 */
export function createTensorMerger(options: TensorMergerOptions): TensorMerger {
	const { kernels, open, memoryBudget, unit, step } = options;
	return async (task) => {
		const passes = tensorPasses(task.tensor, memoryBudget, { unit, step });
		const comparison = task.tensor.published === null ? null : NOTHING_COMPARED;
		const job: Job = { task, kernels, open, passes, bytesRead: 0, comparison };
		try {
			const copies = task.tensor.operation.kind === 'copy';
			const slerp = copies ? await copyTensor(job) : await combineTensor(job);
			return { index: task.index, slerp, comparison: job.comparison, bytesRead: job.bytesRead };
		} catch (error) {
			throw stopped(task.signal) ?? toRemeltError(error, 'kernel-failed');
		}
	};
}

async function copyTensor(job: Job): Promise<null> {
	const { task, kernels, passes } = job;
	const { dtype } = task.tensor;
	for (const [from, to] of ranges(task.tensor.elements, passes.unit)) {
		const [inputs, published] = await Promise.all([
			readInputs(job, from, to),
			readPublished(job, from, to),
		]);
		const [input] = inputs;
		if (input === undefined) throw new RangeError('a copy has one input');
		if (input.dtype === dtype) {
			compare(job, published, input.bytes);
			await emit(task, own(input.bytes));
			continue;
		}
		for (const [start, end] of ranges(to - from, passes.step)) {
			const part = bytesOf(input, start, end);
			const bytes = kernels.cast(part, floatDtype(input.dtype), floatDtype(dtype));
			compare(job, partOf(published, start, end), bytes);
			await emit(task, bytes);
		}
	}
	return null;
}

/** The weighted sum of the inputs, with weights from the recipe or from the inputs' Gram matrix. */
async function combineTensor(job: Job): Promise<TensorResult['slerp']> {
	const { task, kernels, passes } = job;
	const { tensor } = task;
	const dtype = floatDtype(tensor.dtype);
	const method = findMethod(tensor.method);
	const chunk = kernels.chunk();
	const kept: (readonly Block[])[] = [];
	try {
		const gram = method.needsGram ? await gramOf(job, chunk, kept) : new Float64Array();
		const { weights, slerp } = method.weigh(tensor.operation, kernels, gram);
		for (const [from, to] of ranges(tensor.elements, passes.unit)) {
			const [inputs, published] = await Promise.all([
				kept.shift() ?? readInputs(job, from, to),
				readPublished(job, from, to),
			]);
			for (const [start, end] of ranges(to - from, passes.step)) {
				fill(chunk, inputs, start, end);
				if (task.emit === undefined && published !== null) {
					// Nobody wants the result, so that it need not leave the kernel's memory.
					count(job, chunk.compare(weights, dtype, bytesOf(published, start, end)));
					continue;
				}
				const bytes = chunk.combine(weights, dtype);
				compare(job, partOf(published, start, end), bytes);
				await emit(task, bytes);
			}
		}
		return slerp;
	} finally {
		chunk.clear();
	}
}

/** The pass that weighs: inner products over the whole tensor. Inputs go to `kept` if they fit. */
async function gramOf(job: Job, chunk: KernelChunk, kept: (readonly Block[])[]): Promise<Gram> {
	const { task, kernels, passes } = job;
	const { elements, inputs } = task.tensor;
	const sums = new BlockSums(elements, inputs.length);
	for (const [from, to] of ranges(elements, passes.unit)) {
		const blocks = await readInputs(job, from, to);
		if (passes.hold) kept.push(blocks);
		for (const [start, end] of ranges(to - from, passes.step)) {
			fill(chunk, blocks, start, end);
			sums.add(chunk.gram());
		}
	}
	return kernels.reduceGram(sums.values, inputs.length);
}

function fill(chunk: KernelChunk, inputs: readonly Block[], start: number, end: number): void {
	chunk.clear();
	for (const input of inputs) chunk.push(floatDtype(input.dtype), bytesOf(input, start, end));
}

/** Block sums of a whole tensor, filled in order. */
class BlockSums {
	readonly values: Float64Array;
	#filled = 0;

	constructor(elements: number, inputs: number) {
		const products = (inputs * (inputs + 1)) / 2;
		this.values = new Float64Array(Math.ceil(elements / GRAM_BLOCK) * products);
	}

	add(sums: Float64Array): void {
		this.values.set(sums, this.#filled);
		this.#filled += sums.length;
	}
}

/** Elements `[from, to)` of every input, in the dtype that the recipe computes in. */
async function readInputs(job: Job, from: number, to: number): Promise<Block[]> {
	const { task, kernels, passes } = job;
	const { inputs, computeDtype } = task.tensor;
	const blocks = await Promise.all(inputs.map(async (range) => read(job, range, from, to)));
	return blocks.map((block) => {
		if (!castsInput(block.dtype, computeDtype)) return block;
		const bytes = new Uint8Array(((to - from) * DTYPE_BITS[computeDtype]) / 8);
		for (const [start, end] of ranges(to - from, passes.step)) {
			const part = kernels.cast(bytesOf(block, start, end), floatDtype(block.dtype), computeDtype);
			bytes.set(part, (start * DTYPE_BITS[computeDtype]) / 8);
		}
		return { dtype: computeDtype, bytes };
	});
}

async function readPublished(job: Job, from: number, to: number): Promise<Block | null> {
	const { published } = job.task.tensor;
	return published === null ? null : read(job, published, from, to);
}

async function read(job: Job, range: TensorRange, from: number, to: number): Promise<Block> {
	const { signal, onRead } = job.task;
	const width = DTYPE_BITS[range.dtype] / 8;
	const [start, end] = [range.start + from * width, range.start + to * width];
	if (end > range.end) throw new RangeError(`${range.tensor} ends before element ${to}`);
	throwIfStopped(signal);
	const bytes = await job.open(range.model, range.file).read(start, end, { signal });
	throwIfStopped(signal);
	job.bytesRead += bytes.byteLength;
	onRead?.(bytes.byteLength);
	return { dtype: range.dtype, bytes };
}

function compare(job: Job, published: Block | null, actual: Uint8Array): void {
	if (published === null) return;
	const { dtype, bytes } = published;
	count(
		job,
		isFloat(dtype) ? job.kernels.compare(bytes, actual, dtype) : compareBits(published, actual),
	);
}

function count(job: Job, part: Comparison): void {
	job.comparison = addComparison(job.comparison ?? NOTHING_COMPARED, part);
}

async function emit(task: TensorTask, bytes: Uint8Array): Promise<void> {
	throwIfStopped(task.signal);
	await task.emit?.(bytes);
}

/** Bytes with a buffer of their own, which the receiver may take along. */
function own(bytes: Uint8Array): Uint8Array {
	return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function partOf(block: Block | null, start: number, end: number): Block | null {
	return block && { dtype: block.dtype, bytes: bytesOf(block, start, end) };
}

function throwIfStopped(signal: AbortSignal | undefined): void {
	const error = stopped(signal);
	if (error) throw error;
}

function stopped(signal: AbortSignal | undefined): RemeltError | null {
	return signal?.aborted ? new RemeltError('aborted', 'The run was cancelled.') : null;
}
