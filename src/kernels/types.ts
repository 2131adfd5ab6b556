import type { FloatDtype } from '../tensors/index.ts';
import type { FormulaOutcome, FormulaSpec } from './formula.ts';

/** Elements per block of `gram`: one f64 sum each, so that chunk size never changes a bit. */
export const GRAM_BLOCK = 4096;

/** Number of distinct inner products of k vectors. */
export type Gram = Float64Array;

/** What slerp's formula makes of a Gram matrix and a t. Source: docs/methods/slerp.md. */
export interface SlerpWeights {
	/** Weight of the first vector (the base, t = 0), a float32. */
	readonly w0: number;
	/** Weight of the second vector (t = 1), a float32. */
	readonly w1: number;
	/** Cosine of the angle between the two, in f64. */
	readonly cosine: number;
	/** The angle between the two in radians: the arc cosine of `cosine`. */
	readonly theta: number;
	/** `linear` where |cosine| > 0.9995, as in mergekit. */
	readonly branch: 'great-circle' | 'linear';
}

/** How two equally long tensors differ, element by element in their common dtype. */
export interface Comparison {
	readonly elements: number;
	/** Equal bits; NaN equals NaN; +0 and -0 are counted apart in `signOfZero` and as identical here. */
	readonly identical: number;
	/** Largest distance in units in the last place, by ordered integers; 2^32 - 1 where one is NaN. */
	readonly maxUlp: number;
	/** Counts of distances 0, 1, 2, 3-4, 5-8, 9-16, >16. */
	readonly histogram: readonly number[];
	/** Elements that are zero in both and differ in sign. */
	readonly signOfZero: number;
	/** Index of the worst element within the tensor (chunk offsets added by the caller). */
	readonly worstIndex: number;
}

/**
 * One chunk of k inputs of equal length, held in the backend's memory.
 * Every method throws `RemeltError('kernel-failed')` on misuse and leaves the chunk usable.
 */
export interface KernelChunk {
	/** Elements per input; 0 before the first `push`. */
	readonly elements: number;
	/**
	 * Takes one input in. All inputs have the same number of elements. A backend may keep `bytes` instead
	 * of a copy: they must not change until `clear`.
	 */
	push(dtype: FloatDtype, bytes: Uint8Array): void;
	/**
	 * Adds an input of so many elements and returns the bytes that are to be filled with it, so that a
	 * file can be read straight into the backend's memory. Until they are filled they hold anything.
	 * The view is of no use once anything else of these kernels was called, which may move memory:
	 * fill it at once, without waiting in between.
	 */
	reserve(dtype: FloatDtype, elements: number): Uint8Array;
	/**
	 * Sums of products in f64 for each block of {@link GRAM_BLOCK} elements: for k inputs k(k+1)/2
	 * numbers per block, upper triangle row by row (00, 01, …, 11, …), blocks in order.
	 */
	gram(): Float64Array;
	/**
	 * The weighted sum in float32, one weight (rounded to float32) per input, in input order, rounded
	 * to nearest even into `dtype`. Fills `into` where it is given, else an array of its own; `into`
	 * has exactly the size of the result and saves the time that a new array's memory takes.
	 */
	combine(weights: readonly number[], dtype: FloatDtype, into?: Uint8Array): Uint8Array;
	/** What comparing `expected` with the result of `combine` gives, without the result being kept. */
	compare(weights: readonly number[], dtype: FloatDtype, expected: Uint8Array): Comparison;
	/** Empties the chunk, which can be filled again. Its memory is kept for the inputs that come. */
	clear(): void;
	/** Empties the chunk and gives its memory back. */
	free(): void;
}

/**
 * A formula at work on one tensor. Its chunks come in order and cover the tensor once per pass: first
 * as many passes of `observe`, each closed by `nextPass`, as `pending` asks for, then one of `write`
 * or `compare`. Nothing depends on how the tensor is cut into chunks, as long as they are whole
 * multiples of {@link GRAM_BLOCK} but for the last.
 * Every method throws `RemeltError('kernel-failed')` on misuse.
 */
export interface Formula {
	/** Whether another pass of `observe` is due before the result can be written. */
	readonly pending: boolean;
	/** One chunk of a pass that only looks. */
	observe(chunk: KernelChunk): void;
	/** The pass is complete. */
	nextPass(): void;
	/**
	 * The chunk's part of the result in `dtype`, of which `into` has exactly the size if given. Backends
	 * that compute elsewhere answer later; the chunk must not change until then.
	 */
	write(chunk: KernelChunk, dtype: FloatDtype, into?: Uint8Array): Uint8Array | Promise<Uint8Array>;
	/**
	 * As `write`, but the result stays in the backend's memory where it can. The view is of no use
	 * once anything else of these kernels was called: write it out at once.
	 */
	view(chunk: KernelChunk, dtype: FloatDtype): Uint8Array | Promise<Uint8Array>;
	/** What comparing `expected` with the chunk's part of the result gives. */
	compare(
		chunk: KernelChunk,
		dtype: FloatDtype,
		expected: Uint8Array,
	): Comparison | Promise<Comparison>;
	/** What the passes found; complete once the last chunk was written or compared. */
	outcome(): FormulaOutcome;
	/** Gives its memory back; of no use afterwards. */
	free(): void;
}

/** What a formula has to know of the tensor. */
export interface FormulaTensor {
	readonly elements: number;
	/** Elements per row: the last dimension; all of them where there is one dimension. */
	readonly row: number;
}

/** What is known of one of the first 227 draws of a stream. */
export interface KnownDraw {
	/** Which draw, counted from 0. */
	readonly place: number;
	/** Draws are whole numbers below 2^24; those below this one are kept. */
	readonly limit: number;
	readonly kept: boolean;
}

/** The numeric primitives, whatever runs them. */
export interface Kernels {
	readonly backend: 'wasm' | 'webgpu';
	/** An empty chunk. */
	chunk(): KernelChunk;
	/** A formula at the start of its work on a tensor. */
	formula(spec: FormulaSpec, tensor: FormulaTensor): Formula;
	/** The Gram matrix of a whole tensor from its block sums in block order: k(k+1)/2 numbers. */
	reduceGram(blocks: Float64Array, inputs: number): Gram;
	/** `gram` is [‖v0‖², v0·v1, ‖v1‖²]. */
	slerpWeights(gram: Gram, t: number): SlerpWeights;
	/**
	 * The seeds among `count` from `first` on (both below 2^32) of which torch's generator on a CPU begins
	 * with such draws, in order.
	 */
	findSeeds(first: number, count: number, known: readonly KnownDraw[]): Uint32Array;
	/** Each element converted to another float dtype, round to nearest even. */
	cast(bytes: Uint8Array, from: FloatDtype, to: FloatDtype): Uint8Array;
	/** Compares two equally long runs of elements. */
	compare(expected: Uint8Array, actual: Uint8Array, dtype: FloatDtype): Comparison;
}
