/** A closed range of real numbers. */
export type Interval = readonly [low: number, high: number];

/** A window's bytes in one file: half open, counted from the start of the file. */
export interface SpotRange {
	/** The model reference, a key of the plan's models; `published` for the published model. */
	readonly model: string;
	readonly file: string;
	readonly start: number;
	readonly end: number;
}

/** The part of one tensor that a spot check reads: the same elements in all models. */
export interface SpotWindow {
	/** The tensor's index in the plan. */
	readonly index: number;
	/** First element, row-major: a multiple of {@link WINDOW_ALIGNMENT}. */
	readonly start: number;
	readonly elements: number;
	/** One per input, in the tensor's order. */
	readonly ranges: readonly SpotRange[];
	readonly published: SpotRange;
}

/** What a spot check reads, made without reading a weight. */
export interface SpotPlan {
	readonly sampleSeed: number;
	/** Windows in plan order: one for each tensor with a published counterpart. */
	readonly windows: readonly SpotWindow[];
	readonly totals: {
		/** Bytes to read. */
		readonly bytes: number;
		/** Reads, none of them joined with a neighbour. */
		readonly requests: number;
		/** Tensors with a window. */
		readonly tensors: number;
		/** Elements of the published model that are compared. */
		readonly elements: number;
		/** Bytes that a full comparison reads. */
		readonly ofBytes: number;
		/** Elements and tensors of the whole merge. */
		readonly ofElements: number;
		readonly ofTensors: number;
	};
}

/** What the bytes of a window are. */
export interface WindowBytes {
	/** One per input, in the tensor's order, as stored. */
	readonly inputs: readonly Uint8Array[];
	readonly published: Uint8Array;
}

/**
 * What a window showed. `agrees`: nothing contradicts. `consistent`: a method that drops elements;
 * every element is one that some choice gives. `close`: differs by less than can be told from
 * rounding. `different`: no honest run gives this. `undecidable`: the window cannot tell, and why.
 */
export type SpotFindingWord = 'agrees' | 'consistent' | 'close' | 'undecidable' | 'different';

/** The class of what is behind a difference. A swap and t → 1 − t are one class, `swapped`. */
export type SpotCause =
	/** A slerp of these parents, with another t. */
	| 'another-t'
	/** The parents have changed places. */
	| 'swapped'
	/** A sum of these parents, with other weights. */
	| 'other-weights'
	/** All but a few elements are as claimed. */
	| 'altered-elements'
	/** As claimed, but rounded to a coarser dtype on the way. */
	| 'another-dtype'
	/** Made of these parents in another way. */
	| 'another-method'
	/** No weights of these parents explain it: another parent or revision, another method, or a change afterwards. */
	| 'unexplained';

/** One tensor's finding. */
export interface SpotFinding {
	readonly index: number;
	readonly name: string;
	readonly finding: SpotFindingWord;
	/** The recipe's method. */
	readonly method: string;
	/** The t that the recipe claims; null where it claims none. */
	readonly claimed: number | null;
	/** Every t, or for model_stock share of the average, that explains the window; null where none was looked for or none does. */
	readonly found: Interval | null;
	/** Angles in radians with which a great circle explains the window. */
	readonly theta: Interval | null;
	/** Which branch explains the window; null where both could, none does, or there is none. */
	readonly branch: 'linear' | 'great-circle' | null;
	/** Elements that were compared. */
	readonly checked: number;
	/** Elements that contradict what was claimed. */
	readonly mismatch: number;
	/** Largest distance from what was claimed in ulps; null where no single value was claimed. */
	readonly maxUlp: number | null;
	/** The element that is furthest off, row-major within the tensor; null where none is or none can be named. */
	readonly worst: number | null;
	/** A sentence or two. */
	readonly reason: string;
	/** For `different` only. */
	readonly cause: SpotCause | null;
}
