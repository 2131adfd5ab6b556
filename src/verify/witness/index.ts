import type { Explanation, Unexplained } from '../../merge/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import { explainSlerp } from './slerp.ts';

export { COSINE_REACH } from './slerp.ts';

const FLOATS: readonly string[] = ['BF16', 'F16', 'F32'] satisfies FloatDtype[];

/** Looks for the witness of a tensor, by what was done to it; null where that has none. */
export async function explain(unexplained: Unexplained): Promise<Explanation | null> {
	const { dtype, operation } = unexplained.tensor;
	if (operation.kind !== 'slerp' || !isFloat(dtype)) return null;
	return explainSlerp(unexplained, operation, dtype);
}

function isFloat(dtype: string): dtype is FloatDtype {
	return FLOATS.includes(dtype);
}
