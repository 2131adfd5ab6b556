/** Made-up weights: quick to make, the same for the same seed, and shaped like real ones. */

/** Standard deviation of a weight. */
const SCALE = 0.02;

/** Elements made one by one; longer tensors take pieces of these again. */
const POOL = 2 ** 22;

/** 32-bit xorshift; uniform in [−2^31, 2^31), never 0. */
function createRandom(seed: number): () => number {
	let x = seed | 1;
	return () => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		return x;
	};
}

/** Roughly normal numbers. */
function normals(length: number, deviation: number, seed: number): Float32Array {
	const random = createRandom(seed);
	// Four uniforms of ±2^31 have a standard deviation of 2^32/√3.
	const factor = (Math.sqrt(3) / 2 ** 32) * deviation;
	return new Float32Array(length).map(() => (random() + random() + random() + random()) * factor);
}

/** Rounds to bf16, ties to even; for finite numbers. */
function toBfloat16(values: Float32Array): Uint16Array {
	const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
	return Uint16Array.from(words, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

/** A base and its fine-tunes, a bf16 tensor of `elements` each. */
export function makeFamily(elements: number, fineTunes: number, seed: number): Uint16Array[] {
	const base = normals(elements, SCALE, seed);
	const tuned = Array.from({ length: fineTunes }, (_, i) => {
		// A tenth of the weights' own size: slerp takes its great circle (cosine 0.995).
		const change = normals(elements, SCALE / 10, seed + 1000 * (i + 1));
		return toBfloat16(change.map((value, j) => value + (base[j] ?? 0)));
	});
	return [toBfloat16(base), ...tuned];
}

/** Bytes of a family's tensors of any length, from a pool that is gone through from varying places. */
export function createPool(fineTunes: number, seed: number): WeightPool {
	const pools = makeFamily(POOL, fineTunes, seed).map(
		(values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
	);
	return {
		*pieces(member, bytes, tensor) {
			const pool = pools[member];
			if (pool === undefined) throw new RangeError(`the family has no member ${member}`);
			// The same place for every member, so that fine-tunes stay close to their base.
			let from = ((tensor * 7919 * 64) % POOL) * 2;
			for (let left = bytes; left > 0; from = 0) {
				const piece = pool.subarray(from, Math.min(pool.byteLength, from + left));
				left -= piece.byteLength;
				yield piece;
			}
		},
	};
}

export interface WeightPool {
	/** The bytes of a member's tensor, in order; member 0 is the base. */
	pieces(member: number, bytes: number, tensor: number): Generator<Uint8Array>;
}

/** The bytes of elements, not copied. */
export function bytesOf(elements: Uint16Array): Uint8Array {
	return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}
