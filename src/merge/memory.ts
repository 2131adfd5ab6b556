import { DTYPE_BITS, type Dtype, type FloatDtype } from '../tensors/index.ts';
import { GRAM_BLOCK, type TaskVectorFormula } from '../kernels/index.ts';
import type { PlannedTensor, TensorOperation } from './types.ts';

/** Bytes that a run may hold where nobody says otherwise: 512 MiB. */
export const DEFAULT_MEMORY_BUDGET = 512 * 2 ** 20;

/** Most elements per read: 32 MiB of bf16, so that few requests are made and a retry costs little. */
export const MAX_READ_ELEMENTS = 16 * 2 ** 20;

/** Elements that a kernel gets at a time: 512 KiB of bf16 per input, so that caches hold a step whole. */
export const STEP_ELEMENTS = 2 ** 18;

/** Elements of the output that leave at a time: 4 MiB of bf16, so that few messages are sent. */
export const PART_ELEMENTS = 2 ** 21;

/** How one tensor is gone through. */
export interface TensorPasses {
	/** Elements per read and input; a multiple of `step`. */
	readonly unit: number;
	/** Elements per kernel call; a multiple of {@link GRAM_BLOCK}. */
	readonly step: number;
	/** Elements of the output that leave at a time; a multiple of `step`. Copies leave as they are read. */
	readonly part: number;
	/** Inputs are read once and kept from the first pass to the last. */
	readonly hold: boolean;
	/** How often each input is read. */
	readonly reads: number;
	/** Bytes held at a time while the tensor is merged, without outputs that wait for the sink. */
	readonly bytes: number;
	/** Those of them in the kernels' memory, which grows with them and never shrinks. */
	readonly kernelBytes: number;
	/** Range requests for the inputs and the published tensor. */
	readonly requests: number;
	/** Bytes of weights read, published tensor included. */
	readonly bytesToRead: number;
}

type Sized = Pick<
	PlannedTensor,
	'elements' | 'dtype' | 'computeDtype' | 'operation' | 'inputs' | 'published'
>;

/** Whether an input is rounded to the recipe's dtype before it is used; widening changes nothing. */
export function castsInput(
	stored: Dtype,
	compute: FloatDtype | null,
): compute is Exclude<FloatDtype, 'F32'> {
	return compute !== null && compute !== 'F32' && compute !== stored;
}

export interface PassOptions {
	/** Default {@link MAX_READ_ELEMENTS}; rounded down to a multiple of the step. */
	readonly unit?: number | undefined;
	/** Default {@link STEP_ELEMENTS}; rounded down to a multiple of {@link GRAM_BLOCK}. */
	readonly step?: number | undefined;
	/** Default {@link PART_ELEMENTS}; rounded up to a multiple of the step. */
	readonly part?: number | undefined;
}

/**
 * Decides how a tensor is gone through within `budget` bytes: with all of its inputs held, else
 * streamed, in reads that shrink with the budget down to one block. Pure, so that plan, scheduler
 * and merger agree.
 */
export function tensorPasses(
	tensor: Sized,
	budget: number = DEFAULT_MEMORY_BUDGET,
	options: PassOptions = {},
): TensorPasses {
	const { elements } = tensor;
	const looks = looksOf(tensor.operation);
	const state = stateBytes(tensor);
	const { read, cast, kernel, output, published } = widthsOf(tensor);
	// What leaves: a part that is filled and one on its way; copies leave as they came.
	const perPart = looks === null ? 0 : 2 * output;
	// In a kernel call: inputs and output in the kernel's memory, cast inputs outside as well.
	const perStep = kernel + output + cast + published;
	// In a read: what came, which the disk of this machine spares us, and what it was cast to.
	const perUnit = read + cast + published + (looks === null ? output : 0);
	let step = blocks(Math.min(options.step ?? STEP_ELEMENTS, elements));
	const affordable = Math.floor((budget - state) / (perStep + perPart + perUnit));
	step = Math.min(step, Math.max(GRAM_BLOCK, floorTo(affordable, GRAM_BLOCK)));
	const room = budget - state - step * (perStep + perPart);
	const wantedPart = upTo(Math.min(options.part ?? PART_ELEMENTS, elements), step);
	const part = Math.max(step, floorTo(Math.min(wantedPart, room / 8 / (2 * output)), step));
	const wanted = upTo(Math.min(options.unit ?? MAX_READ_ELEMENTS, elements), step);
	const unitRoom = room - (part - step) * perPart;
	const unit = Math.max(step, floorTo(Math.min(wanted, unitRoom / perUnit), step));
	const atMost = (count: number): number => Math.min(count, elements);
	const passing = state + atMost(step) * perStep + atMost(part) * perPart + atMost(unit) * perUnit;
	// A slerp that differs is looked at once more for its witness, beside the published tensor.
	const beside = tensor.operation.kind === 'slerp' ? published : 0;
	const held = elements * (kernel + beside);
	const hold = looks !== null && looks > 0 && passing + held <= budget;
	const reads = hold ? 1 : (looks ?? 0) + 1;
	const times = reads * tensor.inputs.length + (published === 0 ? 0 : 1);
	return {
		unit,
		step,
		part,
		hold,
		reads,
		bytes: passing + (hold ? held : 0),
		kernelBytes: state + (hold ? elements * kernel : atMost(step) * (kernel + output)),
		requests: Math.ceil(elements / unit) * times,
		bytesToRead: elements * (reads * read + published),
	};
}

/** Bytes per element of a tensor, all inputs together. */
interface Widths {
	/** As stored. */
	readonly read: number;
	/** Of what inputs are cast to, those that are. */
	readonly cast: number;
	/** As the kernels get them. */
	readonly kernel: number;
	readonly output: number;
	readonly published: number;
}

function widthsOf({ inputs, computeDtype, dtype, published }: Sized): Widths {
	const widths = inputs.map(({ dtype: stored }) => ({
		stored: width(stored),
		cast: castsInput(stored, computeDtype) ? width(computeDtype) : 0,
	}));
	const output = width(dtype);
	return {
		read: sum(widths.map(({ stored }) => stored)),
		cast: sum(widths.map(({ cast }) => cast)),
		kernel: sum(widths.map(({ stored, cast }) => (cast === 0 ? stored : cast))),
		output,
		published: published === null ? 0 : output,
	};
}

/** How often a formula looks at a tensor before it can be written; null for copies, which have none. */
function looksOf(operation: TensorOperation): number | null {
	switch (operation.kind) {
		case 'copy':
			return null;
		case 'sum':
			return 0;
		case 'slerp':
		case 'model-stock':
			return 1;
		case 'nuslerp':
			// Norms come first, then the cosine of unit vectors that are rounded.
			return operation.work === 'F32' ? 1 : 2;
		case 'task-vectors':
			return looksOfTaskVectors(operation);
	}
}

function looksOfTaskVectors(operation: TaskVectorFormula): number {
	const thinned = operation.terms.filter(({ density }) => density < 1).length;
	if (operation.select === 'none' || thinned === 0) return 0;
	if (operation.select === 'random') return operation.rescale === 'l1' ? 1 : 0;
	if (operation.select === 'magprune') return 1;
	// Norms before and after come last, once it is known what is kept.
	const norms = operation.rescale === 'l1' ? 1 : 0;
	if (operation.equals !== 'index') return thinned + norms;
	return (operation.work === 'F32' ? 2 : 1) + norms;
}

/** Bytes that a tensor's formula keeps in the kernels' memory from one look to the next. */
function stateBytes({
	operation,
	elements,
}: Pick<PlannedTensor, 'operation' | 'elements'>): number {
	if (operation.kind !== 'task-vectors' || operation.select === 'none') return 0;
	const thinned = operation.terms.filter(({ density }) => density < 1).length;
	const masks = Math.ceil(elements / 8) * thinned;
	if (thinned === 0) return 0;
	if (operation.select === 'random') return masks;
	if (operation.select === 'magprune')
		return masks + (operation.rescale === 'probability' ? 4 * elements * thinned : 0);
	return operation.equals === 'index' ? HISTOGRAM * thinned : masks + 8 * elements;
}

/** Bytes of a term's histogram over the upper half of a float's bits. */
const HISTOGRAM = 2 * 8 * 2 ** 16;

/** Bytes per element. */
function width(dtype: Dtype): number {
	return DTYPE_BITS[dtype] / 8;
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

function blocks(elements: number): number {
	return Math.max(GRAM_BLOCK, upTo(elements, GRAM_BLOCK));
}

function upTo(value: number, multiple: number): number {
	return Math.ceil(value / multiple) * multiple;
}

function floorTo(value: number, multiple: number): number {
	return Math.floor(value / multiple) * multiple;
}
