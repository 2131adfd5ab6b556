import type { ErrorCode } from '../../errors/index.ts';
import type { ReproducerContract } from '../contract.ts';
import { formatCount } from '../format.ts';
import { PUBLISHED_NAME } from '../models.ts';
import { compares } from '../requests.ts';
import type { Wish } from '../requests.ts';
import type { State } from '../state.ts';

/** Where a reader stands, and how to go on from there. */
export interface Situation {
	readonly state: Exclude<State, { phase: 'idle' }>;
	readonly contract: ReproducerContract;
	readonly wish: Wish | null;
	readonly onAsk: (wish: Wish) => void;
	readonly onClose: () => void;
}

/** Back to the plan, through fresh headers: what went wrong may have been mended meanwhile. */
export function again({ wish, onAsk, onClose }: Situation): () => void {
	return () => {
		if (wish === null) onClose();
		else onAsk(wish);
	};
}

/** The way on where the published weights are what cannot be read: merge, compare nothing. */
export function withoutPublished({ state, wish, contract, onAsk }: Situation): (() => void) | null {
	if (state.phase !== 'failed' || state.plan !== null || wish === null) return null;
	if (state.error.details['model'] !== PUBLISHED_NAME) return null;
	// A Hub that does not answer has not got the parents either.
	if (state.error.code === 'network-failed') return null;
	if (!HUB_ERRORS.has(state.error.code) || !compares(wish, contract)) return null;
	return () => {
		onAsk({ ...wish, compare: false });
	};
}

/** The way on where the Hub is what cannot be read: this site serves the toy weights itself. */
export function rehearsal({ state, wish, contract, onAsk }: Situation): (() => void) | null {
	if (state.phase !== 'failed' || state.plan !== null || wish?.mode !== 'check') return null;
	if (!HUB_ERRORS.has(state.error.code) || contract.rehearsal === null) return null;
	return () => {
		onAsk({ ...wish, mode: 'rehearsal' });
	};
}

/** What goes wrong between the page and a model on the Hub, before a plan. */
const HUB_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
	'not-found',
	'gated',
	'file-missing',
	'network-failed',
	'http-status',
]);

/** How far a run got before it failed; null where it had not begun. */
export function reachedText(state: Extract<State, { phase: 'failed' }>): string | null {
	if (state.plan === null) return null;
	const { tensorsDone } = state.progress;
	return `It happened after ${formatCount(tensorsDone)} of ${formatCount(state.plan.totals.tensors)} tensors.`;
}
