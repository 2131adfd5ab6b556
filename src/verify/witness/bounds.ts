import { boundsOf, valuesOf } from '../floats.ts';
import { circlePoint, curvature, type CirclePoint } from './circle.ts';
import type { FloatDtype } from '../../tensors/index.ts';

/** Elements of both tensors and of the published one. */
export interface Elements {
	readonly a: Float32Array;
	readonly b: Float32Array;
	readonly published: Float32Array;
	/** Between which numbers the result was before it was rounded. */
	readonly low: Float64Array;
	readonly high: Float64Array;
}

/** Elements of the same place in two inputs and in the published tensor, which may be of other formats. */
export function elementsOf(
	inputs: readonly [DtypeBytes, DtypeBytes],
	published: DtypeBytes,
): Elements {
	const [a, b] = inputs.map(({ dtype, bytes }) => valuesOf(bytes, dtype));
	if (a === undefined || b === undefined) throw new RangeError('a slerp has two inputs');
	const { dtype, bytes } = published;
	return { a, b, published: valuesOf(bytes, dtype), ...boundsOf(bytes, dtype) };
}

export interface DtypeBytes {
	readonly dtype: FloatDtype;
	readonly bytes: Uint8Array;
}

/**
 * Float32's roundings on the way from a cosine to an element, in units of 2^-24 of the two products:
 * one of each product, one of the sum, and few of the weights, whose angle and sines are float32s of
 * some library. Weights that far from the curve are tried as well.
 */
const ROUNDINGS = 8;
const UNIT = ROUNDINGS * 2 ** -24;

/** float32 has nothing smaller. */
const LEAST = 2 ** -149;

/**
 * The cosines with which a great-circle slerp with a given t can have made the elements so far. Every
 * element bounds them, because its published value says between which numbers the result was before
 * it was rounded. An empty interval proves that no cosine explains them.
 */
export class CosineBounds {
	readonly #t: number;
	least: number;
	most: number;

	constructor(t: number, least: number, most: number) {
		this.#t = t;
		[this.least, this.most] = [least, most];
	}

	get empty(): boolean {
		return !(this.least <= this.most);
	}

	/**
	 * Takes elements into account. Returns the places of those that some cosine within the bounds may
	 * still miss; all others agree with every one of them.
	 */
	add(elements: Elements): number[] {
		const open: number[] = [];
		if (this.empty) return open;
		const { a, b, low: lows, high: highs } = elements;
		const middle = (this.least + this.most) / 2;
		const reach = (this.most - this.least) / 2;
		const point = circlePoint(this.#t, middle);
		const [bend0, bend1] = curvature(this.#t, middle, reach);
		let [least, most] = [-reach, reach];
		for (let i = 0; i < a.length; i++) {
			const [x, y] = [a[i] ?? 0, b[i] ?? 0];
			const value = point.w0 * x + point.w1 * y;
			const slope = point.d0 * x + point.d1 * y;
			const room = bend0 * Math.abs(x) + bend1 * Math.abs(y) + slack(point, x, y);
			const low = (lows[i] ?? NaN) - value;
			const high = (highs[i] ?? NaN) - value;
			const span = Math.abs(slope) * reach;
			// Elements that are not finite say nothing here, and are left for the comparison.
			if (span + room <= high && -span - room >= low) continue;
			open.push(i);
			if (slope === 0) {
				if (low > room || high < -room) most = -Infinity;
				continue;
			}
			const [from, to] = slope > 0 ? [low - room, high + room] : [high + room, low - room];
			if (from / slope > least) least = from / slope;
			if (to / slope < most) most = to / slope;
		}
		[this.least, this.most] = [middle + least, middle + most];
		return open;
	}
}

/** What float32 arithmetic may have added to a weighted sum or taken from it. */
function slack({ w0, w1 }: Pick<CirclePoint, 'w0' | 'w1'>, x: number, y: number): number {
	return UNIT * (Math.abs(w0 * x) + Math.abs(w1 * y)) + LEAST;
}
