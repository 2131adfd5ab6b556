import { DTYPE_BITS } from '../tensors/index.ts';
import type { Block } from './blocks.ts';
import type { Hasher, TensorDigests } from './types.ts';

/** Digests of what one tensor is made of and of what it becomes, taken as the bytes pass by. */
export class InputDigests {
	readonly #inputs: readonly Hasher[];
	readonly #output: Hasher;
	/** Elements of each input that have been counted in. */
	readonly #hashed: number[];

	constructor(inputs: number, createHasher: () => Hasher) {
		this.#inputs = Array.from({ length: inputs }, createHasher);
		this.#output = createHasher();
		this.#hashed = Array<number>(inputs).fill(0);
	}

	/** An input's bytes as they were read, from element `from` on; a later pass over the same counts once. */
	update(input: number, from: number, { dtype, bytes }: Block): void {
		if (from !== this.#hashed[input]) return;
		this.#inputs[input]?.update(bytes);
		this.#hashed[input] = from + (bytes.byteLength * 8) / DTYPE_BITS[dtype];
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
