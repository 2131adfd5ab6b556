import { GRAM_BLOCK, type Comparison } from '../types.ts';

/** Numbers per block: seven of the histogram, signs of zero, largest distance, first worst index. */
export const COUNTS = 10;

/** What the counts of blocks `first` to `last` (excluded) say, of `elements` in all blocks. */
export function comparisonOf(
	counts: Uint32Array,
	elements: number,
	[first, last]: readonly [number, number] = [0, counts.length / COUNTS],
): Comparison {
	const start = first * GRAM_BLOCK;
	const histogram = [0, 0, 0, 0, 0, 0, 0];
	let [maxUlp, signOfZero, worstIndex] = [0, 0, 0];
	for (let block = first; block < last; block++) {
		const numbers = counts.subarray(block * COUNTS, (block + 1) * COUNTS);
		const [zeros = 0, ulp = 0, worst = 0] = numbers.subarray(histogram.length);
		for (let bin = 0; bin < histogram.length; bin++)
			histogram[bin] = (histogram[bin] ?? 0) + (numbers[bin] ?? 0);
		signOfZero += zeros;
		if (ulp > maxUlp) [maxUlp, worstIndex] = [ulp, block * GRAM_BLOCK - start + worst];
	}
	return {
		elements: Math.min(last * GRAM_BLOCK, elements) - start,
		identical: histogram[0] ?? 0,
		maxUlp,
		histogram,
		signOfZero,
		worstIndex,
	};
}

/** Whether two comparisons say the same. */
export function sameComparison(a: Comparison, b: Comparison): boolean {
	const numbers = ({ histogram, ...rest }: Comparison): number[] => [
		rest.elements,
		rest.identical,
		rest.maxUlp,
		rest.signOfZero,
		rest.worstIndex,
		...histogram,
	];
	const others = numbers(b);
	return numbers(a).every((number, i) => number === others[i]);
}
