import type { FloatDtype } from '../../tensors/index.ts';

/** One input of a sum. */
export interface SumInput {
	readonly dtype: FloatDtype;
	readonly bytes: Uint8Array;
}

/** A weighted sum as `KernelChunk.combine` states it: float32, in input order, rounded once. */
export interface SumTask {
	/** Elements of each input, and of the result. */
	readonly elements: number;
	/** At most {@link MAX_INPUTS}. */
	readonly inputs: readonly SumInput[];
	/** One per input; rounded to float32. */
	readonly weights: readonly number[];
	/** Of the result. */
	readonly dtype: FloatDtype;
}

/** Inputs that the shaders have room for. */
export const MAX_INPUTS = 8;

/** The two primitives that a GPU takes over. */
export type Primitive = 'compare' | 'combine';

/**
 * Sums on a GPU. Its answers are to be checked: a device may be wrong, lost, or silent.
 * Both methods reject with `RemeltError('gpu-unavailable')`.
 */
export interface GpuSum {
	/** What the device calls itself, for the reader; may be empty. */
	readonly device: string;
	/** Fills `into`, which has exactly the size of the result. After `close` nothing is written. */
	combine(task: SumTask, into: Uint8Array): Promise<void>;
	/**
	 * How `expected`, elements of the task's dtype, differs from the sum: for each block of
	 * `GRAM_BLOCK` elements the numbers that {@link COUNTS} names.
	 */
	compare(task: SumTask, expected: Uint8Array): Promise<Uint32Array>;
	/** Gives the device back. What is under way rejects. */
	close(): void;
}
