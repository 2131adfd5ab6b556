import type { FloatDtype } from '../tensors/index.ts';

/** What a recipe may write where a parameter takes one value; numbers in text are still text here. */
export type Scalar = number | boolean | string;

/** One entry of a conditional setting: the value for tensors whose name contains `filter`. */
export interface FilteredValue<Value extends Scalar = Scalar> {
	/** A case-sensitive substring of the tensor's name; null (or `*`) matches every tensor. */
	readonly filter: string | null;
	/** One value, or a gradient: a list laid out over the layers of the slice. */
	readonly value: Value | readonly Value[];
}

/**
 * A parameter as a recipe gives it: a value, a gradient, a list of conditional values, or a single
 * one without its list. Not every release of mergekit takes all of them: `findParameter` judges.
 */
export type Setting = Scalar | readonly Scalar[] | readonly FilteredValue[] | FilteredValue;

export type Parameters = Readonly<Record<string, Setting>>;

/** One input of a slice: layers `[start, end)` of a model. */
export interface RecipeSource {
	/** The model reference as written: `owner/name@revision+adapter@revision`, a path. */
	readonly model: string;
	readonly layerRange: readonly [number, number];
	readonly parameters: Parameters;
}

export interface RecipeSlice {
	readonly sources: readonly RecipeSource[];
	readonly baseModel: string | null;
	readonly parameters: Parameters;
	/** `residual_weight`, which mergekit reads and never uses. */
	readonly residualWeight: number | null;
}

export interface RecipeModel {
	readonly model: string;
	readonly parameters: Parameters;
}

/** One part of a model that is merged by itself. Exactly one of `models` and `slices` is not empty. */
export interface RecipeModule {
	/** The architecture's name of the part, such as `text_decoder`; `default` where it has one only. */
	readonly name: string;
	readonly models: readonly RecipeModel[];
	readonly slices: readonly RecipeSlice[];
	readonly parameters: Parameters;
}

/** Where the embedding of one token comes from: a model's own row, another row of a model, zeros. */
export type TokenSource =
	| { readonly kind: 'model'; readonly model: string }
	| { readonly kind: 'model_token'; readonly model: string; readonly token: string | number }
	| { readonly kind: 'zero' };

/** What a recipe says of one token. */
export interface RecipeToken {
	readonly token: string;
	/** null: by mergekit's rules for missing tokens. */
	readonly source: TokenSource | null;
	/** Whether it replaces the embeddings of models that have the token, too. */
	readonly force: boolean;
}

/** The tokenizer block of a recipe. */
export interface RecipeTokenizer {
	/** `union`, `base`, or a model reference. */
	readonly source: string;
	/** In order, names that are whole numbers first. */
	readonly tokens: readonly RecipeToken[];
	readonly padToMultipleOf: number | null;
}

/** A merge configuration as mergekit reads it. Exactly one of `models`, `slices`, `modules` is not empty. */
export interface Recipe {
	/** The name by which other documents of the same text mean this merge; null for the result. */
	readonly name: string | null;
	/** `merge_method` as written; whether it is known is the plan's question. */
	readonly method: string;
	readonly baseModel: string | null;
	readonly models: readonly RecipeModel[];
	readonly slices: readonly RecipeSlice[];
	/** Parts that are merged each by itself, in order; `modulesOf` has the one list for all recipes. */
	readonly modules: readonly RecipeModule[];
	readonly parameters: Parameters;
	/** The dtype that inputs are cast to; null: as stored. */
	readonly dtype: FloatDtype | null;
	/** The dtype that outputs are written in; null: as computed. */
	readonly outDtype: FloatDtype | null;
	/** `tokenizer_source`: `union`, `base`, or a model reference; never beside `tokenizer`. */
	readonly tokenizerSource: string | null;
	readonly tokenizer: RecipeTokenizer | null;
	/** `auto`, the name of a template that mergekit brings along, or a template. */
	readonly chatTemplate: string | null;
	/** `override_architecture` of references in the mapping form, by reference. */
	readonly architectures: Readonly<Record<string, string>>;
	/** The YAML it was read from. */
	readonly text: string;
}

/** What a recipe says, apart from how its YAML is written. */
export type RecipeContent = Omit<Recipe, 'text'>;

/** Where a parameter is asked for. Precedence: source, slice, module, recipe (mergekit.md §2.4). */
export interface ParameterPlace {
	/** Index of the module in `modulesOf(recipe)`; the first where it is left out. */
	readonly module?: number | undefined;
	/** Index of the output slice within the module; 0 for modules with `models`. */
	readonly slice: number;
	/** Whether the slice's own parameters do not reach here, as they did not reach embeddings and head once. */
	readonly outsideSlice?: boolean | undefined;
	/** Index of the source within the slice, for parameters that each model has its own of. */
	readonly source?: number | undefined;
	/** The name that filters are tested against. */
	readonly tensor: string;
	/** Position in the slice from 0 (first layer) to 1 (last); 0 for embeddings, norm and head. */
	readonly position: number;
}

/** What a setting is written for, from the narrowest to the widest. */
export type SettingLevel = 'source' | 'slice' | 'module' | 'recipe';

/** Where in a recipe a value is written. In recipes with `modules`, in the first of them. */
export interface SettingPlace {
	readonly level: SettingLevel;
	/** Index of the slice; 0 for modules with `models`. */
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
	readonly scales: readonly FilteredValue<number>[];
	/**
	 * Whether what each layer adds to the residual stream is scaled to zero (`o_proj` and `down_proj`),
	 * so that the layer passes its input on unchanged until it is trained.
	 */
	readonly identity: boolean;
}
