import type { MergePlan, PlannedTensor, TensorRange } from '../../merge/index.ts';
import { DTYPE_BITS } from '../../tensors/index.ts';
import { fractionOf } from './hash.ts';
import type { SpotPlan, SpotRange, SpotWindow } from './types.ts';

/** Elements per window unless a caller wants another number. */
export const WINDOW_ELEMENTS = 32_768;

/** Windows start at a multiple of so many elements. */
export const WINDOW_ALIGNMENT = 8;

export interface SpotOptions {
	/** A whole number from 0 to 2^53 - 1 that decides where the windows lie. */
	readonly sampleSeed: number;
	/** Elements per window; default {@link WINDOW_ELEMENTS}. */
	readonly elements?: number | undefined;
}

/**
 * One window for each tensor that has a published counterpart, at a place that nobody knows without the
 * seed and that is the same in all models. Every aligned place is equally likely; a window at the last
 * one reaches to the tensor's end. Tensors of no more elements than a window are read whole.
 * @throws `RangeError` for a seed or a size that is none
 */
export function planSpot(plan: MergePlan, options: SpotOptions): SpotPlan {
	const { sampleSeed, elements = WINDOW_ELEMENTS } = options;
	if (!Number.isSafeInteger(sampleSeed) || sampleSeed < 0)
		throw new RangeError(`a sample seed is a whole number from 0 to 2^53 - 1, not ${sampleSeed}`);
	if (!Number.isSafeInteger(elements) || elements < WINDOW_ALIGNMENT)
		throw new RangeError(`a window has at least ${WINDOW_ALIGNMENT} elements, not ${elements}`);
	const windows = plan.tensors.flatMap((tensor, index) => {
		const { published } = tensor;
		if (published === null || tensor.elements === 0) return [];
		return [windowOf(tensor, { index, published, elements, sampleSeed })];
	});
	const ranges = windows.flatMap((window) => [...window.ranges, window.published]);
	return {
		sampleSeed,
		windows,
		totals: {
			bytes: total(ranges, (range) => range.end - range.start),
			requests: ranges.length,
			tensors: windows.length,
			elements: total(windows, (window) => window.elements),
			ofBytes: total(plan.tensors, bytesInFull),
			ofElements: total(plan.tensors, (tensor) => tensor.elements),
			ofTensors: plan.tensors.length,
		},
	};
}

interface Placement {
	readonly index: number;
	readonly published: TensorRange;
	readonly elements: number;
	readonly sampleSeed: number;
}

function windowOf(tensor: PlannedTensor, placement: Placement): SpotWindow {
	const { index, published, sampleSeed } = placement;
	const spare = tensor.elements - placement.elements;
	const places = spare <= 0 ? 1 : Math.floor(spare / WINDOW_ALIGNMENT) + 1;
	const place = Math.floor(fractionOf(sampleSeed, tensor.name) * places);
	const start = place * WINDOW_ALIGNMENT;
	const elements = place === places - 1 ? tensor.elements - start : placement.elements;
	const part = ({ model, file, dtype, start: first }: TensorRange): SpotRange => {
		const width = DTYPE_BITS[dtype] / 8;
		const from = first + start * width;
		return { model, file, start: from, end: from + elements * width };
	};
	return { index, start, elements, ranges: tensor.inputs.map(part), published: part(published) };
}

function bytesInFull({ inputs, published, elements }: PlannedTensor): number {
	const ranges = published === null ? inputs : [...inputs, published];
	return total(ranges, ({ dtype }) => (elements * DTYPE_BITS[dtype]) / 8);
}

function total<T>(list: readonly T[], size: (item: T) => number): number {
	return list.reduce((sum, item) => sum + size(item), 0);
}
