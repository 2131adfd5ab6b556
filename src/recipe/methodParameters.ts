/** Where mergekit looks for a parameter: once for the whole tensor, or for each model too. */
export type Scope = 'tensor' | 'model';

type Scopes = Readonly<Record<string, Scope>>;

/** Of the methods that merge task vectors. */
const TASK_VECTORS: Scopes = {
	weight: 'model',
	density: 'model',
	normalize: 'tensor',
	rescale: 'tensor',
	lambda: 'tensor',
	int8_mask: 'tensor',
};
const BREADCRUMBS: Scopes = { ...TASK_VECTORS, gamma: 'model' };
const DELLA: Scopes = { ...TASK_VECTORS, epsilon: 'model' };

/** The parameters that each merge method of mergekit reads, and where it looks (mergekit.md §1.1). */
export const METHOD_PARAMETERS: Readonly<Record<string, Scopes>> = {
	linear: { weight: 'model', normalize: 'tensor' },
	slerp: { t: 'tensor' },
	nuslerp: { weight: 'model', nuslerp_row_wise: 'tensor', nuslerp_flatten: 'tensor' },
	multislerp: { weight: 'model', normalize_weights: 'tensor', eps: 'tensor' },
	karcher: { max_iter: 'tensor', tol: 'tensor' },
	task_arithmetic: TASK_VECTORS,
	ties: TASK_VECTORS,
	dare_linear: TASK_VECTORS,
	dare_ties: TASK_VECTORS,
	breadcrumbs: BREADCRUMBS,
	breadcrumbs_ties: BREADCRUMBS,
	della: DELLA,
	della_linear: DELLA,
	sce: { select_topk: 'tensor', int8_mask: 'tensor' },
	ram: { epsilon: 'tensor' },
	ramplus_tl: { r: 'tensor', alpha: 'tensor', epsilon: 'tensor' },
	model_stock: { filter_wise: 'tensor' },
	nearswap: { t: 'tensor' },
	arcee_fusion: {},
	passthrough: { scale: 'model' },
};

/** Every parameter that some method reads. */
export const PARAMETER_NAMES: readonly string[] = [
	...new Set(Object.values(METHOD_PARAMETERS).flatMap((scopes) => Object.keys(scopes))),
];

/** The parameters that a method reads; null for a method that mergekit has not. */
export function parametersOf(method: string | null): Scopes | null {
	if (method === null || !Object.hasOwn(METHOD_PARAMETERS, method)) return null;
	return METHOD_PARAMETERS[method] ?? null;
}

/**
 * Where a parameter is looked for by a method; by any, where the method is not known: for each model if
 * some method does so.
 * @returns null where it is not read
 */
export function scopeOf(parameter: string, method: string | null): Scope | null {
	const own = parametersOf(method);
	const tables = own === null ? Object.values(METHOD_PARAMETERS) : [own];
	const scopes = tables.flatMap((table) =>
		Object.hasOwn(table, parameter) ? [table[parameter]] : [],
	);
	return scopes.includes('model') ? 'model' : (scopes[0] ?? null);
}
