import type { Finding } from '../errors/index.ts';
import type { Comparison, Gram, Kernels } from '../kernels/index.ts';
import type { ByteSource, Dtype, FloatDtype, ModelHeaders } from '../tensors/index.ts';

/** A tensor's bytes in one of the models that a plan reads. Offsets count from the start of the file. */
export interface TensorRange {
	/** The model reference, a key of {@link MergePlan.models}. */
	readonly model: string;
	readonly tensor: string;
	readonly file: string;
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	readonly start: number;
	readonly end: number;
}

/** What a method does to one tensor, with every number resolved. */
export type TensorOperation =
	| { readonly kind: 'copy' }
	| { readonly kind: 'scale'; readonly scale: number }
	| { readonly kind: 'slerp'; readonly t: number };

/** One output tensor: what it is made of, and where it will lie. */
export interface PlannedTensor {
	readonly name: string;
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	readonly elements: number;
	/** Size of the output in bytes. */
	readonly bytes: number;
	/** Output layer; null for embeddings, final norm and head. */
	readonly layer: number | null;
	/** The name without layer prefix and `.weight`, e.g. `self_attn.q_proj`; a column of the grid. */
	readonly kind: string;
	readonly method: string;
	/** The dtype that inputs are cast to before the method runs; null: as stored. */
	readonly computeDtype: FloatDtype | null;
	readonly operation: TensorOperation;
	/** In the method's order: for slerp the base first. */
	readonly inputs: readonly TensorRange[];
	/** The same tensor of the published model, where there is one to compare with. */
	readonly published: TensorRange | null;
	/** Output file, and the first byte in it. */
	readonly file: string;
	readonly offset: number;
}

export interface PlannedFile {
	readonly name: string;
	readonly size: number;
	/** The safetensors header as JSON, padded with spaces, without its length prefix. */
	readonly header: string;
}

/** What a recipe means for concrete parents. Made without reading a weight. */
export interface MergePlan {
	readonly method: string;
	/** Which mergekit the numbers are held to. */
	readonly semantics: string;
	/** Tensors in file order. */
	readonly tensors: readonly PlannedTensor[];
	readonly files: readonly PlannedFile[];
	/** The text files that go beside the weights: `config.json`, `mergekit_config.yml`, `README.md`, an index. */
	readonly texts: Readonly<Record<string, string>>;
	/** Model reference -> what it was resolved to. */
	readonly models: Readonly<Record<string, { readonly id: string; readonly revision: string }>>;
	readonly totals: {
		readonly tensors: number;
		readonly bytesToRead: number;
		readonly bytesToWrite: number;
		/** Upper bound of bytes held at a time, at the planned budget. */
		readonly peakMemory: number;
		/** Range requests for weights. */
		readonly requests: number;
	};
	readonly findings: readonly Finding[];
}

export interface PlanOptions {
	/** Headers of every model that the recipe names, by its reference as written. */
	readonly headers: ReadonlyMap<string, ModelHeaders>;
	/** Headers of the published model, to compare with. */
	readonly published?: ModelHeaders | undefined;
	/** Default `precise`. */
	readonly semantics?: string | undefined;
	/** Bytes that a run may hold; default 512 MiB. */
	readonly memoryBudget?: number | undefined;
	/** Bytes per output shard; default 5 000 000 000 as mergekit's. */
	readonly shardSize?: number | undefined;
}

/** What came of one tensor. Structured-cloneable. */
export interface TensorResult {
	readonly index: number;
	/** slerp only. */
	readonly slerp: {
		readonly t: number;
		readonly cosine: number;
		readonly branch: 'great-circle' | 'linear';
		readonly w0: number;
		readonly w1: number;
	} | null;
	/** null where there was nothing to compare with. */
	readonly comparison: Comparison | null;
	/** Bytes of weights read for it. */
	readonly bytesRead: number;
}

/** Opens a weight file of one of the plan's models (`published` is the published model's key). */
export type OpenFile = (model: string, file: string) => ByteSource;

/** What {@link TensorMerger} needs for one tensor. */
export interface TensorTask {
	readonly index: number;
	readonly tensor: PlannedTensor;
	/**
	 * Receives the output in order, a chunk at a time; `bytes` may be kept or transferred. The next
	 * chunk waits until the promise resolves. Absent: nobody wants the output, only the result.
	 */
	readonly emit?: ((bytes: Uint8Array) => Promise<void>) | undefined;
	readonly onRead?: ((bytes: number) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** Merges one tensor, here or in a worker. */
export type TensorMerger = (task: TensorTask) => Promise<TensorResult>;

/** Where merged bytes go: a folder, a zip, nowhere. Calls come in file order, one at a time. */
export interface MergeSink {
	/** Starts a file of exactly `size` bytes. */
	open(name: string, size: number): Promise<void>;
	write(bytes: Uint8Array): Promise<void>;
	/** The current file is complete. */
	close(): Promise<void>;
	/** Everything was written: make it visible. */
	commit(): Promise<void>;
	/**
	 * The run failed or was cancelled: leave nothing behind. May come while another call is pending,
	 * whose promise then no longer matters; nothing is called afterwards.
	 */
	abort(): Promise<void>;
}

export interface RunOptions {
	readonly merge: TensorMerger;
	/** How many tensors may be in flight. */
	readonly concurrency: number;
	/** Bytes that may be held; default 512 MiB. */
	readonly memoryBudget?: number | undefined;
	readonly sink?: MergeSink | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Resolves when the run may go on; how a run is paused between tensors. */
	readonly gate?: (() => Promise<void>) | undefined;
	readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

export type RunEvent =
	| { readonly kind: 'started'; readonly index: number }
	| { readonly kind: 'read'; readonly bytes: number }
	| { readonly kind: 'finished'; readonly result: TensorResult };

export interface MergeOutcome {
	/** In plan order. */
	readonly results: readonly TensorResult[];
	readonly bytesRead: number;
}

/** A parameter that a method reads. */
export interface MethodParameter {
	readonly name: string;
	/** `tensor`: one value per output tensor. `model`: one per input, which may give its own. */
	readonly scope: 'tensor' | 'model';
	readonly required: boolean;
}

/** The weights of a tensor's inputs, and how slerp came to them. */
export interface Weighting {
	/** One float32 per input. */
	readonly weights: readonly number[];
	readonly slerp: TensorResult['slerp'];
}

/** What a method's file in `methods/` exports, and the registry lists. */
export interface MergeMethod {
	/** `merge_method` in recipes. */
	readonly name: string;
	/** How readers call it. */
	readonly label: string;
	readonly parameters: readonly MethodParameter[];
	/** How many inputs a tensor may have. */
	readonly inputs: { readonly min: number; readonly max: number };
	/** Whether `base_model` must be given; if so its tensor is the first input. */
	readonly needsBase: boolean;
	/** Whether the weights depend on the inputs, so that a pass over them comes first. */
	readonly needsGram: boolean;
	/** Resolves one tensor's parameters; throws what can be refused before a weight is read. */
	plan(context: MethodContext): TensorOperation;
	/** The weights for an operation that `plan` made, other than a copy. `gram` is empty unless needed. */
	weigh(operation: TensorOperation, kernels: Kernels, gram: Gram): Weighting;
}

export interface MethodContext {
	/** The output tensor. */
	readonly tensor: string;
	/** How many of the models have the tensor. */
	readonly inputs: number;
	/**
	 * A parameter's value here, or null where the recipe gives none; for a parameter of scope
	 * `model` that of the input with the given index (default 0).
	 */
	parameter(name: string, input?: number): number | null;
	/** A parameter that must be given; throws `parameter-missing`. */
	required(name: string, input?: number): number;
}

export type { Kernels };
