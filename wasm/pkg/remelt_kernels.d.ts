/* tslint:disable */
/* eslint-disable */

/**
 * Equally long inputs, held in WASM memory.
 */
export class Chunk {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Removes the inputs. Their memory is kept for those that come.
     */
    clear(): void;
    /**
     * Writes the weighted sum of the inputs to `output` as elements of `dtype`.
     *
     * # Errors
     * Where there is not one weight per input, or `output` has another size than the result.
     */
    combine(weights: Float32Array | number[], dtype: Dtype, output: Uint8Array): void;
    /**
     * Compares the weighted sum of the inputs with elements of `dtype`, without keeping it. The
     * numbers are those of `compare`.
     *
     * # Errors
     * Where there is not one weight per input, or `expected` has another size than the result.
     */
    compare(weights: Float32Array | number[], dtype: Dtype, expected: Uint8Array): Uint32Array;
    /**
     * One f64 sum per block of 4096 elements and pair of inputs, blocks in order.
     *
     * # Errors
     * Where there is no input, or no memory.
     */
    gram(): Float64Array;
    /**
     * An empty chunk.
     */
    constructor();
    /**
     * Adds an input; its bytes are copied once, into WASM memory.
     *
     * # Errors
     * Where the bytes are no whole number of elements, or not as many as the other inputs have, or
     * there is no memory.
     */
    push(dtype: Dtype, bytes: Uint8Array): void;
    /**
     * Removes the inputs and gives their memory back.
     */
    release(): void;
    /**
     * Adds an input of so many elements and gives its bytes to be filled: a view into WASM memory,
     * valid until any other function of this module is called.
     *
     * # Errors
     * Where the other inputs have another number of elements, or there is no memory.
     */
    reserve(dtype: Dtype, elements: number): Uint8Array;
    /**
     * Elements per input; 0 before the first `push`.
     */
    readonly elements: number;
}

/**
 * A float format, by its name in safetensors.
 */
export enum Dtype {
    /**
     * IEEE 754 binary32.
     */
    F32 = 0,
    /**
     * IEEE 754 binary16.
     */
    F16 = 1,
    /**
     * The upper half of a binary32.
     */
    BF16 = 2,
}

/**
 * A formula at work on one tensor.
 */
export class Formula {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Compares the chunk's part of the result with elements of `dtype`, without keeping it. The
     * numbers are those of `compare`.
     *
     * # Errors
     * Where a pass is still due, the chunk does not fit, or `expected` has another size.
     */
    compare(chunk: Chunk, dtype: Dtype, expected: Uint8Array): Uint32Array;
    /**
     * The formula of a `FormulaSpec` at the start of its work on a `FormulaTensor`.
     *
     * # Errors
     * Where one of the two is not of that shape, or its numbers contradict each other.
     */
    constructor(formula: any, size: any);
    /**
     * The pass is complete.
     *
     * # Errors
     * Where no pass is due, or it did not cover the tensor.
     */
    next_pass(): void;
    /**
     * One chunk of a pass that only looks.
     *
     * # Errors
     * Where no such pass is due, the chunk does not follow the one before, or it has not the inputs
     * that the formula takes.
     */
    observe(chunk: Chunk): void;
    /**
     * What the passes found, as a `FormulaOutcome`.
     */
    outcome(): any;
    /**
     * As [`Self::write`], but the result stays in WASM memory: a view of it, valid until any other
     * function of this module is called.
     *
     * # Errors
     * Where a pass is still due, the chunk does not fit, or there is no memory.
     */
    view(chunk: Chunk, dtype: Dtype): Uint8Array;
    /**
     * Writes the chunk's part of the result to `output` as elements of `dtype`.
     *
     * # Errors
     * Where a pass is still due, the chunk does not fit, or `output` has another size.
     */
    write(chunk: Chunk, dtype: Dtype, output: Uint8Array): void;
    /**
     * Whether another pass of `observe` is due.
     */
    readonly pending: boolean;
}

/**
 * Writes elements to `output` in another format.
 *
 * # Errors
 * Where the bytes are no whole number of elements, or `output` has another size than the result.
 */
export function cast(bytes: Uint8Array, from: Dtype, to: Dtype, output: Uint8Array): void;

/**
 * A comparison as [elements, identical, largest distance, seven counts, signs of zero, worst index].
 *
 * # Errors
 * Where one of the two is no whole number of elements, or the lengths differ.
 */
export function compare(expected: Uint8Array, actual: Uint8Array, dtype: Dtype): Uint32Array;

/**
 * As [`search`]; what is known comes as one number per draw in each of three lists.
 *
 * # Errors
 * Where the lists are not equally long, or a place is not below 227.
 */
export function find_seeds(first: number, count: number, places: Uint32Array | number[], limits: Uint32Array | number[], kept: Uint8Array | number[]): Uint32Array;

/**
 * The Gram matrix of a whole tensor from its block sums.
 *
 * # Errors
 * Where the numbers are no whole number of blocks of so many inputs.
 */
export function reduce_gram(blocks: Float64Array | number[], inputs: number): Float64Array;

/**
 * Slerp's weights as [w0, w1, cosine, angle in radians, 1 where the vectors are averaged].
 *
 * # Errors
 * Where `gram` has not exactly three numbers.
 */
export function slerp_weights(gram: Float64Array | number[], t: number): Float64Array;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_chunk_free: (a: number, b: number) => void;
    readonly __wbg_formula_free: (a: number, b: number) => void;
    readonly cast: (a: any, b: number, c: number, d: any) => [number, number];
    readonly chunk_clear: (a: number) => void;
    readonly chunk_combine: (a: number, b: number, c: number, d: number, e: any) => [number, number];
    readonly chunk_compare: (a: number, b: number, c: number, d: number, e: any) => [number, number, number, number];
    readonly chunk_elements: (a: number) => number;
    readonly chunk_gram: (a: number) => [number, number, number, number];
    readonly chunk_new: () => number;
    readonly chunk_push: (a: number, b: number, c: any) => [number, number];
    readonly chunk_release: (a: number) => void;
    readonly chunk_reserve: (a: number, b: number, c: number) => [number, number, number];
    readonly compare: (a: any, b: any, c: number) => [number, number, number, number];
    readonly find_seeds: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number, number];
    readonly formula_compare: (a: number, b: number, c: number, d: any) => [number, number, number, number];
    readonly formula_new: (a: any, b: any) => [number, number, number];
    readonly formula_next_pass: (a: number) => [number, number];
    readonly formula_observe: (a: number, b: number) => [number, number];
    readonly formula_outcome: (a: number) => any;
    readonly formula_pending: (a: number) => number;
    readonly formula_view: (a: number, b: number, c: number) => [number, number, number];
    readonly formula_write: (a: number, b: number, c: number, d: any) => [number, number];
    readonly reduce_gram: (a: number, b: number, c: number) => [number, number, number, number];
    readonly slerp_weights: (a: number, b: number, c: number) => [number, number, number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
