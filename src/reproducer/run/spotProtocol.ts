import type { SerializedError } from '../../errors/index.ts';
import type { MergePlan, WorkerModel } from '../../merge/index.ts';
import type { SpotFinding, SpotPlan } from '../../verify/index.ts';

/** What a spot worker is asked: what to check, and where the models' files are. One at a time. */
export interface SpotRequest {
	readonly plan: MergePlan;
	readonly spot: SpotPlan;
	/** By reference, the published one among them. */
	readonly models: Readonly<Record<string, WorkerModel>>;
}

/** What a spot worker answers to a request: any number of `found`, then `done` or `failed`. */
export type SpotReport =
	/** In the order in which windows are done. */
	| { readonly kind: 'found'; readonly finding: SpotFinding; readonly bytes: number }
	/** All findings, in plan order. */
	| { readonly kind: 'done'; readonly findings: readonly SpotFinding[] }
	| { readonly kind: 'failed'; readonly error: SerializedError };

/** The part of a page's `Worker` that a spot check uses. */
export interface SpotWorker {
	postMessage(message: SpotRequest): void;
	terminate(): void;
	onmessage: ((event: MessageEvent<SpotReport>) => void) | null;
	onerror: ((event: ErrorEvent) => void) | null;
}
