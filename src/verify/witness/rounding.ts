import type { FloatDtype } from '../../tensors/index.ts';

/** Values of a run of elements, and between which reals each of them is the nearest of its format. */
export interface Rounded {
	readonly values: Float64Array;
	/** Both ends count: who is on one may round to either side. NaN for elements that are not finite. */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
}

const SIGN = 0x8000_0000;

/** Bits that a float32 has beyond the fraction of a format. */
const EXTRA = { BF16: 16, F16: 13, F32: 0 } as const;

/** The smallest step of a float16, and the largest whose neighbours on both sides are that far away. */
const F16_STEP = 2 ** -24;
const F16_NORMAL = 2 ** -14;

/** Elements as float32. @throws RangeError where a part of an element is left over */
export function decode(dtype: FloatDtype, bytes: Uint8Array): Float32Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const width = dtype === 'F32' ? 4 : 2;
	if (bytes.byteLength % width !== 0) throw new RangeError(`not whole elements of ${dtype}`);
	const values = new Float32Array(bytes.byteLength / width);
	const bits = new Uint32Array(values.buffer);
	for (let i = 0; i < values.length; i++)
		if (dtype === 'F32') bits[i] = view.getUint32(4 * i, true);
		else if (dtype === 'BF16') bits[i] = view.getUint16(2 * i, true) << 16;
		else values[i] = halfValue(view.getUint16(2 * i, true));
	return values;
}

function halfValue(bits: number): number {
	const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
	const sign = bits & 0x8000 ? -1 : 1;
	if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
	return exponent === 0
		? sign * fraction * F16_STEP
		: sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Where the rounding to a format gives these elements. */
export function roundedFrom(dtype: FloatDtype, bytes: Uint8Array): Rounded {
	const decoded = decode(dtype, bytes);
	const bits = new Uint32Array(decoded.buffer);
	const values = Float64Array.from(decoded);
	const lower = new Float64Array(values.length);
	const upper = new Float64Array(values.length);
	const half = dtype === 'F32' ? 0 : 2 ** (EXTRA[dtype] - 1);
	const place = new Uint32Array(1);
	const middle = new Float32Array(place.buffer);
	for (let i = 0; i < values.length; i++) {
		const value = values[i] ?? NaN;
		const size = Math.abs(value);
		let [below, above] = [NaN, NaN];
		if (dtype === 'F16' && size <= F16_NORMAL)
			[below, above] = [size - F16_STEP / 2, size + F16_STEP / 2];
		else if (dtype === 'F32') [below, above] = middles(size);
		else if (size === 0) [below, above] = [-(2 ** -134), 2 ** -134];
		else if (Number.isFinite(size)) {
			const magnitude = (bits[i] ?? 0) & ~SIGN;
			place[0] = magnitude + half;
			above = middle[0] ?? NaN;
			place[0] = magnitude - half;
			below = middle[0] ?? NaN;
		}
		lower[i] = value < 0 ? -above : below;
		upper[i] = value < 0 ? -below : above;
	}
	return { values, lower, upper };
}

/** Halfway to the float32 next to a magnitude on either side. */
function middles(size: number): [number, number] {
	if (!Number.isFinite(size)) return [NaN, NaN];
	if (size < 2 ** -126) return [size - 2 ** -150, size + 2 ** -150];
	const exponent = Math.floor(Math.log2(size));
	// A logarithm may be rounded up to a whole number.
	const power = 2 ** (2 ** exponent > size ? exponent - 1 : exponent);
	const step = power * 2 ** -24;
	return [size - (size === power ? step / 2 : step), size + step];
}
