import { RemeltError, toRemeltError } from '../errors/index.ts';
import type { Comparison, Formula, KernelChunk, Kernels } from '../kernels/index.ts';
import { DTYPE_BITS } from '../tensors/index.ts';
import { bytesOf, compareBits, floatDtype, isFloat, ranges, type Block } from './blocks.ts';
import { addComparison, NOTHING_COMPARED } from './comparison.ts';
import { castsInput, tensorPasses, type PassOptions, type TensorPasses } from './memory.ts';
import { InputDigests } from './digests.ts';
import type {
	Hasher,
	OpenFile,
	TensorMerger,
	TensorRange,
	TensorResult,
	TensorTask,
} from './types.ts';

export interface TensorMergerOptions extends PassOptions {
	readonly kernels: Kernels;
	readonly open: OpenFile;
	/** Bytes that one tensor may hold; the run's whole budget. Default 512 MiB. */
	readonly memoryBudget?: number | undefined;
	/** Where it is given, every input range and every output gets a digest. */
	readonly createHasher?: (() => Hasher) | undefined;
}

/** What the passes over a tensor share. */
interface Job {
	readonly task: TensorTask;
	readonly kernels: Kernels;
	readonly open: OpenFile;
	readonly passes: TensorPasses;
	readonly digests: InputDigests | null;
	bytesRead: number;
	comparison: Comparison | null;
}

/**
 * A merger that runs where it is called. It reads a tensor's inputs in parts, once per pass where they
 * do not fit the budget, and hands out the result in order.
 * Rejects with `aborted`, `kernel-failed`, or what reading and `emit` reject with.
 */
export function createTensorMerger(options: TensorMergerOptions): TensorMerger {
	const { kernels, open, memoryBudget, unit, step, createHasher } = options;
	return async (task) => {
		const passes = tensorPasses(task.tensor, memoryBudget, { unit, step });
		const comparison = task.tensor.published === null ? null : NOTHING_COMPARED;
		const digests = createHasher ? new InputDigests(task.tensor.inputs.length, createHasher) : null;
		const job: Job = { task, kernels, open, passes, digests, bytesRead: 0, comparison };
		try {
			const copies = task.tensor.operation.kind === 'copy';
			const outcome = copies ? await copyTensor(job) : await computeTensor(job);
			return {
				index: task.index,
				outcome,
				digests: digests === null ? null : digests.finish(task.emit !== undefined),
				comparison: job.comparison,
				bytesRead: job.bytesRead,
			};
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
			await emit(job, own(input.bytes));
			continue;
		}
		for (const [start, end] of ranges(to - from, passes.step)) {
			const part = bytesOf(input, start, end);
			const bytes = kernels.cast(part, floatDtype(input.dtype), floatDtype(dtype));
			compare(job, partOf(published, start, end), bytes);
			await emit(job, bytes);
		}
	}
	return null;
}

/** As many passes over the inputs as the formula asks for, then the one that makes the output. */
async function computeTensor(job: Job): Promise<TensorResult['outcome']> {
	const { task, kernels } = job;
	const { operation, elements, inputs } = task.tensor;
	if (operation.kind === 'copy') throw new RangeError('a copy computes nothing');
	const row = inputs[0]?.shape.at(-1) ?? elements;
	const chunk = kernels.chunk();
	const formula = kernels.formula(operation, { elements, row });
	const kept: (readonly Block[])[] = [];
	try {
		while (formula.pending) {
			for await (const part of chunks(job, chunk, kept)) formula.observe(part.chunk);
			formula.nextPass();
		}
		await writeTensor(job, formula, chunk, kept);
		return formula.outcome();
	} finally {
		chunk.clear();
		formula.free();
	}
}

/** The part of a tensor that is in the kernels' memory, and where it lies. */
interface Part {
	readonly chunk: KernelChunk;
	/** First element of what was read. */
	readonly from: number;
	/** Elements within that. */
	readonly start: number;
	readonly end: number;
}

/** Every part of a tensor in order, read anew unless `kept` has it, which is filled where there is room. */
async function* chunks(
	job: Job,
	chunk: KernelChunk,
	kept: (readonly Block[])[],
): AsyncGenerator<Part> {
	const { task, passes } = job;
	let unit = 0;
	for (const [from, to] of ranges(task.tensor.elements, passes.unit)) {
		const blocks = kept[unit] ?? (await readInputs(job, from, to));
		if (passes.hold) kept[unit] = blocks;
		for (const [start, end] of ranges(to - from, passes.step)) {
			fill(chunk, blocks, start, end);
			yield { chunk, from, start, end };
		}
		unit++;
	}
}

async function writeTensor(
	job: Job,
	formula: Formula,
	chunk: KernelChunk,
	kept: (readonly Block[])[],
): Promise<void> {
	const { task, passes } = job;
	const { tensor } = task;
	const dtype = floatDtype(tensor.dtype);
	let published: Block | null = null;
	for await (const { from, start, end } of chunks(job, chunk, kept)) {
		if (start === 0)
			published = await readPublished(job, from, Math.min(from + passes.unit, tensor.elements));
		if (task.emit === undefined && published !== null) {
			// Nobody wants the result, so that it need not leave the kernel's memory.
			count(job, await formula.compare(chunk, dtype, bytesOf(published, start, end)));
			continue;
		}
		const bytes = await formula.write(chunk, dtype);
		compare(job, partOf(published, start, end), bytes);
		await emit(job, bytes);
	}
}

function fill(chunk: KernelChunk, inputs: readonly Block[], start: number, end: number): void {
	chunk.clear();
	for (const input of inputs) chunk.push(floatDtype(input.dtype), bytesOf(input, start, end));
}

/** Elements `[from, to)` of every input, in the dtype that the recipe computes in. */
async function readInputs(job: Job, from: number, to: number): Promise<Block[]> {
	const { task, kernels, passes } = job;
	const { inputs, computeDtype } = task.tensor;
	const blocks = await Promise.all(inputs.map(async (range) => read(job, range, from, to)));
	job.digests?.update(from, blocks);
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

async function emit({ task, digests }: Job, bytes: Uint8Array): Promise<void> {
	throwIfStopped(task.signal);
	digests?.emit(bytes);
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
