import {
	GRAM_BLOCK,
	type Formula,
	type FormulaOutcome,
	type FormulaSpec,
	type KernelChunk,
	type Kernels,
} from '../../../src/kernels/index.ts';
import { COUNTS } from '../../../src/kernels/webgpu/counts.ts';
import { SIZES } from '../../../src/kernels/webgpu/slot.ts';
import type { GpuSum, SumTask } from '../../../src/kernels/webgpu/types.ts';
import type { FloatDtype } from '../../../src/tensors/index.ts';

/** A GPU that computes with WASM, and the calls that it has had. */
export interface FakeGpu extends GpuSum {
	readonly calls: SumTask[];
	closed: boolean;
	/** Called with the number of each call before it is answered; may reject. */
	before: (call: number) => Promise<void>;
	/** Called with each result. */
	spoil: (result: Uint8Array | Uint32Array, call: number) => void;
}

export function fakeGpu(wasm: Kernels): FakeGpu {
	const filled = ({ inputs }: SumTask): KernelChunk => {
		const chunk = wasm.chunk();
		for (const { dtype, bytes } of inputs) chunk.push(dtype, bytes);
		return chunk;
	};
	const gpu: FakeGpu = {
		device: 'fake',
		calls: [],
		closed: false,
		before: () => Promise.resolve(),
		spoil: () => undefined,
		async combine(task, into) {
			const call = gpu.calls.push(task);
			await gpu.before(call);
			filled(task).combine(task.weights, task.dtype, into);
			gpu.spoil(into, call);
		},
		async compare(task, expected) {
			const call = gpu.calls.push(task);
			await gpu.before(call);
			const counts = countBlocks(task, expected, wasm);
			gpu.spoil(counts, call);
			return counts;
		},
		close() {
			gpu.closed = true;
		},
	};
	return gpu;
}

function countBlocks(task: SumTask, expected: Uint8Array, wasm: Kernels): Uint32Array {
	const counts = new Uint32Array(Math.ceil(task.elements / GRAM_BLOCK) * COUNTS);
	const chunk = wasm.chunk();
	for (let block = 0; block * COUNTS < counts.length; block++) {
		const cut = (dtype: FloatDtype, bytes: Uint8Array): Uint8Array => {
			const size = GRAM_BLOCK * SIZES[dtype];
			return bytes.subarray(block * size, (block + 1) * size);
		};
		for (const { dtype, bytes } of task.inputs) chunk.push(dtype, cut(dtype, bytes));
		const part = chunk.compare(task.weights, task.dtype, cut(task.dtype, expected));
		chunk.clear();
		const { histogram, signOfZero, maxUlp, worstIndex } = part;
		counts.set([...histogram, signOfZero, maxUlp, worstIndex], block * COUNTS);
	}
	return counts;
}

const NO_OUTCOME: FormulaOutcome = { angle: null, kept: [], ratio: null, weights: null };

/** Calls of a formula that WASM has answered by itself. */
export interface CountedKernels extends Kernels {
	readonly answered: string[];
}

/** The kernels with formulas that are plain sums, those of `weights` after a pass if they are given. */
export function withSums(wasm: Kernels, weights: readonly number[] | null = null): CountedKernels {
	const answered: string[] = [];
	return { ...wasm, answered, formula: (spec) => new PlainSum(spec, weights, answered) };
}

class PlainSum implements Formula {
	readonly #weights: readonly number[];
	readonly #after: readonly number[] | null;
	readonly #answered: string[];
	pending: boolean;

	constructor(spec: FormulaSpec, after: readonly number[] | null, answered: string[]) {
		this.#weights = spec.kind === 'sum' ? spec.weights : (after ?? []);
		this.#after = after;
		this.#answered = answered;
		this.pending = spec.kind !== 'sum';
	}

	observe(chunk: KernelChunk): void {
		chunk.gram();
	}

	nextPass(): void {
		this.pending = false;
	}

	write(chunk: KernelChunk, dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		this.#answered.push('write');
		return chunk.combine(this.#weights, dtype, into);
	}

	view(chunk: KernelChunk, dtype: FloatDtype): Uint8Array {
		this.#answered.push('view');
		return chunk.combine(this.#weights, dtype);
	}

	compare(
		chunk: KernelChunk,
		dtype: FloatDtype,
		expected: Uint8Array,
	): ReturnType<Formula['compare']> {
		this.#answered.push('compare');
		return chunk.compare(this.#weights, dtype, expected);
	}

	outcome(): FormulaOutcome {
		return { ...NO_OUTCOME, weights: this.#after };
	}

	free(): void {
		this.pending = false;
	}
}
