import type { FloatDtype } from '../../tensors/index.ts';
import { circleFit, SLERP_CIRCLE, type CircleFit } from './circle.ts';
import { boundsOf } from './floats.ts';
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
}

/**
 * Which t explains a window of a slerp, whatever angle the author's machine came to. The true t is
 * in one of the two ranges for every release of mergekit and every processor; docs/verification.md
 * derives the bounds. Both ranges may be there, and either may be wide, where the parents are alike.
 */
export function fitSlerp({ a, b, published, dtype, work = dtype }: SlerpWindow): SlerpFit {
	const fit = fitPairs({ a, b, bounds: boundsOf(published, dtype, work) });
	return branchesOf(fit);
}

function branchesOf({ polygon, outliers, checked }: PairFit): SlerpFit {
	return {
		linear: linearRange(polygon),
		greatCircle: circleFit(polygon, SLERP_CIRCLE),
		empty: outliers.length > 0,
		outliers,
		checked,
		pairs: { sum: polygon.width, s1: polygon.height },
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
