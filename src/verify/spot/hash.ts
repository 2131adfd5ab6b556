/**
 * MurmurHash3_x86_32 of a text's UTF-8 bytes. Source: A. Appleby, `MurmurHash3.cpp`, SMHasher
 * (public domain). Spot checks place their windows by it, so receipts depend on every bit.
 * @param seed its lower 32 bits count
 */
export function murmur3(text: string, seed: number): number {
	const bytes = new TextEncoder().encode(text);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const whole = bytes.length - (bytes.length % 4);
	let hash = seed | 0;
	for (let at = 0; at < whole; at += 4) {
		hash ^= scramble(view.getUint32(at, true));
		hash = (hash << 13) | (hash >>> 19);
		hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
	}
	let tail = 0;
	for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | view.getUint8(at);
	return mix(hash ^ scramble(tail) ^ bytes.length);
}

function scramble(word: number): number {
	const product = Math.imul(word, 0xcc9e2d51);
	return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** The hash's finaliser: every bit of the input moves half of the output's. */
function mix(word: number): number {
	let hash = word;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A number in [0, 1) with 53 bits that a seed and a name decide: two {@link murmur3} of the name, the
 * first from the seed's lower 32 bits, the second from the first hash and the seed's upper bits.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function fractionOf(seed: number, name: string): number {
	const first = murmur3(name, seed >>> 0);
	const second = murmur3(name, mix(first ^ Math.floor(seed / 2 ** 32)));
	return (first * 2 ** 21 + (second >>> 11)) / 2 ** 53;
}
