import type { FloatDtype } from '../tensors/index.ts';

const NAMES: ReadonlyMap<string, FloatDtype> = new Map([
	['bfloat16', 'BF16'],
	['float16', 'F16'],
	['float32', 'F32'],
]);

/** The names that `dtype` and `out_dtype` take. mergekit's `int64` makes no weights and is left out. */
export const DTYPES: readonly string[] = [...NAMES.keys()];

/** A dtype's name in a recipe, with or without `torch.`; null for a name that mergekit refuses. */
export function readDtype(name: string): FloatDtype | null {
	return NAMES.get(name.replace(/^torch\./, '')) ?? null;
}

/** How a recipe writes a dtype. */
export function dtypeName(dtype: FloatDtype): string {
	for (const [name, known] of NAMES) if (known === dtype) return name;
	return dtype;
}
