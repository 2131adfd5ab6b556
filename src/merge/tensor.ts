import { toRemeltError } from '../errors/index.ts';
import type { Comparison, Formula, Kernels } from '../kernels/index.ts';
import { DTYPE_BITS } from '../tensors/index.ts';
import { bytesOf, compareBits, floatDtype, isFloat, ranges, type Block } from './blocks.ts';
import { addComparison, NOTHING_COMPARED } from './comparison.ts';
import { InputDigests } from './digests.ts';
import { explainTensor } from './explain.ts';
import { InputFeed, readInputs } from './feed.ts';
import { readPublished, stopped, type Job } from './job.ts';
import { tensorPasses, type PassOptions } from './memory.ts';
import { emit, OutputParts } from './outputParts.ts';
import type { Explain, Hasher, OpenFile, TensorMerger, TensorResult } from './types.ts';

export interface TensorMergerOptions extends PassOptions {
	readonly kernels: Kernels;
	readonly open: OpenFile;
	/** Bytes that one tensor may hold; the run's whole budget. Default 512 MiB. */
	readonly memoryBudget?: number | undefined;
	/** Where it is given, every input range and every output gets a digest. */
	readonly createHasher?: (() => Hasher) | undefined;
	/** Asked about every tensor that differs from the published one. */
	readonly explain?: Explain | undefined;
}

/**
 * A merger that runs where it is called. It reads a tensor's inputs in parts, once per pass where they
 * do not fit the budget, and hands out the result in order. Inputs that lie on this machine's disk are
 * read at once and block the thread, so that it belongs into a worker there.
 * Rejects with `aborted`, `kernel-failed`, or what reading and `emit` reject with.
 */
export function createTensorMerger(options: TensorMergerOptions): TensorMerger {
	const { kernels, open, memoryBudget, createHasher, explain } = options;
	return async (task) => {
		const passes = tensorPasses(task.tensor, memoryBudget, options);
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
				explanation: explain === undefined ? null : await explainTensor(job, outcome, explain),
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
	const formula = kernels.formula(operation, { elements, row });
	const feed = new InputFeed(job);
	try {
		while (formula.pending) {
			for await (const { chunk } of feed.pass()) formula.observe(chunk);
			formula.nextPass();
		}
		await writeTensor(job, formula, feed);
		return formula.outcome();
	} finally {
		feed.free();
		formula.free();
	}
}

async function writeTensor(job: Job, formula: Formula, feed: InputFeed): Promise<void> {
	const { task, passes } = job;
	const { tensor } = task;
	const dtype = floatDtype(tensor.dtype);
	const width = DTYPE_BITS[dtype] / 8;
	const parts = new OutputParts(job);
	let published: Block | null = null;
	for await (const { chunk, start, end } of feed.pass()) {
		const from = start - (start % passes.unit);
		if (start === from)
			published = await readPublished(job, from, Math.min(from + passes.unit, tensor.elements));
		if (task.emit === undefined && published !== null) {
			// Nobody wants the result, so that it need not leave the kernel's memory.
			const expected = bytesOf(published, start - from, end - from);
			count(job, await formula.compare(chunk, dtype, expected));
			continue;
		}
		const size = (end - start) * width;
		const bytes = await formula.write(chunk, dtype, parts.next(size));
		compare(job, partOf(published, start - from, end - from), bytes);
		await parts.filled(size);
	}
	await parts.end();
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

/** Bytes with a buffer of their own, which the receiver may take along. */
function own(bytes: Uint8Array): Uint8Array {
	return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function partOf(block: Block | null, start: number, end: number): Block | null {
	return block && { dtype: block.dtype, bytes: bytesOf(block, start, end) };
}
