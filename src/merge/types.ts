import type { Finding, RemeltError } from '../errors/index.ts';
import type {
	Comparison,
	FormulaOutcome,
	FormulaSpec,
	Kernels,
	RandomSource,
} from '../kernels/index.ts';
import type { Semantics } from '../recipe/index.ts';
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
export type TensorOperation = { readonly kind: 'copy' } | FormulaSpec;

/** A parameter's value for a tensor: one for all models, or one for each model by its reference. */
export type ParameterValue = number | boolean | Readonly<Record<string, number | null>>;

/** Where one model's draws for a tensor lie in the run's one random stream. */
export interface Draws {
	readonly model: string;
	/** Place of the first draw, counted from 0. */
	readonly start: number;
	readonly count: number;
}

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
	/** The recipe's parameters as they are resolved for this tensor, defaults included. */
	readonly parameters: Readonly<Record<string, ParameterValue>>;
	/** Where a random method's draws lie; null for all others, and where each tensor has a generator. */
	readonly draws: readonly Draws[] | null;
	/** In the method's order: the base first where the method has one. */
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
	/** What random methods draw from; null where nothing is drawn. */
	readonly seed: number | null;
	/** Which of equal magnitudes survive a cut. */
	readonly ties: TiesOrder;
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

/**
 * Which of equal magnitudes survive a cut: those that mergekit's sort leaves, up to a size of tensor
 * that keeps it bearable, or those of the lowest indices.
 */
export type TiesOrder = 'mergekit' | 'index';

export interface PlanOptions {
	/** Headers of every model that the recipe names, by its reference as written. */
	readonly headers: ReadonlyMap<string, ModelHeaders>;
	/** Headers of the published model, to compare with. */
	readonly published?: ModelHeaders | undefined;
	/** A release, a date or `precise`; default {@link DEFAULT_SEMANTICS}. */
	readonly semantics?: string | undefined;
	/** Seed of random methods; default 0. */
	readonly seed?: number | undefined;
	/** Default `mergekit`. */
	readonly ties?: TiesOrder | undefined;
	/** Bytes that a run may hold; default 512 MiB. */
	readonly memoryBudget?: number | undefined;
	/** Bytes per output shard; default 5 000 000 000 as mergekit's. */
	readonly shardSize?: number | undefined;
}

/** SHA-256 digests in lower-case hex. */
export interface TensorDigests {
	/** Of each input's range, in the order of the tensor's inputs. */
	readonly inputs: readonly string[];
	/** Of the output; null where nobody wanted it. */
	readonly output: string | null;
}

/** Takes bytes in order and says the SHA-256 digest of all of them, in lower-case hex. */
export interface Hasher {
	update(bytes: Uint8Array): void;
	digest(): string;
}

/**
 * What the author's machine came to in a slerp and nobody wrote down, recovered from the published
 * bits: the weights with which every one of them agrees.
 */
export interface Witness {
	readonly kind: 'slerp';
	readonly branch: 'great-circle' | 'linear';
	/** Weights of the first and the second tensor, float32. */
	readonly w0: number;
	readonly w1: number;
	/** Cosines from which weights come that cannot be told from these; null on the linear branch. */
	readonly cosine: readonly [least: number, most: number] | null;
	/** The cosine in exact arithmetic. */
	readonly exact: number;
	/** Pairs of float32 weights that agree in every bit as well. */
	readonly others: number;
}

/** A tensor that is not what was published, bit for bit, and a way to look at both once more. */
export interface Unexplained {
	readonly tensor: PlannedTensor;
	readonly outcome: FormulaOutcome;
	readonly kernels: Kernels;
	/** All of it in order, inputs in the dtype that the method gets them in; as often as wanted. */
	readonly parts: () => AsyncIterable<UnexplainedPart>;
}

export interface UnexplainedPart {
	readonly inputs: readonly { readonly dtype: FloatDtype; readonly bytes: Uint8Array }[];
	readonly published: Uint8Array;
}

/** What a search for a witness came to. */
export interface Explanation {
	/** With which every bit is as published. */
	readonly witness: Witness | null;
	/** No number that an author's machine can have come to gives the published bits. */
	readonly refuted: boolean;
}

/** Looks for a witness; null where there is none to look for. */
export type Explain = (unexplained: Unexplained) => Promise<Explanation | null>;

/** What came of one tensor. Structured-cloneable. */
export interface TensorResult {
	readonly index: number;
	/** What the formula found on its way; null for copies. */
	readonly outcome: FormulaOutcome | null;
	/** SHA-256 of what was read and made, where the merger was given a hasher. */
	readonly digests: TensorDigests | null;
	/** null where there was nothing to compare with. */
	readonly comparison: Comparison | null;
	/** Of a tensor that differs; null where nothing was looked for. */
	readonly explanation: Explanation | null;
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
	/** Gives an array of exactly so many bytes to be filled and emitted. Absent: new ones are made. */
	readonly room?: ((bytes: number) => Uint8Array) | undefined;
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
	/**
	 * In place of `open` for a file that an earlier run began: its first `written` bytes are there. A
	 * sink without this cannot take up a run.
	 */
	resume?(name: string, size: number, written: number): Promise<void>;
	/** All bytes of a tensor were written. */
	finished?(result: TensorResult): Promise<void>;
	/** Everything was written: make it visible. */
	commit(): Promise<void>;
	/**
	 * The run failed or was cancelled: leave nothing behind but what a later run can take up. May come while another call is pending,
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
	/** Gets each part of the output once the sink has taken it. The sink must not keep it then. */
	readonly recycle?: ((bytes: Uint8Array) => void) | undefined;
	/** Results of the first tensors from an earlier run, whose bytes the sink has. */
	readonly done?: readonly TensorResult[] | undefined;
	/**
	 * Files that go beside the weights and the plan's texts, by name. They are asked for one after
	 * another, each after the one before has been written.
	 */
	readonly extras?: ((outcome: MergeOutcome) => AsyncIterable<ExtraFile>) | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Resolves when the run may go on; how a run is paused between tensors. */
	readonly gate?: (() => Promise<void>) | undefined;
	readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

export type ExtraFile = readonly [name: string, bytes: Uint8Array];

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
	/** What holds where the recipe gives none; absent where it has to give one; null: there is none. */
	readonly default?: number | boolean | null;
	/** What it does, in a sentence. */
	readonly meaning: string;
}

/** What `base_model` is to a method. */
export type BaseRole =
	/** Nothing: a base that is listed is a model like any other. */
	| 'none'
	/** One of the models: the one that comes first. */
	| 'one-of'
	/** What task vectors are taken from: an input of its own, the first. */
	| 'apart'
	/** As `apart`, where the recipe gives one. */
	| 'optional';

/** What a method's file in `methods/` exports, and the registry lists. */
export interface MergeMethod {
	/** `merge_method` in recipes. */
	readonly name: string;
	/** How readers call it. */
	readonly label: string;
	/** What it does, in a sentence or two. */
	readonly summary: string;
	readonly parameters: readonly MethodParameter[];
	/** How many models a tensor may have; a base that stands apart is not counted. */
	readonly models: { readonly min: number; readonly max: number };
	readonly base: BaseRole;
	/** Vocabularies of unequal size are cut to the base's, or (left out) to what all models have. */
	readonly crop?: 'base' | undefined;
	/** Resolves one tensor's parameters; throws what can be refused before a weight is read. */
	plan(context: MethodContext): TensorOperation;
}

/** One tensor as its method sees it. */
export interface MethodContext {
	/** The output tensor. */
	readonly tensor: string;
	readonly shape: readonly number[];
	readonly elements: number;
	readonly semantics: Semantics;
	/** The dtype that the method works in: the weights' own, or float32. */
	readonly work: FloatDtype;
	/** Models that have the tensor, in recipe order, a base that is one of them first. */
	readonly models: readonly string[];
	/** Whether a base that stands apart is the first input. */
	readonly hasBase: boolean;
	readonly random: RandomSource;
	/** Which order of equal magnitudes was asked for, as far as the tensor's size allows. */
	readonly ties: TiesOrder;
	/**
	 * A parameter's value here; for a parameter of scope `model` that of the model with the given index.
	 * Throws `parameter-missing` where it has to be given and is not; null where its default is null.
	 */
	readonly number: (name: string, model?: number) => number | null;
	/** As {@link number}, of a parameter that always has a value. */
	readonly required: (name: string, model?: number) => number;
	/** As {@link required}, of a parameter that is on or off. */
	readonly flag: (name: string) => boolean;
	/** An error `parameter-invalid` about a parameter's value for this tensor. */
	readonly invalid: (name: string, problem: string, hint: string) => RemeltError;
}

export type { Kernels };
