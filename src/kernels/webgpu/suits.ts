import type { Dtype } from '../../tensors/index.ts';
import type { FormulaSpec } from '../formula.ts';
import { MAX_INPUTS } from './types.ts';

/**
 * Whether a formula's last pass may come down to what the GPU computes: a sum rounded once. Rounding to
 * `work` and then to another dtype would be rounding twice.
 */
export function suitsGpu(spec: FormulaSpec, dtype: Dtype): boolean {
	if (spec.work !== 'F32' && spec.work !== dtype) return false;
	if (spec.kind === 'slerp') return true;
	if (spec.kind !== 'sum' || spec.rounding !== 'once') return false;
	return !spec.divide && spec.weights.length <= MAX_INPUTS;
}
