import type { SerializedError } from '../../errors/index.ts';
import type { BackendChoice, BackendSetting, Calibration } from '../../kernels/index.ts';
import type { KnownFile } from '../../hub/index.ts';
import type { PlannedTensor, TensorResult } from '../types.ts';

/** Where a worker finds a model's weight files. Sizes and ETags come from the plan's headers. */
export type WorkerModel =
	| {
			readonly kind: 'hub';
			/** Absolute. */
			readonly base: string;
			readonly repo: string;
			/** A commit, so that every worker reads the same. */
			readonly revision: string;
			readonly files: readonly WorkerFile[];
	  }
	| {
			readonly kind: 'folder';
			/** By their path in the model's folder: a cloned `File` forgets where it lay. */
			readonly files: readonly { readonly name: string; readonly file: File }[];
	  }
	| {
			readonly kind: 'disk';
			readonly files: readonly DiskFile[];
	  };

/** What is known of a weight file on a Hub since its header was read. */
export type WorkerFile = KnownFile;

/** A weight file on disk, as it was when its header was read. */
export interface DiskFile {
	/** Its path in the model's folder. */
	readonly name: string;
	/** Absolute. */
	readonly path: string;
	readonly size: number;
	/** Milliseconds since 1970; a file that changes while it is read is refused. */
	readonly mtimeMs: number;
}

/** What a worker is to compute with. */
export interface BackendRequest {
	readonly setting: BackendSetting;
	/** Workers that compute at once. */
	readonly workers: number;
	/** What another worker has measured on this machine. */
	readonly calibration: Calibration | null;
}

/** What is asked of a merge worker. A worker has at most one merge at a time. */
export type Request =
	/** The first message. Answered by `ready` or `failed`. */
	| {
			readonly kind: 'open';
			readonly models: Readonly<Record<string, WorkerModel>>;
			/** The run's budget: a tensor that does not fit is streamed. */
			readonly memoryBudget: number;
			/** Absent: kernels of the worker's own choice, and no word about them. */
			readonly backend?: BackendRequest | undefined;
	  }
	/** Answered by any number of `read` and `chunk`, then `merged` or `failed`. */
	| {
			readonly kind: 'merge';
			readonly index: number;
			readonly tensor: PlannedTensor;
			/** Whether the output is wanted; else only its result. */
			readonly wanted: boolean;
	  }
	/** The last chunk was taken: the next may come, in memory that is given back. */
	| { readonly kind: 'taken'; readonly spare?: Uint8Array<ArrayBuffer> | undefined }
	/** Stop before the next read, or go on. What is read from this machine's disk is read to a tensor's end. */
	| { readonly kind: 'hold'; readonly held: boolean }
	/** Another worker has found the GPU to be wrong or gone. */
	| { readonly kind: 'leave-gpu' };

/** What a merge worker reports. */
export type Report =
	| { readonly kind: 'ready' }
	/** What it computes with: before `ready`, and once more where it leaves the GPU. */
	| {
			readonly kind: 'backend';
			readonly choice: BackendChoice;
			readonly calibration: Calibration | null;
	  }
	| { readonly kind: 'read'; readonly bytes: number }
	/** Merged bytes in order, transferred. The worker waits for `taken`. */
	| { readonly kind: 'chunk'; readonly bytes: Uint8Array<ArrayBuffer> }
	| { readonly kind: 'merged'; readonly result: TensorResult }
	| { readonly kind: 'failed'; readonly error: SerializedError };
