import type { FloatDtype } from '../../tensors/index.ts';
import { circleFit, SLERP_CIRCLE, type CircleFit, type CircleRange } from './circle.ts';
import { boundsOf } from '../floats.ts';
import { FLOAT32, fitPairs, largestOf, type PairFit } from './pairs.ts';
import type { Polygon } from './polygon.ts';
import type { Interval } from './types.ts';

/** What t a window of a slerp can have been made with. */
export interface SlerpFit {
	/** Every t of the branch for almost parallel tensors; null where no such t explains the window. */
	readonly linear: Interval | null;
	/** Every t and θ of the other branch; null where none explains the window. */
	readonly greatCircle: CircleFit | null;
	/** Whether no two coefficients at all explain the window; the rest is then about all elements but {@link outliers}. */
	readonly empty: boolean;
	/** Elements that have to be left out for the others to be explained. */
	readonly outliers: readonly number[];
	/** Elements that could be used. */
	readonly checked: number;
	/** The range of s₀ + s₁ and of s₁ over all pairs that explain the window, on a branch or not. */
	readonly pairs: { readonly sum: Interval; readonly s1: Interval };
}

export interface SlerpWindow {
	/** The parents' elements, cast to the dtype that mergekit merges in: t = 0, then t = 1. */
	readonly a: Float32Array;
	readonly b: Float32Array;
	/** The published elements, little-endian. */
	readonly published: Uint8Array;
	readonly dtype: FloatDtype;
	/** A dtype to which the sum is rounded first; default the published one. */
	readonly work?: FloatDtype | undefined;
	/** The whole tensors' cosine where it is known: the author's is no further off than {@link COSINE_ERROR}. */
	readonly cosine?: number | undefined;
}

/** How far from the exact cosine an author's may be: float32 norms of BLAS libraries are off by so much. */
export const COSINE_ERROR = 5e-3;

/** mergekit averages vectors whose cosine is further from 0 than this. */
const LINEAR_ABOVE = 0.9995;

/**
 * Which t explains a window of a slerp, whatever angle the author's machine came to. The true t is
 * in one of the two ranges for every release of mergekit and every processor; docs/verification.md
 * derives the bounds. Both ranges may be there, and either may be wide, where the parents are alike.
 */
export function fitSlerp({ a, b, published, dtype, work = dtype, cosine }: SlerpWindow): SlerpFit {
	const fit = fitPairs({ a, b, bounds: boundsOf(published, dtype, work) });
	return branchesOf(fit, cosine);
}

function branchesOf({ polygon, outliers, checked }: PairFit, cosine?: number): SlerpFit {
	const maybeLinear = cosine === undefined || Math.abs(cosine) + COSINE_ERROR > LINEAR_ABOVE;
	const range = cosine === undefined ? SLERP_CIRCLE : circleNear(cosine);
	return {
		linear: maybeLinear ? linearRange(polygon) : null,
		greatCircle: range.least > range.most ? null : circleFit(polygon, range),
		empty: outliers.length > 0,
		outliers,
		checked,
		pairs: { sum: polygon.width, s1: polygon.height },
	};
}

/** slerp's great circle, as far as its angle can be that of vectors with a known cosine. */
function circleNear(cosine: number): CircleRange {
	return {
		least: Math.max(SLERP_CIRCLE.least, 1 - cosine - COSINE_ERROR),
		most: Math.min(SLERP_CIRCLE.most, 1 - cosine + COSINE_ERROR),
	};
}

/**
 * Every t with s₀ = fl(1 − t) and s₁ = fl(t) for a pair of the polygon, where fl is off by a share
 * `unit` at most: then |s₀ + s₁ − 1| ≤ unit·(|1 − t| + |t|).
 */
export function linearRange(polygon: Polygon, unit: number = FLOAT32): Interval | null {
	const [, largest] = largestOf(polygon);
	const band = 1.01 * unit * (1 + 2 * largest);
	const line = polygon.copy();
	if (!line.cut(1, 0, 1 - band, 1 + band)) return null;
	const [low, high] = line.height;
	const error = 1.01 * unit * Math.max(Math.abs(low), Math.abs(high));
	return [low - error, high + error];
}

/** Whether a range is there and has a number in it. */
export function holds(range: Interval | null | undefined, value: number): boolean {
	return range !== null && range !== undefined && value >= range[0] && value <= range[1];
}
