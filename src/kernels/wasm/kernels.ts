import { RemeltError, type ErrorDetails } from '../../errors/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import type { Comparison, Gram, KernelChunk, Kernels, SlerpWeights } from '../types.ts';
import * as wasm from '../../../wasm/pkg/remelt_kernels.js';

const DTYPES: Readonly<Record<FloatDtype, wasm.Dtype>> = {
	F32: wasm.Dtype.F32,
	F16: wasm.Dtype.F16,
	BF16: wasm.Dtype.BF16,
};

/** Bytes per element. */
const SIZES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** The primitives over the instance that has been loaded, whose memory is `memory`. */
export function createWasmKernels(memory: WebAssembly.Memory): Kernels {
	const guard: Guard = (name, details, run) => attempt(memory, name, details, run);
	return {
		backend: 'wasm',
		chunk: () => new WasmChunk(guard),
		reduceGram: (blocks: Float64Array, inputs: number): Gram =>
			guard('reduceGram', { numbers: blocks.length, inputs }, () =>
				wasm.reduce_gram(blocks, inputs),
			),
		slerpWeights: (gram: Gram, t: number): SlerpWeights =>
			guard('slerpWeights', { numbers: gram.length, t }, () =>
				toSlerpWeights(wasm.slerp_weights(gram, t)),
			),
		cast: (bytes: Uint8Array, from: FloatDtype, to: FloatDtype): Uint8Array =>
			guard('cast', { bytes: bytes.byteLength, from, to }, () => {
				const [source, target] = [dtypeOf(from), dtypeOf(to)];
				const output = new Uint8Array(Math.floor(bytes.byteLength / SIZES[from]) * SIZES[to]);
				wasm.cast(bytes, source, target, output);
				return output;
			}),
		compare: (expected: Uint8Array, actual: Uint8Array, dtype: FloatDtype): Comparison => {
			const details = { expected: expected.byteLength, actual: actual.byteLength, dtype };
			return guard('compare', details, () =>
				toComparison(wasm.compare(expected, actual, dtypeOf(dtype))),
			);
		},
	};
}

type Guard = <T>(name: string, details: ErrorDetails, run: () => T) => T;

/** Runs a kernel and gives whatever it throws a code, the numbers that it was called with, a hint. */
function attempt<T>(
	memory: WebAssembly.Memory,
	name: string,
	details: ErrorDetails,
	run: () => T,
): T {
	try {
		return run();
	} catch (thrown) {
		if (thrown instanceof RemeltError) throw thrown;
		const used = memory.buffer.byteLength;
		// Allocation inside wasm-bindgen's glue does not return an error: it traps.
		const trap = thrown instanceof WebAssembly.RuntimeError;
		const reason = trap ? `trapped with ${used} bytes of memory in use` : messageOf(thrown);
		throw new RemeltError('kernel-failed', `${name}: ${reason}`, {
			hint: trap
				? 'Most likely memory ran out: use a smaller memory budget or fewer workers.'
				: 'This is a mistake in the program, not in the model; please report it.',
			details: { ...details, memory: used },
			cause: thrown,
		});
	}
}

function messageOf(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Names also come from files, where they can be any. */
function dtypeOf(name: FloatDtype): wasm.Dtype {
	if (!Object.hasOwn(DTYPES, name)) throw new TypeError(`no kernel computes in ${name}`);
	return DTYPES[name];
}

class WasmChunk implements KernelChunk {
	readonly #chunk = new wasm.Chunk();
	readonly #guard: Guard;
	#inputs = 0;

	constructor(guard: Guard) {
		this.#guard = guard;
	}

	get elements(): number {
		return this.#chunk.elements;
	}

	push(dtype: FloatDtype, bytes: Uint8Array): void {
		this.#guard('push', this.#details({ dtype, bytes: bytes.byteLength }), () => {
			this.#chunk.push(dtypeOf(dtype), bytes);
		});
		this.#inputs += 1;
	}

	gram(): Float64Array {
		return this.#guard('gram', this.#details({}), () => this.#chunk.gram());
	}

	combine(weights: readonly number[], dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		return this.#guard('combine', this.#details({ weights: weights.length, dtype }), () => {
			const code = dtypeOf(dtype);
			const output = into ?? new Uint8Array(this.elements * SIZES[dtype]);
			this.#chunk.combine(Float32Array.from(weights), code, output);
			return output;
		});
	}

	compare(weights: readonly number[], dtype: FloatDtype, expected: Uint8Array): Comparison {
		const details = { weights: weights.length, dtype, bytes: expected.byteLength };
		return this.#guard('compare', this.#details(details), () =>
			toComparison(this.#chunk.compare(Float32Array.from(weights), dtypeOf(dtype), expected)),
		);
	}

	clear(): void {
		this.#chunk.clear();
		this.#inputs = 0;
	}

	#details(more: ErrorDetails): ErrorDetails {
		return { inputs: this.#inputs, elements: this.elements, ...more };
	}
}

function toSlerpWeights(numbers: Float64Array): SlerpWeights {
	const [w0 = NaN, w1 = NaN, cosine = NaN, theta = NaN, linear = 0] = numbers;
	return { w0, w1, cosine, theta, branch: linear === 1 ? 'linear' : 'great-circle' };
}

function toComparison(numbers: Uint32Array): Comparison {
	const [elements = 0, identical = 0, maxUlp = 0] = numbers;
	const [signOfZero = 0, worstIndex = 0] = numbers.subarray(10);
	const histogram = [...numbers.subarray(3, 10)];
	return { elements, identical, maxUlp, histogram, signOfZero, worstIndex };
}
