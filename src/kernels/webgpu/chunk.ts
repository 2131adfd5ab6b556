import type { FloatDtype } from '../../tensors/index.ts';
import type { Comparison, KernelChunk } from '../types.ts';
import { SIZES } from './slot.ts';
import type { SumInput } from './types.ts';

/**
 * A chunk whose inputs stay where they are until somebody needs them in WASM's memory: what goes to
 * the GPU is not copied twice. The bytes that were pushed must not change before `clear`.
 */
export class HeldChunk implements KernelChunk {
	readonly #wasm: KernelChunk;
	readonly #inputs: SumInput[] = [];
	/** Memory of reserved inputs, by their places. */
	readonly #reserved: (ArrayBuffer | undefined)[] = [];
	#elements = 0;
	/** How many of the inputs WASM has. */
	#copied = 0;

	constructor(wasm: KernelChunk) {
		this.#wasm = wasm;
	}

	get elements(): number {
		return this.#elements;
	}

	get inputs(): readonly SumInput[] {
		return this.#inputs;
	}

	push(dtype: FloatDtype, bytes: Uint8Array): void {
		const elements = bytes.byteLength / SIZES[dtype];
		const fits = this.#inputs.length === 0 || elements === this.#elements;
		// What is not in order is for WASM to refuse, in its words.
		if (!fits || !Number.isInteger(elements)) this.wasm().push(dtype, bytes);
		this.#inputs.push({ dtype, bytes });
		this.#elements = elements;
	}

	/** The bytes lie outside of WASM's memory, and are used again after `clear`. */
	reserve(dtype: FloatDtype, elements: number): Uint8Array {
		const size = elements * SIZES[dtype];
		const place = this.#inputs.length;
		const known = this.#reserved[place];
		const buffer = known !== undefined && known.byteLength >= size ? known : new ArrayBuffer(size);
		const bytes = new Uint8Array(buffer, 0, size);
		this.push(dtype, bytes);
		this.#reserved[place] = buffer;
		return bytes;
	}

	/** The same chunk in WASM's memory. */
	wasm(): KernelChunk {
		for (const { dtype, bytes } of this.#inputs.slice(this.#copied)) {
			this.#wasm.push(dtype, bytes);
			this.#copied += 1;
		}
		return this.#wasm;
	}

	gram(): Float64Array {
		return this.wasm().gram();
	}

	combine(weights: readonly number[], dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		return this.wasm().combine(weights, dtype, into);
	}

	compare(weights: readonly number[], dtype: FloatDtype, expected: Uint8Array): Comparison {
		return this.wasm().compare(weights, dtype, expected);
	}

	clear(): void {
		this.#wasm.clear();
		this.#inputs.length = 0;
		this.#copied = 0;
		this.#elements = 0;
	}

	free(): void {
		this.clear();
		this.#wasm.free();
		this.#reserved.length = 0;
	}
}
