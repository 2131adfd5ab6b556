import { RemeltError } from '../errors/index.ts';
import type { Comparison, Kernels } from '../kernels/index.ts';
import { DTYPE_BITS } from '../tensors/index.ts';
import type { Block } from './blocks.ts';
import type { InputDigests } from './digests.ts';
import type { TensorPasses } from './memory.ts';
import type { OpenFile, TensorRange, TensorTask } from './types.ts';

/** What everything that works on one tensor shares. */
export interface Job {
	readonly task: TensorTask;
	readonly kernels: Kernels;
	readonly open: OpenFile;
	readonly passes: TensorPasses;
	readonly digests: InputDigests | null;
	bytesRead: number;
	comparison: Comparison | null;
}

/** Where elements `[from, to)` of a tensor lie in its file. Throws a `RangeError` beyond its end. */
export function placeOf(range: TensorRange, from: number, to: number): readonly [number, number] {
	const width = DTYPE_BITS[range.dtype] / 8;
	const [start, end] = [range.start + from * width, range.start + to * width];
	if (end > range.end) throw new RangeError(`${range.tensor} ends before element ${to}`);
	return [start, end];
}

/** Reads elements `[from, to)` of a tensor. */
export async function readBlock(
	job: Job,
	range: TensorRange,
	from: number,
	to: number,
): Promise<Block> {
	const { signal } = job.task;
	const [start, end] = placeOf(range, from, to);
	throwIfStopped(signal);
	const bytes = await job.open(range.model, range.file).read(start, end, { signal });
	throwIfStopped(signal);
	countRead(job, bytes.byteLength);
	return { dtype: range.dtype, bytes };
}

/** Reads elements `[from, to)` of the published tensor; null where there is none. */
export async function readPublished(job: Job, from: number, to: number): Promise<Block | null> {
	const { published } = job.task.tensor;
	return published === null ? null : readBlock(job, published, from, to);
}

/** So many bytes of weights were read. */
export function countRead(job: Job, bytes: number): void {
	job.bytesRead += bytes;
	job.task.onRead?.(bytes);
}

export function throwIfStopped(signal: AbortSignal | undefined): void {
	const error = stopped(signal);
	if (error) throw error;
}

/** Why there is nothing more to do; null where there is. */
export function stopped(signal: AbortSignal | undefined): RemeltError | null {
	return signal?.aborted ? new RemeltError('aborted', 'The run was cancelled.') : null;
}
