import type { SerializedError } from '../errors/index.ts';
import type { BackendChoice } from '../kernels/index.ts';
import type { MergeOutcome, MergePlan } from '../merge/index.ts';
import type { TensorResult } from '../merge/index.ts';
import type { SpotFinding, SpotPlan } from '../verify/index.ts';
import type { Computing } from './computing.ts';
import { NO_PROGRESS } from './progress.ts';
import type { Progress } from './progress.ts';

/** Which weights a job reads: the Hub's, small built-in ones, folders of the reader's own. */
export type Mode = 'check' | 'rehearsal' | 'folders';

/** What the reader asked for. */
export interface Job {
	/** Counts up; events of earlier jobs are dropped. */
	readonly id: number;
	readonly mode: Mode;
	readonly recipe: string;
	/** The recipe was changed by the reader and is not the card's. */
	readonly variant: boolean;
}

/** How much of the headers has been read. */
export interface Reading {
	/** The models to open, and which of them are open. */
	readonly models: readonly { readonly reference: string; readonly open: boolean }[];
}

/** Where the merged files are once a run is done. */
export type Kept =
	| { readonly kind: 'nothing' }
	| { readonly kind: 'folder'; readonly name: string }
	| { readonly kind: 'memory'; readonly files: ReadonlyMap<string, Blob> };

/** Every state that the reproducer can be in; each has a view of its own. */
export type State =
	| { readonly phase: 'idle' }
	/** The reader points to the folders of these models. */
	| { readonly phase: 'choosing'; readonly references: readonly string[] }
	| { readonly phase: 'reading'; readonly job: Job; readonly reading: Reading }
	| { readonly phase: 'planned'; readonly job: Job; readonly plan: MergePlan }
	/** A spot check runs. */
	| {
			readonly phase: 'checking';
			readonly job: Job;
			readonly plan: MergePlan;
			readonly spot: SpotPlan;
			readonly progress: Progress;
			/** In the order in which windows were done. */
			readonly findings: readonly SpotFinding[];
	  }
	/** What a spot check came to. */
	| {
			readonly phase: 'checked';
			readonly job: Job;
			readonly plan: MergePlan;
			readonly spot: SpotPlan;
			/** In plan order. */
			readonly findings: readonly SpotFinding[];
			/** The semantics by which something contradicts the recipe; the plan's is not among them where it fits. */
			readonly contradicted: readonly string[];
			readonly seconds: number;
	  }
	| RunState<'running'>
	| RunState<'paused'>
	| {
			readonly phase: 'cancelled';
			readonly job: Job;
			readonly plan: MergePlan;
			readonly progress: Progress;
			/** The spot check that was cancelled; null: it was a merge. */
			readonly spot: SpotPlan | null;
	  }
	| {
			readonly phase: 'failed';
			readonly job: Job;
			/** null: it failed before there was one. */
			readonly plan: MergePlan | null;
			readonly progress: Progress;
			readonly results: readonly TensorResult[];
			readonly error: SerializedError;
	  }
	| {
			readonly phase: 'done';
			readonly job: Job;
			readonly plan: MergePlan;
			readonly outcome: MergeOutcome;
			readonly seconds: number;
			readonly kept: Kept;
			readonly computing: Computing;
	  };

interface RunState<Phase extends string> {
	readonly phase: Phase;
	readonly job: Job;
	readonly plan: MergePlan;
	readonly progress: Progress;
	/** Of the tensors that are done, in the order in which they finished. */
	readonly results: readonly TensorResult[];
	readonly computing: Computing;
}

/** What happens. All but `asked`, `choosing` and `closed` name the job that they belong to. */
export type Event =
	| { readonly type: 'asked'; readonly job: Job }
	| { readonly type: 'choosing'; readonly references: readonly string[] }
	| { readonly type: 'closed' }
	| { readonly type: 'reading'; readonly job: number; readonly reading: Reading }
	| { readonly type: 'planned'; readonly job: number; readonly plan: MergePlan }
	| { readonly type: 'checking'; readonly job: number; readonly spot: SpotPlan }
	| {
			readonly type: 'found';
			readonly job: number;
			readonly progress: Progress;
			readonly findings: readonly SpotFinding[];
	  }
	| {
			readonly type: 'checked';
			readonly job: number;
			/** By the semantics that fits: perhaps not the one that was planned. */
			readonly plan: MergePlan;
			readonly spot: SpotPlan;
			readonly findings: readonly SpotFinding[];
			readonly contradicted: readonly string[];
			readonly seconds: number;
	  }
	| { readonly type: 'started'; readonly job: number; readonly computing: Computing }
	| { readonly type: 'computing'; readonly job: number; readonly choice: BackendChoice }
	| {
			readonly type: 'progressed';
			readonly job: number;
			readonly progress: Progress;
			readonly results: readonly TensorResult[];
	  }
	| { readonly type: 'paused'; readonly job: number }
	| { readonly type: 'resumed'; readonly job: number }
	| { readonly type: 'cancelled'; readonly job: number }
	| { readonly type: 'failed'; readonly job: number; readonly error: SerializedError }
	| {
			readonly type: 'finished';
			readonly job: number;
			readonly outcome: MergeOutcome;
			readonly seconds: number;
			readonly kept: Kept;
	  };

/** Before anything was asked for. */
export const IDLE: State = { phase: 'idle' };

/**
 * The next state. Pure; an event that does not belong to the present job, or that cannot happen in
 * the present state, changes nothing.
 */
export function reduce(state: State, event: Event): State {
	if (event.type === 'asked') return { phase: 'reading', job: event.job, reading: { models: [] } };
	if (event.type === 'choosing') return { phase: 'choosing', references: event.references };
	if (event.type === 'closed') return IDLE;
	if (state.phase === 'idle' || state.phase === 'choosing' || state.job.id !== event.job)
		return state;
	switch (event.type) {
		case 'reading':
			return state.phase === 'reading' ? { ...state, reading: event.reading } : state;
		case 'planned':
			return state.phase === 'reading'
				? { phase: 'planned', job: state.job, plan: event.plan }
				: state;
		case 'checking':
			return check(state, event.spot);
		case 'found':
			return state.phase === 'checking'
				? { ...state, progress: event.progress, findings: event.findings }
				: state;
		case 'checked':
			return checked(state, event);
		case 'started':
			return start(state, event.computing);
		case 'computing':
			return state.phase === 'running' || state.phase === 'paused'
				? { ...state, computing: { ...state.computing, choice: event.choice } }
				: state;
		case 'progressed':
			return state.phase === 'running' || state.phase === 'paused'
				? { ...state, progress: event.progress, results: event.results }
				: state;
		case 'paused':
			return state.phase === 'running' ? { ...state, phase: 'paused' } : state;
		case 'resumed':
			return state.phase === 'paused' ? { ...state, phase: 'running' } : state;
		case 'cancelled':
			return cancel(state);
		case 'failed':
			return fail(state, event.error);
		case 'finished':
			return state.phase === 'running' || state.phase === 'paused'
				? {
						phase: 'done',
						job: state.job,
						plan: state.plan,
						outcome: event.outcome,
						seconds: event.seconds,
						kept: event.kept,
						computing: state.computing,
					}
				: state;
	}
}

type Active = Exclude<State, { readonly phase: 'idle' | 'choosing' }>;

/** A plan that nothing is being done with; null where there is none. */
function plannedOf(state: Active): { readonly job: Job; readonly plan: MergePlan } | null {
	switch (state.phase) {
		case 'reading':
		case 'checking':
		case 'running':
		case 'paused':
			return null;
		case 'planned':
		case 'checked':
		case 'cancelled':
		case 'failed':
		case 'done': {
			const { job, plan } = state;
			return plan === null ? null : { job, plan };
		}
	}
}

function start(state: Active, computing: Computing): State {
	const planned = plannedOf(state);
	if (planned === null) return state;
	return { phase: 'running', ...planned, progress: NO_PROGRESS, results: [], computing };
}

function check(state: Active, spot: SpotPlan): State {
	const planned = plannedOf(state);
	if (planned === null) return state;
	return { phase: 'checking', ...planned, spot, progress: NO_PROGRESS, findings: [] };
}

function checked(state: Active, event: Extract<Event, { type: 'checked' }>): State {
	if (state.phase !== 'checking') return state;
	const { plan, spot, findings, contradicted, seconds } = event;
	return { phase: 'checked', job: state.job, plan, spot, findings, contradicted, seconds };
}

function cancel(state: Active): State {
	if (state.phase === 'reading') return IDLE;
	if (state.phase !== 'running' && state.phase !== 'paused' && state.phase !== 'checking')
		return state;
	const { job, plan } = state;
	const spot = state.phase === 'checking' ? state.spot : null;
	return { phase: 'cancelled', job, plan, spot, progress: { ...state.progress, active: [] } };
}

function fail(state: Active, error: SerializedError): State {
	if (state.phase === 'cancelled' || state.phase === 'failed') return state;
	const running = state.phase === 'running' || state.phase === 'paused';
	const busy = running || state.phase === 'checking';
	return {
		phase: 'failed',
		job: state.job,
		plan: state.phase === 'reading' ? null : state.plan,
		progress: busy ? { ...state.progress, active: [] } : NO_PROGRESS,
		results: running ? state.results : [],
		error,
	};
}
