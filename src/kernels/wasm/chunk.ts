import type { ErrorDetails } from '../../errors/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import type { Comparison, KernelChunk } from '../types.ts';
import { dtypeOf, SIZES, toComparison, type Guard } from './guard.ts';
import * as wasm from '../../../wasm/pkg/remelt_kernels.js';

/** Inputs in the memory of the instance that has been loaded. */
export class WasmChunk implements KernelChunk {
	/** The chunk as the module knows it. */
	readonly inner = new wasm.Chunk();
	readonly #guard: Guard;
	#inputs = 0;

	constructor(guard: Guard) {
		this.#guard = guard;
	}

	get elements(): number {
		return this.inner.elements;
	}

	push(dtype: FloatDtype, bytes: Uint8Array): void {
		this.#guard('push', this.#details({ dtype, bytes: bytes.byteLength }), () => {
			this.inner.push(dtypeOf(dtype), bytes);
		});
		this.#inputs += 1;
	}

	reserve(dtype: FloatDtype, elements: number): Uint8Array {
		const view = this.#guard('reserve', this.#details({ dtype, reserved: elements }), () =>
			this.inner.reserve(dtypeOf(dtype), elements),
		);
		this.#inputs += 1;
		return view;
	}

	gram(): Float64Array {
		return this.#guard('gram', this.#details({}), () => this.inner.gram());
	}

	combine(weights: readonly number[], dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		return this.#guard('combine', this.#details({ weights: weights.length, dtype }), () => {
			const code = dtypeOf(dtype);
			const output = into ?? new Uint8Array(this.elements * SIZES[dtype]);
			this.inner.combine(Float32Array.from(weights), code, output);
			return output;
		});
	}

	compare(weights: readonly number[], dtype: FloatDtype, expected: Uint8Array): Comparison {
		const details = { weights: weights.length, dtype, bytes: expected.byteLength };
		return this.#guard('compare', this.#details(details), () =>
			toComparison(this.inner.compare(Float32Array.from(weights), dtypeOf(dtype), expected)),
		);
	}

	clear(): void {
		this.inner.clear();
		this.#inputs = 0;
	}

	free(): void {
		this.inner.release();
		this.#inputs = 0;
	}

	#details(more: ErrorDetails): ErrorDetails {
		return { inputs: this.#inputs, elements: this.elements, ...more };
	}
}
