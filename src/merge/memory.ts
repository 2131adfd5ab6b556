import { DTYPE_BITS, type Dtype, type FloatDtype } from '../tensors/index.ts';
import { GRAM_BLOCK, type TaskVectorFormula } from '../kernels/index.ts';
import type { PlannedTensor, TensorOperation } from './types.ts';

/** Bytes that a run may hold where nobody says otherwise: 512 MiB. */
export const DEFAULT_MEMORY_BUDGET = 512 * 2 ** 20;

/** Most elements per read: 32 MiB of bf16, so that few requests are made and a retry costs little. */
export const MAX_READ_ELEMENTS = 16 * 2 ** 20;

/** Elements that a kernel gets at a time: 512 KiB of bf16 per input, so that caches hold a step whole. */
export const STEP_ELEMENTS = 2 ** 18;

/** How one tensor is gone through. */
export interface TensorPasses {
	/** Elements per read and input; a multiple of `step`. */
	readonly unit: number;
	/** Elements per kernel call; a multiple of {@link GRAM_BLOCK}. */
	readonly step: number;
	/** Inputs are read once and kept from the first pass to the second. */
	readonly hold: boolean;
	/** How often each input is read. */
	readonly reads: number;
	/** Bytes held at a time while the tensor is merged, without outputs that wait for the sink. */
	readonly bytes: number;
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
	const looks = looksOf(tensor.operation);
	const { elements } = tensor;
	const state = stateBytes(tensor);
	const stored = tensor.inputs.map(({ dtype }) => width(dtype));
	const cast = tensor.inputs.map(({ dtype }) =>
		castsInput(dtype, tensor.computeDtype) ? width(tensor.computeDtype) : 0,
	);
	const inputs = sum(stored) + sum(cast);
	const output = width(tensor.dtype);
	const published = tensor.published === null ? 0 : output;
	// In a kernel call: inputs and result in the kernel's memory, the result and a cast input outside.
	const perStep = 2 * inputs + 2 * output + published;
	// In a read: the bytes that came, and for copies the result that leaves.
	const perUnit = inputs + published + (looks > 0 ? 0 : output);
	let step = blocks(Math.min(options.step ?? STEP_ELEMENTS, elements));
	const affordable = Math.floor((budget - state) / (perStep + perUnit));
	step = Math.min(step, Math.max(GRAM_BLOCK, floorTo(affordable, GRAM_BLOCK)));
	const room = budget - state - step * perStep;
	const wanted = Math.min(options.unit ?? MAX_READ_ELEMENTS, elements);
	const unit = Math.max(step, floorTo(Math.min(upTo(wanted, step), room / perUnit), step));
	const inKernel = Math.min(step, elements) * perStep + state;
	const held = elements * inputs + Math.min(unit, elements) * published;
	const hold = looks > 0 && held + inKernel <= budget;
	const reads = hold ? 1 : looks + 1;
	const times = reads * tensor.inputs.length + (published === 0 ? 0 : 1);
	return {
		unit,
		step,
		hold,
		reads,
		bytes: (hold ? held : Math.min(unit, elements) * perUnit) + inKernel,
		requests: Math.ceil(elements / unit) * times,
		bytesToRead: elements * (reads * sum(stored) + published),
	};
}

/** How often a formula looks at a tensor before it can be written. */
function looksOf(operation: TensorOperation): number {
	switch (operation.kind) {
		case 'copy':
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
export function stateBytes({
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
