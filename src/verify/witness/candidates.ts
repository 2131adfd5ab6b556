import { circlePoint } from './circle.ts';

/** Float32 weights of two tensors. */
export interface WeightPair {
	readonly w0: number;
	readonly w1: number;
}

/** Float32 steps on either side of the curve that are tried: each weight is rounded up to five times. */
const STEPS = 6;

/** Most pairs that are tried; more of them would explain too much. */
const MOST_PAIRS = 40_000;

/**
 * The pairs of float32 weights on or beside the curve of a t between two cosines, the ones nearest to
 * those of `exact` first. Null where they are too many to tell one from another.
 */
export function pairsBetween(
	t: number,
	[least, most]: readonly [number, number],
	exact: number,
): WeightPair[] | null {
	const [from, to] = [circlePoint(t, least), circlePoint(t, most)];
	const first = { from: from.w0, to: to.w0 };
	const second = { from: from.w1, to: to.w1 };
	const swap = stepsIn(second) > stepsIn(first);
	// The one that changes more is counted through; the other one follows it.
	const [leading, following] = swap ? [second, first] : [first, second];
	const [low, high] = ends(leading);
	const pairs: WeightPair[] = [];
	for (let lead = steps(low, -STEPS); lead <= steps(high, STEPS); lead = steps(lead, 1)) {
		const share = low === high ? 0.5 : (lead - leading.from) / (leading.to - leading.from);
		const place = Math.min(Math.max(share, 0), 1);
		const centre = Math.fround(following.from + place * (following.to - following.from));
		for (let step = -2 * STEPS; step <= 2 * STEPS; step++) {
			const follow = steps(centre, step);
			pairs.push(swap ? { w0: follow, w1: lead } : { w0: lead, w1: follow });
		}
		if (pairs.length > MOST_PAIRS) return null;
	}
	const best = circlePoint(t, exact);
	const distance = ({ w0, w1 }: WeightPair): number =>
		Math.abs(w0 - best.w0) + Math.abs(w1 - best.w1);
	return pairs.sort((one, other) => distance(one) - distance(other));
}

/** Where a weight goes between two cosines. */
interface Way {
	readonly from: number;
	readonly to: number;
}

function ends({ from, to }: Way): readonly [number, number] {
	return [Math.fround(Math.min(from, to)), Math.fround(Math.max(from, to))];
}

/** How many float32 there are on the way, roughly. */
function stepsIn({ from, to }: Way): number {
	const size = Math.max(Math.abs(from), Math.abs(to));
	return size === 0 ? 0 : Math.abs(to - from) / (size * 2 ** -24);
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The float32 so many places further up, or down. */
export function steps(value: number, count: number): number {
	float[0] = value;
	const [place = 0] = bits;
	// Ordered integers: negative numbers count down from 0.
	const ordered = (place < 0 ? -(place & 0x7fff_ffff) : place) + count;
	bits[0] = ordered < 0 ? -ordered | 0x8000_0000 : ordered;
	const [moved = NaN] = float;
	return moved;
}

/** Elements that not all weights agree with. */
export interface Test {
	readonly a: number;
	readonly b: number;
	readonly published: number;
}

/** Whether weights give every one of these elements, in mergekit's float32 steps. */
export function passes(
	{ w0, w1 }: WeightPair,
	tests: readonly Test[],
	round: (value: number) => number,
): boolean {
	return tests.every(({ a, b, published }) => {
		const value = round(Math.fround(Math.fround(w0 * a) + Math.fround(w1 * b)));
		return value === published || (Number.isNaN(value) && Number.isNaN(published));
	});
}
