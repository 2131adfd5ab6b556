/** A vector in the plane. */
export interface Vector {
	readonly x: number;
	readonly y: number;
}

/** Above this cosine mergekit averages instead (mergekit.md §1.3). */
export const THRESHOLD = 0.9995;

/** The angle below which slerp is an average, in degrees: acos(0.9995). */
export const THRESHOLD_DEGREES = (Math.acos(THRESHOLD) * 180) / Math.PI;

/** Norms up to this are not divided by. */
const TINY = 1e-8;

/** slerp and lerp of two vectors, with all that the figure says about them. */
export interface Interpolation {
	/** Between the vectors, in radians, from 0 to π. */
	readonly angle: number;
	readonly cosine: number;
	readonly branch: 'great-circle' | 'linear';
	/** What the vectors are multiplied by. */
	readonly weights: readonly [number, number];
	readonly slerp: Vector;
	readonly lerp: Vector;
}

/**
 * slerp as mergekit computes it: the angle between the normalised vectors, the weights
 * sin((1 − t)θ)/sin θ and sin(tθ)/sin θ on the vectors as they are, and 1 − t and t where
 * |cos θ| > 0.9995.
 */
export function interpolate(a: Vector, b: Vector, t: number): Interpolation {
	const scale = (vector: Vector): number => (norm(vector) > TINY ? norm(vector) : 1);
	const cosine = (a.x * b.x + a.y * b.y) / (scale(a) * scale(b));
	const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
	const linear = Math.abs(cosine) > THRESHOLD;
	const weights: readonly [number, number] = linear
		? [1 - t, t]
		: [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
	return {
		angle,
		cosine,
		branch: linear ? 'linear' : 'great-circle',
		weights,
		slerp: combine(a, b, weights),
		lerp: combine(a, b, [1 - t, t]),
	};
}

function combine(a: Vector, b: Vector, [w0, w1]: readonly [number, number]): Vector {
	return { x: w0 * a.x + w1 * b.x, y: w0 * a.y + w1 * b.y };
}

/** Euclidean length. */
export function norm({ x, y }: Vector): number {
	return Math.hypot(x, y);
}

/** The vector of a length and an angle in degrees, counted from the right against the clock. */
export function polar(length: number, degrees: number): Vector {
	const angle = (degrees * Math.PI) / 180;
	return { x: length * Math.cos(angle), y: length * Math.sin(angle) };
}

/** A vector's angle in degrees, from −180 to 180. */
export function degreesOf({ x, y }: Vector): number {
	return (Math.atan2(y, x) * 180) / Math.PI;
}
