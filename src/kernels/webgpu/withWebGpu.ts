import type { RemeltError } from '../../errors/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import type { FormulaOutcome, FormulaSpec } from '../formula.ts';
import type { Comparison, Formula, FormulaTensor, KernelChunk, Kernels } from '../types.ts';
import { AUDIT_SHARE, AuditPlan } from './audit.ts';
import { CheckedSum, TIMEOUT } from './checked.ts';
import { HeldChunk } from './chunk.ts';
import { SIZES } from './slot.ts';
import { suitsGpu } from './suits.ts';
import type { GpuSum, Primitive, SumTask } from './types.ts';

export interface WebGpuOptions {
	/** What the GPU does; WASM does the rest. */
	readonly use: Readonly<Record<Primitive, boolean>>;
	/** Smaller tensors are left to WASM, which has done them before a GPU has begun; default 65 536. */
	readonly fromElements?: number | undefined;
	/** One block in so many is computed by WASM as well, and one of each tensor; default 64. */
	readonly share?: number | undefined;
	/** Milliseconds after which a call counts as failed; default 30 000. */
	readonly timeout?: number | undefined;
	/** Numbers from 0 to 1, for the choice of blocks. */
	readonly random?: (() => number) | undefined;
	/** The GPU is left for WASM, from the chunk in hand on; `gpu-wrong` or `gpu-unavailable`. */
	readonly onLeave?: ((reason: RemeltError) => void) | undefined;
	/** The GPU is left once this is aborted, without a word. */
	readonly signal?: AbortSignal | undefined;
}

/** What the formulas of one thread share. */
interface Shared {
	readonly wasm: Kernels;
	readonly gpu: CheckedSum;
	readonly use: WebGpuOptions['use'];
	readonly fromElements: number;
	readonly share: number;
	readonly random: () => number;
}

/**
 * WASM kernels whose formulas let a GPU do their last pass, where that is a sum rounded once. The
 * bits and the counts are those of WASM: a share of all blocks is computed by both, and a GPU that
 * gives another result, none in time, or is lost, is not asked again.
 */
export function withWebGpu(wasm: Kernels, sum: GpuSum, options: WebGpuOptions): Kernels {
	const { use, fromElements = 65_536, share = AUDIT_SHARE, random = Math.random } = options;
	const { timeout = TIMEOUT, onLeave = (): void => undefined } = options;
	const gpu = new CheckedSum(sum, wasm, { timeout, onLeave, signal: options.signal });
	const shared: Shared = { wasm, gpu, use, fromElements, share, random };
	return {
		...wasm,
		backend: 'webgpu',
		chunk: () => new HeldChunk(wasm.chunk()),
		formula: (spec, tensor) => new GpuFormula(shared, spec, tensor),
	};
}

class GpuFormula implements Formula {
	readonly #shared: Shared;
	readonly #spec: FormulaSpec;
	readonly #elements: number;
	readonly #inner: Formula;
	readonly #plan: AuditPlan;
	/** Weights of the sum that the last pass is; null where all of it is WASM's; undefined before it. */
	#weights: readonly number[] | null | undefined;

	constructor(shared: Shared, spec: FormulaSpec, tensor: FormulaTensor) {
		const { share, random } = shared;
		this.#shared = shared;
		this.#spec = spec;
		this.#elements = tensor.elements;
		this.#inner = shared.wasm.formula(spec, tensor);
		this.#plan = new AuditPlan(tensor.elements, share, random);
	}

	get pending(): boolean {
		return this.#inner.pending;
	}

	observe(chunk: KernelChunk): void {
		this.#inner.observe(inWasm(chunk));
	}

	nextPass(): void {
		this.#inner.nextPass();
	}

	write(
		chunk: KernelChunk,
		dtype: FloatDtype,
		into?: Uint8Array,
	): Uint8Array | Promise<Uint8Array> {
		const task = this.#taskOf(chunk, dtype, 'combine');
		if (task === null) return this.#inner.write(inWasm(chunk), dtype, into);
		const output = into ?? new Uint8Array(sizeOf(task));
		const alone = (): Uint8Array => inWasm(chunk).combine(task.weights, dtype, output);
		if (output.byteLength !== sizeOf(task)) return alone();
		return this.#shared.gpu.combine(task, this.#plan, output).then((done) => done ?? alone());
	}

	view(chunk: KernelChunk, dtype: FloatDtype): Uint8Array | Promise<Uint8Array> {
		const task = this.#taskOf(chunk, dtype, 'combine');
		return task === null ? this.#inner.view(inWasm(chunk), dtype) : this.write(chunk, dtype);
	}

	compare(
		chunk: KernelChunk,
		dtype: FloatDtype,
		expected: Uint8Array,
	): Comparison | Promise<Comparison> {
		const task = this.#taskOf(chunk, dtype, 'compare');
		if (task === null) return this.#inner.compare(inWasm(chunk), dtype, expected);
		const alone = (): Comparison => inWasm(chunk).compare(task.weights, dtype, expected);
		if (expected.byteLength !== sizeOf(task)) return alone();
		return this.#shared.gpu.compare(task, this.#plan, expected).then((done) => done ?? alone());
	}

	outcome(): FormulaOutcome {
		return this.#inner.outcome();
	}

	free(): void {
		this.#inner.free();
	}

	/** The chunk's part of the sum; null where the whole pass is WASM's, as its first chunk decides. */
	#taskOf(chunk: KernelChunk, dtype: FloatDtype, primitive: Primitive): SumTask | null {
		if (!(chunk instanceof HeldChunk)) return null;
		const { elements, inputs } = chunk;
		if (this.#weights === undefined) {
			const weights = this.#suits(primitive) ? plainWeights(this.#spec, this.#inner, dtype) : null;
			this.#weights = weights?.length === inputs.length ? weights : null;
		}
		return this.#weights && { elements, inputs, weights: this.#weights, dtype };
	}

	#suits(primitive: Primitive): boolean {
		const { gpu, use, fromElements } = this.#shared;
		return gpu.inUse && use[primitive] && this.#elements >= fromElements;
	}
}

/** Bytes of a sum. */
function sizeOf({ elements, dtype }: SumTask): number {
	return elements * SIZES[dtype];
}

/** A chunk as the WASM kernels know it. */
function inWasm(chunk: KernelChunk): KernelChunk {
	return chunk instanceof HeldChunk ? chunk.wasm() : chunk;
}

/** The weights of a sum rounded once; null for every other formula. */
function plainWeights(
	spec: FormulaSpec,
	formula: Formula,
	dtype: FloatDtype,
): readonly number[] | null {
	if (formula.pending || !suitsGpu(spec, dtype)) return null;
	return spec.kind === 'sum' ? spec.weights : formula.outcome().weights;
}
