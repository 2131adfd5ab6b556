import { RemeltError, toRemeltError } from '../errors/index.ts';
import {
	GRAM_BLOCK,
	type Comparison,
	type Gram,
	type KernelChunk,
	type Kernels,
} from '../kernels/index.ts';
import { DTYPE_BITS, type Dtype, type FloatDtype } from '../tensors/index.ts';
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

/** One input's elements from a read, in a dtype that the kernels know. */
interface Block {
	readonly dtype: Dtype;
	readonly bytes: Uint8Array;
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
			const part = sliceOf(input, start, end);
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
	for (const input of inputs) chunk.push(floatDtype(input.dtype), sliceOf(input, start, end));
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
			const part = kernels.cast(sliceOf(block, start, end), floatDtype(block.dtype), computeDtype);
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
	if (published === null || job.comparison === null) return;
	const part = isFloat(published.dtype)
		? job.kernels.compare(published.bytes, actual, published.dtype)
		: compareBits(published, actual);
	job.comparison = addComparison(job.comparison, part);
}

/** For dtypes without ulps, which are only ever copied: equal, or as far apart as can be. */
function compareBits({ dtype, bytes }: Block, actual: Uint8Array): Comparison {
	const width = Math.max(1, DTYPE_BITS[dtype] / 8);
	const elements = Math.ceil(bytes.byteLength / width);
	let differing = 0;
	let worstIndex = 0;
	for (let i = 0; i < elements; i++) {
		let same = true;
		for (let j = i * width; j < (i + 1) * width; j++) same &&= bytes[j] === actual[j];
		if (same) continue;
		if (differing === 0) worstIndex = i;
		differing++;
	}
	const histogram = [elements - differing, 0, 0, 0, 0, 0, differing];
	const maxUlp = differing === 0 ? 0 : 2 ** 32 - 1;
	return {
		elements,
		identical: elements - differing,
		maxUlp,
		histogram,
		signOfZero: 0,
		worstIndex,
	};
}

async function emit(task: TensorTask, bytes: Uint8Array): Promise<void> {
	throwIfStopped(task.signal);
	await task.emit?.(bytes);
}

/** Bytes with a buffer of their own, which the receiver may take along. */
function own(bytes: Uint8Array): Uint8Array {
	return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function sliceOf({ dtype, bytes }: Block, start: number, end: number): Uint8Array {
	const width = DTYPE_BITS[dtype] / 8;
	return bytes.subarray(start * width, end * width);
}

function partOf(block: Block | null, start: number, end: number): Block | null {
	return block && { dtype: block.dtype, bytes: sliceOf(block, start, end) };
}

/** `[0, size)`, `[size, 2 size)`, … up to `total`. */
function* ranges(total: number, size: number): Generator<readonly [number, number]> {
	for (let start = 0; start < total; start += size) yield [start, Math.min(start + size, total)];
}

function isFloat(dtype: Dtype): dtype is FloatDtype {
	return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

function floatDtype(dtype: Dtype): FloatDtype {
	if (isFloat(dtype)) return dtype;
	throw new RemeltError('dtype-unsupported', `No kernel reads ${dtype}.`, {
		hint: 'Remelt computes with F32, F16 and BF16.',
		details: { dtype },
	});
}

function throwIfStopped(signal: AbortSignal | undefined): void {
	const error = stopped(signal);
	if (error) throw error;
}

function stopped(signal: AbortSignal | undefined): RemeltError | null {
	return signal?.aborted ? new RemeltError('aborted', 'The run was cancelled.') : null;
}
