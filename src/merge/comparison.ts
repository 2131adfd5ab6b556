import type { Comparison } from '../kernels/index.ts';

/** A comparison of no elements: what {@link addComparison} starts from. */
export const NOTHING_COMPARED: Comparison = {
	elements: 0,
	identical: 0,
	maxUlp: 0,
	histogram: [0, 0, 0, 0, 0, 0, 0],
	signOfZero: 0,
	worstIndex: 0,
};

/** The comparison of two runs of elements, the second of which follows the first. */
export function addComparison(first: Comparison, second: Comparison): Comparison {
	const worse = second.maxUlp > first.maxUlp;
	return {
		elements: first.elements + second.elements,
		identical: first.identical + second.identical,
		maxUlp: Math.max(first.maxUlp, second.maxUlp),
		histogram: first.histogram.map((count, index) => count + (second.histogram[index] ?? 0)),
		signOfZero: first.signOfZero + second.signOfZero,
		worstIndex: worse ? first.elements + second.worstIndex : first.worstIndex,
	};
}
