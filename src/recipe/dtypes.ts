import type { FloatDtype } from '../tensors/index.ts';

const NAMES: ReadonlyMap<string, FloatDtype> = new Map([
	['bfloat16', 'BF16'],
	['float16', 'F16'],
	['float32', 'F32'],
]);

/** Names that mergekit knows and no kernel of Remelt handles, and which mergekit knows them. */
const WITHOUT_KERNELS: ReadonlyMap<string, string> = new Map([
	['int64', 'mergekit knows'],
	['float64', 'mergekit knows since 0.1.5'],
]);

/** The names that `dtype` and `out_dtype` take. */
export const DTYPE_NAMES: readonly string[] = [...NAMES.keys()];

/**
 * A dtype's name in a recipe, with or without `torch.`; null for a name that mergekit refuses. The
 * dtype is null, and `knownTo` says which mergekit knows it, where it is one without kernels.
 */
export function readDtype(
	name: string,
): { readonly dtype: FloatDtype | null; readonly knownTo: string } | null {
	const bare = name.replace(/^torch\./, '');
	const dtype = NAMES.get(bare) ?? null;
	const knownTo = dtype === null ? WITHOUT_KERNELS.get(bare) : 'mergekit knows';
	return knownTo === undefined ? null : { dtype, knownTo };
}

/** How a recipe writes a dtype. */
export function dtypeName(dtype: FloatDtype): string {
	for (const [name, known] of NAMES) if (known === dtype) return name;
	return dtype;
}
