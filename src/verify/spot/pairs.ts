import type { Bounds } from '../floats.ts';
import { Polygon } from './polygon.ts';

/** Rounding to float32 is off by at most this share of the result. */
export const FLOAT32 = 2 ** -24;

/** Coefficients beyond this are not looked for. A great circle short of opposite vectors has them up to 32. */
const LARGEST = 64;

/** Below this everything may be lost: the least normal float32, for machines that flush the rest. */
const FLUSHED = 2 ** -125;

/** Elements that a first, rough polygon is made of. */
const FIRST = 1024;

/** How often a window is gone through at most, and by how much coefficients shrink for another time. */
const PASSES = 4;
const SHRUNK = 0.8;

/** Prime steps, one per try: each is an order of elements that mixes all parts of a window. */
const STEPS = [7919, 104_729, 1_299_709, 15_485_863, 32_452_843] as const;

/** What is asked of two coefficients: that for each element low ≤ s₀·a + s₁·b ≤ high, but for rounding. */
export interface PairProblem {
	readonly a: Float32Array;
	readonly b: Float32Array;
	readonly bounds: Bounds;
	/** Further relative error of each of the two products, beside that of float32 arithmetic. */
	readonly unit?: number | undefined;
	/** Which elements count; default all. */
	readonly indices?: Int32Array | undefined;
}

/** The pairs that explain a window. */
export interface PairFit {
	/**
	 * Coordinates are S = s₀ + s₁ and s₁, in which the parents' small difference does not make two
	 * nearly parallel half-planes of every element. Where elements contradict, the pairs that explain all but those.
	 */
	readonly polygon: Polygon;
	/** Elements that could be used: all numbers, in the parents and the published tensor. */
	readonly checked: number;
	/** Elements, by their index, that no pair explains together with the others: none, or as few as were found. */
	readonly outliers: readonly number[];
}

/**
 * The pairs (s₀, s₁) that explain a window: a convex polygon, since each element cuts off two
 * half-planes.
 *
 * Whoever computes fl(fl(s₀·a) + fl(s₁·b)) in float32, or the sum with one fused product, or both in
 * float64 from float32 coefficients, is off from s₀·a + s₁·b by at most 2u(1 + u)(|s₀a| + |s₁b|) with
 * u = 2⁻²⁴, and by what a machine flushes to zero. Each half-plane is moved out by that, with bounds of
 * the coefficients from a first polygon; so the true pair is never cut off.
 */
export function fitPairs(problem: PairProblem): PairFit {
	const { usable, lost } = sortOut(problem);
	let best: PairFit | null = null;
	for (const step of STEPS) {
		const fit = attempt(problem, inOrder(usable, step));
		if (best === null || fit.outliers.length < best.outliers.length) best = fit;
		// Without an outlier there is nothing to choose. An altered element that comes first makes outliers
		// of many; where another order has as many, no order makes a difference.
		if (best.outliers.length === 0) break;
		if (step !== STEPS[0] && best.outliers.length > usable.length / 4) break;
	}
	if (best === null || usable.length === 0) return { polygon: box(), checked: 0, outliers: [] };
	return { ...best, checked: usable.length + lost.length, outliers: [...lost, ...best.outliers] };
}

function box(): Polygon {
	return Polygon.box([-LARGEST, LARGEST], [-LARGEST, LARGEST]);
}

interface SortedOut {
	/** Elements that are numbers in both parents and published. */
	readonly usable: Int32Array;
	/**
	 * Those that are published as none. Sums of numbers are numbers; but where no element is one, the
	 * author's coefficients were none, and say nothing.
	 */
	readonly lost: readonly number[];
}

function sortOut({ a, b, bounds: { low }, indices }: PairProblem): SortedOut {
	const all = indices ?? Int32Array.from(a.keys());
	const usable = new Int32Array(all.length);
	const lost: number[] = [];
	let count = 0;
	for (let k = 0; k < all.length; k++) {
		const i = all[k] ?? 0;
		// The difference of a number and itself is 0, that of anything else is NaN.
		const [x, y] = [a[i] ?? NaN, b[i] ?? NaN];
		if (x - x !== 0 || y - y !== 0) continue;
		if (Number.isNaN(low[i] ?? NaN)) lost.push(i);
		else usable[count++] = i;
	}
	return { usable: usable.subarray(0, count), lost: count === 0 ? [] : lost };
}

/** Elements in the order of steps of a prime, round and round. */
function inOrder(usable: Int32Array, step: number): Int32Array {
	const { length } = usable;
	const stride = length % step === 0 ? 1 : step % length || 1;
	const order = new Int32Array(length);
	let at = (31 * step) % length;
	for (let k = 0; k < length; k++) {
		order[k] = usable[at] ?? 0;
		at += stride;
		if (at >= length) at -= length;
	}
	return order;
}

function attempt(problem: PairProblem, order: Int32Array): PairFit {
	const polygon = box();
	let outliers = cutAll(polygon, problem, order.subarray(0, FIRST), [LARGEST, LARGEST]);
	// Smaller coefficients mean less slack, and less slack smaller coefficients.
	for (let pass = 0, last = LARGEST; pass < PASSES; pass++) {
		const sizes = largestOf(polygon);
		const now = Math.max(...sizes);
		if (pass > 0 && now > SHRUNK * last) break;
		const found = cutAll(polygon, problem, order, sizes);
		if (found.length > 0) outliers = found;
		last = now;
	}
	return { polygon, checked: order.length, outliers };
}

/** The largest |s₀| and |s₁| in a polygon. */
export function largestOf(polygon: Polygon): readonly [number, number] {
	const points = polygon.vertices();
	const largest = (sizes: readonly number[]): number => Math.max(0, ...sizes);
	return [
		largest(points.map(([sum, s1]) => Math.abs(sum - s1))),
		largest(points.map(([, s1]) => Math.abs(s1))),
	];
}

/** Cuts off what elements rule out, and says which of them rule out everything that is left. */
function cutAll(
	polygon: Polygon,
	{ a, b, bounds, unit = 0 }: PairProblem,
	order: Int32Array,
	[s0, s1]: readonly [number, number],
): number[] {
	const { low, high } = bounds;
	const error = 2.01 * FLOAT32 + unit;
	const outliers: number[] = [];
	for (const i of order) {
		const x = a[i] ?? 0;
		const y = b[i] ?? 0;
		const slack = error * (s0 * Math.abs(x) + s1 * Math.abs(y)) + FLUSHED;
		if (!polygon.cut(x, y - x, (low[i] ?? 0) - slack, (high[i] ?? 0) + slack)) outliers.push(i);
	}
	return outliers;
}
