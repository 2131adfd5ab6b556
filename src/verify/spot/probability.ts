import type { MergePlan } from '../../merge/index.ts';
import type { SpotPlan } from './types.ts';

/** What is supposed to have been altered. */
export interface Alteration {
	/** Altered elements of all of the merge's, from 0 to 1. */
	readonly share: number;
	/** `random`: each element independently. `run`: neighbours, within one tensor. */
	readonly spread: 'random' | 'run';
}

/**
 * The probability that a spot check's windows hold an altered element, over all seeds. With N elements
 * in the merge of which n are in windows, and a share f altered:
 *
 * - `random`: 1 − (1 − f)ⁿ.
 * - `run`: L = max(1, round(f·N)) neighbours in one tensor, which is chosen in proportion to its size
 *   and altered whole where it is not larger. In a tensor of M elements with a window of w, run and
 *   window placed uniformly and independently, both miss each other with the probability
 *   (F + 1)(F + 2) / ((M − L + 1)(M − w + 1)) with F = M − L − w, or never where L + w > M; without a window
 *   always.
 *
 * An altered element is noticed if it is moved further than rounding explains; that is not counted in.
 */
export function catchProbability(
	plan: MergePlan,
	spot: SpotPlan,
	{ share, spread }: Alteration,
): number {
	if (!(share > 0)) return 0;
	if (spread === 'random') return 1 - (1 - Math.min(1, share)) ** spot.totals.elements;
	const { ofElements } = spot.totals;
	const run = Math.max(1, Math.round(share * ofElements));
	const windows = new Map(spot.windows.map(({ index, elements }) => [index, elements]));
	return plan.tensors.reduce((caught, { elements }, index) => {
		const window = windows.get(index) ?? 0;
		const missed = window === 0 ? 1 : missProbability(elements, Math.min(run, elements), window);
		return caught + (elements / ofElements) * (1 - missed);
	}, 0);
}

function missProbability(elements: number, run: number, window: number): number {
	const free = elements - run - window;
	if (free < 0) return 0;
	return ((free + 1) * (free + 2)) / ((elements - run + 1) * (elements - window + 1));
}
