import type { Comparison, FormulaSpec, Kernels } from '../../kernels/index.ts';
import type { PlannedTensor } from '../../merge/index.ts';
import type { Dtype, FloatDtype } from '../../tensors/index.ts';
import { valuesOf } from '../floats.ts';
import type { SpotFinding, SpotWindow, WindowBytes } from './types.ts';

/** What every check of a window gets. */
export interface Sample {
	readonly kernels: Kernels;
	readonly tensor: PlannedTensor;
	readonly window: SpotWindow;
	/** As stored. */
	readonly bytes: WindowBytes;
}

/** A sample of a tensor in dtypes that kernels compute in. */
export interface FloatSample extends Sample {
	/** The published dtype. */
	readonly dtype: FloatDtype;
	/** The dtype in which mergekit has the result before `out_dtype` is applied. */
	readonly own: FloatDtype;
	/** Inputs in the dtype that the method gets them in. */
	readonly inputs: readonly CastInput[];
}

export interface CastInput {
	readonly dtype: FloatDtype;
	readonly bytes: Uint8Array;
}

/** Whether kernels compute in a dtype. */
export function isFloat(dtype: Dtype): dtype is FloatDtype {
	return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** The sample with its inputs cast as the plan says; null where kernels cannot read it. */
export function floatSample(sample: Sample): FloatSample | null {
	const { tensor, bytes, kernels } = sample;
	const { dtype, computeDtype } = tensor;
	if (!isFloat(dtype)) return null;
	const inputs: CastInput[] = [];
	for (const [i, { dtype: stored }] of tensor.inputs.entries()) {
		const part = bytes.inputs[i];
		if (part === undefined || !isFloat(stored)) return null;
		const cast = computeDtype !== null && computeDtype !== stored;
		inputs.push({
			dtype: cast ? computeDtype : stored,
			bytes: cast ? kernels.cast(part, stored, computeDtype) : part,
		});
	}
	const [first] = inputs;
	return { ...sample, dtype, own: computeDtype ?? first?.dtype ?? dtype, inputs };
}

/** An input's elements. */
export function inputValues({ inputs }: FloatSample, index: number): Float32Array {
	const input = inputs[index];
	if (input === undefined) throw new RangeError(`a window has no input ${index}`);
	return valuesOf(input.bytes, input.dtype);
}

/**
 * The window as if it were the whole tensor: for formulas that look at no other element. Its bytes in
 * the published dtype.
 */
export async function computeWindow(
	{ kernels, dtype, inputs, window }: FloatSample,
	spec: FormulaSpec,
): Promise<Uint8Array> {
	const { elements } = window;
	const formula = kernels.formula(spec, { elements, row: elements });
	const chunk = kernels.chunk();
	try {
		for (const input of inputs) chunk.push(input.dtype, input.bytes);
		return await formula.write(chunk, dtype);
	} finally {
		chunk.free();
		formula.free();
	}
}

/** How the published window differs from computed bytes. */
export function compareWindow(
	{ kernels, dtype, bytes }: FloatSample,
	made: Uint8Array,
): Comparison {
	return kernels.compare(bytes.published, made, dtype);
}

/** What differs from finding to finding. */
export type Outcome = Pick<SpotFinding, 'finding' | 'reason'> &
	Partial<Omit<SpotFinding, 'index' | 'name' | 'method' | 'worst'>> & {
		/** Counted from the window's start. */
		readonly worst?: number | null | undefined;
	};

/** A finding from what a check came to; what it does not say is null, or nothing that differs. */
export function findingOf({ tensor, window }: Sample, outcome: Outcome): SpotFinding {
	const { worst = null, ...rest } = outcome;
	return {
		index: window.index,
		name: tensor.name,
		method: tensor.method,
		claimed: null,
		found: null,
		theta: null,
		branch: null,
		checked: window.elements,
		mismatch: 0,
		maxUlp: null,
		cause: null,
		...rest,
		worst: worst === null ? null : window.start + worst,
	};
}

/** A comparison's numbers as a finding has them. */
export function differences(
	comparison: Comparison,
): Pick<SpotFinding, 'mismatch' | 'maxUlp' | 'worst'> {
	const { elements, identical, maxUlp, worstIndex } = comparison;
	return {
		mismatch: elements - identical,
		maxUlp,
		worst: identical === elements ? null : worstIndex,
	};
}
