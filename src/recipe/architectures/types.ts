/** One kind of weight in an architecture. */
export interface WeightTemplate {
	/** `model.layers.${layer_index}.mlp.up_proj.weight` in layers, a plain name elsewhere. The output's name. */
	readonly name: string;
	/** Rows are vocabulary entries. */
	readonly embedding: boolean;
	/** May be absent from a checkpoint. */
	readonly optional: boolean;
	/** Other names under which checkpoints have the same weight, such as GPT-2's without `transformer.`. */
	readonly aliases: readonly string[];
	/** Names whose tensor serves where this one is absent, such as the embedding for a tied `lm_head`. */
	readonly tied: readonly string[];
}

/** Layers that are alike, and what comes before and after them. */
export interface ArchitectureModule {
	/** What recipes call it under `modules:`; `default` where an architecture has one only. */
	readonly name: string;
	/** The key of `config.json` that counts its layers, dotted where it lies deeper; null where none does. */
	readonly layersKey: string | null;
	readonly pre: readonly WeightTemplate[];
	readonly layer: readonly WeightTemplate[];
	readonly post: readonly WeightTemplate[];
	/** The layer's weights in the order of mergekits before a day, where random streams followed it. */
	readonly formerly: {
		readonly until: string;
		readonly layer: readonly WeightTemplate[];
	} | null;
}

/** What is known of a model architecture: which tensors a checkpoint has, and where layers are counted. */
export interface Architecture {
	/** The class name in `config.json`, e.g. `MistralForCausalLM`. */
	readonly name: string;
	/** Which of several ways to write the same weights the checkpoint follows; empty where there is one. */
	readonly layout: string;
	readonly modules: readonly ArchitectureModule[];
	/** The key of `config.json` that counts the vocabulary, dotted where it lies deeper. */
	readonly vocabularyKey: string;
	/** Whether the head is the embedding where `config.json` does not say; null where that is not known. */
	readonly tiedByDefault: boolean | null;
	/** The keys of `config.json` that may count the experts which `${expert_index}` stands for. */
	readonly expertsKeys: readonly string[];
	/** Whether it was told from the weight files, because nobody has described it. */
	readonly inferred: boolean;
}

/** What an architecture is told from. */
export interface ArchitectureFacts {
	/** The model reference, for messages. */
	readonly model: string;
	/** The text of `config.json`. */
	readonly config: string;
	/** The checkpoint's tensors by name. */
	readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
}
