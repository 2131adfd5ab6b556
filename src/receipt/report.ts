import type { Witness } from '../merge/index.ts';
import type { Dtype } from '../tensors/index.ts';

/** How much was read to come to a finding; docs/receipt.md has the ladder. */
export const LEVELS = ['headers', 'spot', 'tensor', 'full'] as const;

export type Level = (typeof LEVELS)[number];

/** What verifying can find, of a tensor and of a model; docs/receipt.md says what each of them means. */
export const FINDING_WORDS = [
	'identical',
	'explained',
	'consistent',
	'agrees',
	'fits',
	'close',
	'undecidable',
	'different',
	'incomplete',
] as const;

export type FindingWord = (typeof FINDING_WORDS)[number];

/** Both ends count. */
export type Interval = readonly [least: number, most: number];

/** How many of a tensor's elements differ from the published ones, and by how much. */
export interface Differences {
	/** Elements of other values; zeros of unlike signs are none. */
	readonly mismatch: number;
	/** Largest distance in ulps; 2^32 - 1 where one of two is no number. */
	readonly maxUlp: number;
	/** Counts of distances 0, 1, 2, 3-4, 5-8, 9-16, more; null where they were not counted. */
	readonly histogram: readonly number[] | null;
	/** Elements that are zero in both and differ in sign; null where they were not counted. */
	readonly signOfZero: number | null;
	/** Row-major index of the element at the largest distance; null where none differs. */
	readonly worst: number | null;
}

/** What was found of one tensor, at any level. */
export interface TensorReport {
	readonly name: string;
	/** Of the merged tensor. */
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	readonly method: string;
	/** `incomplete` where it was not looked at. */
	readonly finding: FindingWord;
	/** Elements that were looked at; 0 at the level `headers`. */
	readonly checked: number;
	/** null where elements were not compared one by one. */
	readonly differences: Differences | null;
	/** With which every bit is as published; null where none was needed or found. */
	readonly witness: Witness | null;
	/** The recipe's t; null for methods without one. */
	readonly claimed: number | null;
	/** Which t the published elements allow; null where it was not asked, or all do. */
	readonly found: Interval | null;
	/** The angle between the parents in radians; null where there is none. */
	readonly theta: Interval | null;
	readonly branch: 'great-circle' | 'linear' | null;
	/** SHA-256 of the published tensor's bytes; null where it was not taken. */
	readonly published: string | null;
	/** Why it could not be told, or what speaks against it, in a sentence; null where nothing needs saying. */
	readonly reason: string | null;
}

/** Why a finding is not the best one, or what an honest author may have done otherwise. */
export interface Cause {
	/** A class, in kebab-case: `other-t`, `swapped`, `published-extra`. */
	readonly code: string;
	/** A whole sentence. */
	readonly text: string;
}

/** What verifying a published model came to, at whatever level: what receipts are made of. */
export interface VerificationReport {
	readonly level: Level;
	readonly finding: FindingWord;
	/** What a reader should take with him. */
	readonly sentence: string;
	readonly coverage: {
		/** Tensors that were looked at. */
		readonly tensors: number;
		/** Tensors that the merge has. */
		readonly of: number;
		/** Bytes of the merged weights that were looked at. */
		readonly bytes: number;
		/** Bytes that the merged weights have. */
		readonly ofBytes: number;
	};
	/** In plan order: all of them, or at the level `tensor` those that were asked for. */
	readonly tensors: readonly TensorReport[];
	readonly causes: readonly Cause[];
	/** What a spot check's windows were chosen by; null at other levels. */
	readonly sampleSeed: number | null;
}
