/** Weights of a great-circle slerp as functions of the cosine, and how they change with it. */
export interface CirclePoint {
	readonly w0: number;
	readonly w1: number;
	/** Derivatives by the cosine. */
	readonly d0: number;
	readonly d1: number;
}

/**
 * sin((1−t)θ)/sin θ and sin(tθ)/sin θ for cos θ = `cosine`, in float64. Source: K. Shoemake, "Animating
 * rotation with quaternion curves", SIGGRAPH 1985. `cosine` lies between -1 and 1, both excluded.
 */
export function circlePoint(t: number, cosine: number): CirclePoint {
	const theta = Math.acos(cosine);
	const sine = Math.sin(theta);
	const part = (share: number): [number, number] => {
		const angle = share * theta;
		const weight = Math.sin(angle) / sine;
		// dθ/dc is −1/sin θ.
		return [weight, (weight * cosine - share * Math.cos(angle)) / (sine * sine)];
	};
	const [w0, d0] = part(1 - t);
	const [w1, d1] = part(t);
	return { w0, w1, d0, d1 };
}

/** Bounds of how far the weights lie from their tangents, within `reach` of a cosine. */
export function curvature(t: number, cosine: number, reach: number): readonly [number, number] {
	const here = circlePoint(t, cosine);
	let [bend0, bend1] = [0, 0];
	for (const side of [-reach, reach]) {
		const there = circlePoint(t, cosine + side);
		bend0 = Math.max(bend0, Math.abs(there.w0 - here.w0 - side * here.d0));
		bend1 = Math.max(bend1, Math.abs(there.w1 - here.w1 - side * here.d1));
	}
	// The weights bend one way only over so short a stretch; twice the bend at its ends is room enough.
	return [2 * bend0, 2 * bend1];
}
