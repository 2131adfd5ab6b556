import { DTYPE_BITS } from '../tensors/index.ts';
import type { Block } from './blocks.ts';
import type { Hasher, TensorDigests } from './types.ts';

/** Digests of what one tensor is made of and of what it becomes, taken as the bytes pass by. */
export class InputDigests {
	readonly #inputs: readonly Hasher[];
	readonly #output: Hasher;
	/** Elements of the inputs that have been counted in. */
	#hashed = 0;

	constructor(inputs: number, createHasher: () => Hasher) {
		this.#inputs = Array.from({ length: inputs }, createHasher);
		this.#output = createHasher();
	}

	/** Input bytes as they were read, from element `from` on; a later pass over the same counts once. */
	update(from: number, blocks: readonly Block[]): void {
		if (from !== this.#hashed) return;
		for (const [index, { bytes }] of blocks.entries()) this.#inputs[index]?.update(bytes);
		this.#hashed = from + elementsOf(blocks);
	}

	/** Output bytes, in order. */
	emit(bytes: Uint8Array): void {
		this.#output.update(bytes);
	}

	/** All bytes have come; `wanted` tells whether there was an output. */
	finish(wanted: boolean): TensorDigests {
		return {
			inputs: this.#inputs.map((hasher) => hasher.digest()),
			output: wanted ? this.#output.digest() : null,
		};
	}
}

function elementsOf([first]: readonly Block[]): number {
	return first === undefined ? 0 : (first.bytes.byteLength * 8) / DTYPE_BITS[first.dtype];
}
