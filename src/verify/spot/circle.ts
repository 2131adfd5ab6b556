import { FLOAT32 } from './pairs.ts';
import type { Polygon } from './polygon.ts';
import type { Interval } from './types.ts';

/** Points per edge, or part of one, at which t is taken. */
const POINTS = 16;

/** Within which 1 − cos θ lies on a branch. */
export interface CircleRange {
	readonly least: number;
	readonly most: number;
}

/** slerp's: |cos θ| ≤ 0.9995, but for float32. */
export const SLERP_CIRCLE: CircleRange = { least: 5e-4 * 0.9999, most: 1.9995 * 1.0001 };

/** Every t and θ that a great circle may have had. */
export interface CircleFit {
	readonly t: Interval;
	/** In radians. */
	readonly theta: Interval;
}

/**
 * Every (t, θ) with s₀ = sin((1 − t)θ)/sin θ and s₁ = sin(tθ)/sin θ for a pair in the polygon, as far as
 * t has an angle tθ between −π and π; null where there is none.
 *
 * The pair is the unit vector at the angle tθ in terms of two unit vectors at the angle θ. So
 * s₀² + s₁² + 2s₀s₁ cos θ = 1, which with S = s₀ + s₁ reads 1 − cos θ = (S² − 1)/(2s₀s₁), and
 * tan tθ = s₁ sin θ / (s₀ + s₁ cos θ). The map has an inverse, so extremes lie on the border of the
 * polygon's part that is on the circle, whose pieces end where 1 − cos θ is at a limit.
 *
 * Authors compute both coefficients from a θ of their own, in float32 or float64: each is off by at
 * most 8 roundings, of angles or of results, each of them a share `unit` of θ/sin θ or of the coefficient.
 */
export function circleFit(
	polygon: Polygon,
	{ least, most }: CircleRange,
	unit: number = FLOAT32,
): CircleFit | null {
	const error = 8 * unit;
	const first = borderFit(polygon.grown(error * 4), { least, most });
	if (first === null) return null;
	const [, theta] = first.theta;
	const stretch = theta / Math.max(Math.sin(theta), 1e-3);
	return stretch <= 2 ? first : borderFit(polygon.grown(2 * error * stretch), { least, most });
}

function borderFit(polygon: Polygon, range: CircleRange): CircleFit | null {
	const points = polygon.vertices();
	const found = new Extremes();
	points.forEach((from, i) => {
		const to = points[(i + 1) % points.length] ?? from;
		for (const [start, end] of pieces(from, to, range)) {
			const at = (share: number): readonly [number, number] => [
				from[0] + share * (to[0] - from[0]),
				from[1] + share * (to[1] - from[1]),
			];
			found.addCurve(
				Array.from({ length: POINTS + 1 }, (_, k) => {
					const [sum, s1] = at(start + ((end - start) * k) / POINTS);
					return angles(sum, s1, range);
				}),
			);
		}
	});
	// All circles meet at t = 0 and t = 1, where the angle cannot be told.
	if (polygon.contains(1, 0)) found.addEnd(0, range);
	if (polygon.contains(1, 1)) found.addEnd(1, range);
	return found.result();
}

/** t and θ of a pair, with 1 − cos θ held within its limits. */
function angles(sum: number, s1: number, { least, most }: CircleRange): readonly [number, number] {
	const versine = Math.min(most, Math.max(least, versineOf(sum, s1)));
	const theta = 2 * Math.asin(Math.sqrt(versine / 2));
	const angle = Math.atan2(s1 * Math.sin(theta), sum - s1 * versine);
	return [angle / theta, theta];
}

function versineOf(sum: number, s1: number): number {
	return ((sum - 1) * (sum + 1)) / (2 * (sum - s1) * s1);
}

/** The parts of an edge, as shares of it, on which 1 − cos θ is within its limits. */
function pieces(
	[x0, y0]: readonly [number, number],
	[x1, y1]: readonly [number, number],
	range: CircleRange,
): [number, number][] {
	const [dx, dy] = [x1 - x0, y1 - y0];
	// S² − 1 − 2k(S − s₁)s₁ along the edge is a quadratic of the share.
	const roots = [range.least, range.most].flatMap((k) =>
		quadraticRoots(
			dx * dx - 2 * k * (dx - dy) * dy,
			2 * x0 * dx - 2 * k * ((x0 - y0) * dy + (dx - dy) * y0),
			(x0 - 1) * (x0 + 1) - 2 * k * (x0 - y0) * y0,
		),
	);
	const inside = roots.filter((root) => root > 0 && root < 1).toSorted((a, b) => a - b);
	const stops = [0, ...inside, 1];
	return stops.slice(1).flatMap((end, i): [number, number][] => {
		const start = stops[i] ?? 0;
		const middle = (start + end) / 2;
		const versine = versineOf(x0 + middle * dx, y0 + middle * dy);
		return versine >= range.least && versine <= range.most ? [[start, end]] : [];
	});
}

/** Source for the stable form: N. J. Higham, Accuracy and Stability of Numerical Algorithms, §1.8. */
function quadraticRoots(a: number, b: number, c: number): number[] {
	const inner = b * b - 4 * a * c;
	if (inner < 0) return [];
	const sum = -(b + (b < 0 ? -1 : 1) * Math.sqrt(inner)) / 2;
	return [sum / a, c / sum].filter(Number.isFinite);
}

/** The range of t and θ over curves that are known at points. */
class Extremes {
	#t: [number, number] = [Infinity, -Infinity];
	#theta: [number, number] = [Infinity, -Infinity];

	/** Between two points a curve bends by less than its largest second difference. */
	addCurve(points: readonly (readonly [t: number, theta: number])[]): void {
		this.#t = widened(
			this.#t,
			points.map(([t]) => t),
		);
		this.#theta = widened(
			this.#theta,
			points.map(([, theta]) => theta),
		);
	}

	addEnd(t: number, { least, most }: CircleRange): void {
		this.#t = widened(this.#t, [t]);
		this.#theta = widened(this.#theta, [
			2 * Math.asin(Math.sqrt(least / 2)),
			2 * Math.asin(Math.sqrt(Math.min(2, most) / 2)),
		]);
	}

	result(): CircleFit | null {
		return this.#t[0] <= this.#t[1] ? { t: this.#t, theta: this.#theta } : null;
	}
}

function widened([low, high]: Interval, values: readonly number[]): [number, number] {
	const bends = values
		.slice(2)
		.map((value, i) => Math.abs(value - 2 * (values[i + 1] ?? value) + (values[i] ?? value)));
	const bend = Math.max(0, ...bends);
	return [Math.min(low, ...values) - bend, Math.max(high, ...values) + bend];
}
