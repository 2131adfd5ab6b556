/**
 * Random numbers for toy weights. Counter-based: number `i` of a stream depends on the stream's name
 * and on `i` only, so tensors can be made in any order. Integer arithmetic throughout, and nothing
 * that a language leaves to its implementation (`Math.log`, `Math.cos`), so that every machine makes
 * the same bits.
 */

/** FNV-1a over UTF-16 units: the stream's key. */
function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return hash;
}

/** The 32-bit mixer `lowbias32` by Chris Wellons (nullprogram.com/blog/2018/07/31, public domain). */
function mix(x: number): number {
	x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
	x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
	return x ^ (x >>> 16);
}

/** Steps between counters: 2^32 divided by the golden ratio, as in SplitMix. */
const STEP = 0x9e3779b9;

/** Standard deviation of the sum of four independent 16-bit numbers. */
const SIGMA = Math.sqrt((4 * (65536 ** 2 - 1)) / 12);
const MEAN = 4 * (65535 / 2);

export interface RandomStream {
	/** Number `i` of the stream, uniform in [0, 1). */
	uniform(i: number): number;
	/**
	 * Number `i` of the stream, close to the standard normal distribution: the sum of four 16-bit
	 * uniform numbers (Irwin–Hall), which ends at ±3.46.
	 */
	normal(i: number): number;
}

/** The stream of that name. */
export function randomStream(name: string): RandomStream {
	const key = mix(hashText(name));
	const word = (i: number): number => mix(mix(key + Math.imul(i, STEP)) ^ key) >>> 0;
	return {
		uniform: (i) => word(i) / 2 ** 32,
		normal: (i) => {
			const [a, b] = [word(2 * i), word(2 * i + 1)];
			return ((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - MEAN) / SIGMA;
		},
	};
}
