import type { FloatDtype } from '../tensors/index.ts';

/**
 * What is done to one tensor, with every number resolved: plain data that crosses to workers and into
 * WASM as it is, and that a plan shows. Inputs are in the order that each formula states. `work` is
 * the dtype that results are rounded to before they are written; intermediate results too where a
 * formula says "in `work`". With `work: 'F32'` nothing is rounded but float32 itself.
 */
export type FormulaSpec =
	SumFormula | SlerpFormula | NuslerpFormula | ModelStockFormula | TaskVectorFormula;

interface InDtype {
	readonly work: FloatDtype;
}

/** Σ wᵢ·xᵢ. */
export interface SumFormula extends InDtype {
	readonly kind: 'sum';
	readonly weights: readonly number[];
	/**
	 * `once`: float32 products and sums in input order, each rounded; weights rounded to float32.
	 * `fused`: acc = fma(xᵢ, wᵢ, acc) in float32, from 0, in input order.
	 * `stepwise`: wᵢ and each product rounded to `work`, their float32 sum rounded to `work`.
	 */
	readonly rounding: 'once' | 'fused' | 'stepwise';
	/** Whether the sum is divided by that of the weights (`once`: it never is). */
	readonly divide: boolean;
}

/** Spherical interpolation of two whole tensors; docs/methods/slerp.md. Inputs: t = 0, t = 1. */
export interface SlerpFormula extends InDtype {
	readonly kind: 'slerp';
	readonly t: number;
	/** In which numbers the angle and the two coefficients are taken; sums are in float64 always. */
	readonly scalars: 'numpy1' | 'numpy2' | 'torch' | 'precise';
}

/** NuSLERP; docs/methods/nuslerp.md. Inputs: the base if there is one, then the two models. */
export interface NuslerpFormula extends InDtype {
	readonly kind: 'nuslerp';
	/** Share of the second model: w₁/(w₀+w₁), 0.5 where |w₀+w₁| < 1e-6. */
	readonly t: number;
	readonly base: boolean;
	/** What counts as one vector: the tensor, each row, or each column. */
	readonly along: 'all' | 'rows' | 'columns';
}

/** Model Stock; docs/methods/model_stock.md. Inputs: the base, then two models or more. */
export interface ModelStockFormula extends InDtype {
	readonly kind: 'model-stock';
	/** One ratio for the tensor, or one for each row. */
	readonly along: 'all' | 'rows';
	/** 2c/(1+c), or N·c/(1+(N−1)c). */
	readonly ratio: 'two' | 'count';
	/** Whether a denominator below 1e-6 makes the ratio 0. */
	readonly guard: boolean;
}

/** How one model's task vector is thinned out and weighed. */
export interface TaskVectorTerm {
	readonly weight: number;
	/** Share of elements kept; 1 and more: all, without a draw. */
	readonly density: number;
	/** Share of the largest that `outliers` drops. */
	readonly gamma: number;
	/** Half the width of `magprune`'s probabilities. */
	readonly epsilon: number;
	/** Place of the term's first draw in the run's stream; null where nothing is drawn. */
	readonly draws: number | null;
}

/** Where random numbers come from. */
export type RandomSource =
	/** torch's CPU generator: one stream for the whole run. */
	| { readonly kind: 'mt19937'; readonly seed: number }
	/** A generator for each tensor: numbers depend on seed, key and index only. */
	| { readonly kind: 'counter'; readonly seed: number; readonly key: string };

/**
 * Task vectors δᵢ = xᵢ − base: thinned out, weighed, summed, added to the base. task_arithmetic, ties,
 * dare, breadcrumbs, della. In `work` after each operation; docs/methods/task_arithmetic.md.
 * Inputs: the base, then one per term.
 */
export interface TaskVectorFormula extends InDtype {
	readonly kind: 'task-vectors';
	readonly terms: readonly TaskVectorTerm[];
	/** `magnitude`: ties; `outliers`: breadcrumbs; `random`: dare; `magprune`: della. */
	readonly select: 'none' | 'magnitude' | 'outliers' | 'random' | 'magprune';
	/** What makes up for dropped elements: nothing, the ratio of L1 norms, 1/density, 1/probability. */
	readonly rescale: 'none' | 'l1' | 'density' | 'probability';
	/** L1 norms below this are not matched. */
	readonly rescaleThreshold: number;
	/** Whether elements whose sign is not the elected one are dropped. */
	readonly consensus: boolean;
	readonly normalize: boolean;
	readonly lambda: number;
	/** Which of equal magnitudes survive: std::sort's order, torch.topk's, or the lowest indices. */
	readonly equals: 'sort' | 'partial' | 'index';
	/** A density that keeps nothing: one element is kept all the same (otherwise the plan refuses). */
	readonly keepOne: boolean;
	/** `outliers` where γ removes nothing: the whole vector goes, or its share stays. */
	readonly withoutTop: 'nothing' | 'share';
	/** null where nothing is drawn. */
	readonly random: RandomSource | null;
}

/** What came of a formula's passes over a tensor, to be shown. */
export interface FormulaOutcome {
	/** slerp and nuslerp over whole tensors. */
	readonly angle: {
		readonly t: number;
		readonly cosine: number;
		readonly branch: 'great-circle' | 'linear';
		readonly w0: number;
		readonly w1: number;
	} | null;
	/** Per term, elements that were kept; empty where nothing is thinned out. */
	readonly kept: readonly number[];
	/** model_stock over whole tensors: the share of the models' average. */
	readonly ratio: number | null;
	/** Weights of a plain `once` sum to which the formula has come down; null for all others. */
	readonly weights: readonly number[] | null;
}
