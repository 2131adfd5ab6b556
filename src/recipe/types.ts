import type { FloatDtype } from '../tensors/index.ts';

/** One entry of a conditional setting: the value for tensors whose name contains `filter`. */
export interface FilteredValue {
	/** A case-sensitive substring of the tensor's name; null (or `*`) matches every tensor. */
	readonly filter: string | null;
	/** A number, or a gradient: a list interpolated over the layers of the slice. */
	readonly value: number | readonly number[];
}

/** A parameter as a recipe gives it: a number, a gradient, or a list of conditional values. */
export type Setting = number | readonly number[] | readonly FilteredValue[];

export type Parameters = Readonly<Record<string, Setting | boolean | string>>;

/** One input of a slice: layers `[start, end)` of a model. */
export interface RecipeSource {
	/** The model reference as written: `owner/name`, `owner/name@revision`, a path. */
	readonly model: string;
	readonly layerRange: readonly [number, number];
	readonly parameters: Parameters;
}

export interface RecipeSlice {
	readonly sources: readonly RecipeSource[];
	readonly baseModel: string | null;
	readonly parameters: Parameters;
}

export interface RecipeModel {
	readonly model: string;
	readonly parameters: Parameters;
}

/** A merge configuration as mergekit reads it. Exactly one of `models` and `slices` is not empty. */
export interface Recipe {
	/** `merge_method` as written; whether it is known is the plan's question. */
	readonly method: string;
	readonly baseModel: string | null;
	readonly models: readonly RecipeModel[];
	readonly slices: readonly RecipeSlice[];
	readonly parameters: Parameters;
	/** The dtype that inputs are cast to; null: as stored. */
	readonly dtype: FloatDtype | null;
	/** The dtype that outputs are written in; null: as computed. */
	readonly outDtype: FloatDtype | null;
	/** The YAML it was read from. */
	readonly text: string;
}

/** Where a parameter is asked for. Precedence: source, slice, recipe (mergekit.md §2.4). */
export interface ParameterPlace {
	/** Index of the output slice; 0 for recipes with `models`. */
	readonly slice: number;
	/** Index of the source within the slice, for parameters that each model has its own of. */
	readonly source?: number | undefined;
	/** The name that filters are tested against. */
	readonly tensor: string;
	/** Position in the slice from 0 (first layer) to 1 (last); 0 for embeddings, norm and head. */
	readonly position: number;
}

/** One kind of weight in an architecture. */
export interface WeightTemplate {
	/** `model.layers.${layer_index}.mlp.up_proj.weight` in layers, a plain name elsewhere. */
	readonly name: string;
	/** Rows are vocabulary entries. */
	readonly embedding: boolean;
	/** May be absent from a checkpoint. */
	readonly optional: boolean;
	/** Names whose tensor serves where this one is absent, such as `lm_head` tied to the embedding. */
	readonly tied: readonly string[];
}

/** What is known of a model architecture: which tensors a checkpoint has, and where layers are counted. */
export interface Architecture {
	/** The class name in `config.json`, e.g. `MistralForCausalLM`. */
	readonly name: string;
	/** The key of `config.json` that counts layers. */
	readonly layersKey: string;
	readonly pre: readonly WeightTemplate[];
	readonly layer: readonly WeightTemplate[];
	readonly post: readonly WeightTemplate[];
}

/**
 * The values that a parameter takes over an output model's layers, one row for each kind of tensor
 * that the recipe tells apart. What the strip on a card page draws.
 */
export interface ParameterStrip {
	readonly parameter: string;
	/** Output layers. */
	readonly layers: number;
	readonly rows: readonly {
		/** `self_attn`, `mlp`, …: the filter; `everything else` or `all tensors` for the fallback. */
		readonly label: string;
		readonly filter: string | null;
		/** The control points as written (one for a scalar). */
		readonly points: readonly number[];
		/** One per output layer, as mergekit resolves them. */
		readonly values: readonly number[];
		/** The value for embeddings, final norm and head where this row governs them. */
		readonly outer: number | null;
	}[];
}
