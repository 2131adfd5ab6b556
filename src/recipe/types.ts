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

/** What a recipe says, apart from how its YAML is written. */
export type RecipeContent = Omit<Recipe, 'text'>;

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

/** Where in a recipe a value is written. */
export interface SettingPlace {
	readonly level: 'source' | 'slice' | 'recipe';
	/** Index of the slice; 0 for recipes with `models`. */
	readonly slice: number;
	/** Index of the source or model; 0 at the other levels. */
	readonly source: number;
	/** Index in the list of conditional values; 0 for a plain number or gradient. */
	readonly entry: number;
}

/** A run of output layers over which one number or gradient is laid out. */
export interface StripPart {
	/** Where it is written. Slices share what is written for the whole recipe. */
	readonly at: SettingPlace;
	/** The control points as written, one for a plain number. */
	readonly points: readonly number[];
	/** First output layer, and one past the last. */
	readonly start: number;
	readonly end: number;
}

/** What a parameter is for one kind of tensor. */
export interface StripRow {
	/** `self_attn`, `mlp`, …: the filter; `everything else` or `all tensors` for the fallback. */
	readonly label: string;
	/** null for the fallback. */
	readonly filter: string | null;
	/** Tensors of Llama that belong here, without prefix and suffix: `mlp.up_proj`, `norm`, … */
	readonly kinds: readonly string[];
	readonly parts: readonly StripPart[];
	/** One per output layer, as mergekit resolves them; null where the recipe gives none. */
	readonly values: readonly (number | null)[];
	/** For embeddings, final norm and head where this row governs them; null elsewhere. */
	readonly outer: number | null;
}

/**
 * The values that a parameter takes over an output model's layers, one row for each kind of tensor
 * that the recipe tells apart. What the strip on a card page draws.
 */
export interface ParameterStrip {
	readonly parameter: string;
	/** The model whose own parameter it is; null for one that all models share. */
	readonly model: string | null;
	/** Output layers. */
	readonly layers: number;
	readonly rows: readonly StripRow[];
}

/** One output layer of a slice: which layer it takes, and from where. */
export interface SliceLayer {
	readonly output: number;
	readonly source: number;
	/** Whether an earlier output layer takes the same layer of the same model. */
	readonly repeated: boolean;
}

/** One slice of a recipe, as the stack on a card page draws it. */
export interface SliceView {
	readonly index: number;
	/** First output layer, and one past the last. */
	readonly start: number;
	readonly end: number;
	/** What it takes: layers `[start, end)` of each model. */
	readonly sources: readonly {
		readonly model: string;
		readonly range: readonly [number, number];
	}[];
	/** Layers of its first source, in output order. */
	readonly layers: readonly SliceLayer[];
	/** The rules by which the first source's tensors are scaled, the first that matches counting. */
	readonly scales: readonly FilteredValue[];
	/**
	 * Whether what each layer adds to the residual stream is scaled to zero (`o_proj` and `down_proj`),
	 * so that the layer passes its input on unchanged until it is trained.
	 */
	readonly identity: boolean;
}
