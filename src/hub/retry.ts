import { RemeltError } from '../errors/index.ts';
import type { HubEffects, OnWait } from './effects.ts';
import { abortError } from './httpErrors.ts';

/** Tries without a byte more than before, after which a read is given up. */
export const TRIES = 5;
/** Milliseconds before the second try; doubled before each one after it. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** The same after a 429 that does not say how long: together longer than the Hub's window of 5 minutes. */
const FIRST_RATE_DELAY = 30_000;
const LONGEST_RATE_DELAY = 300_000;

/** Whether the same request may come to a better end a little later. */
export function canGetBetter({ code, details }: RemeltError): boolean {
	const { status, received, expected } = details;
	switch (code) {
		case 'network-failed':
		case 'rate-limited':
			return true;
		case 'http-status':
			return typeof status === 'number' && (status >= 500 || status === 408 || status === 425);
		case 'range-mismatch':
			// A body that ends early is a broken connection that nobody noticed.
			return typeof received === 'number' && typeof expected === 'number' && received < expected;
		default:
			return false;
	}
}

/**
 * Milliseconds to wait after the n-th failure in a row (from 1): what the server says, else twice as
 * long each time; a random part of it keeps many readers from asking at the same moment.
 */
export function delayAfter(
	failures: number,
	{ code, details }: RemeltError,
	random: number,
): number {
	const doubled = 2 ** (failures - 1);
	if (code !== 'rate-limited')
		return Math.min(LONGEST_DELAY, FIRST_DELAY * doubled) * (0.5 + random / 2);
	const said = details['retryAfter'];
	if (typeof said === 'number') return 1000 * said + 1000 * random;
	return Math.min(LONGEST_RATE_DELAY, FIRST_RATE_DELAY * doubled) * (1 + random / 4);
}

export interface Persistence {
	readonly effects: HubEffects;
	readonly tries: number;
	/** The server that is waited for, in messages. */
	readonly host: string;
	readonly signal?: AbortSignal | undefined;
	readonly onWait?: OnWait | undefined;
	/** Bytes that have arrived; a failure after more of them does not count with those before. */
	readonly progress?: (() => number) | undefined;
}

/**
 * Runs `step` until it succeeds, fails for good, or failed `tries` times without progress; then throws
 * the last error, with `tries` in its details. Throws `aborted` as soon as `signal` aborts.
 */
export async function persist<T>(step: () => Promise<T>, persistence: Persistence): Promise<T> {
	const { effects, tries, host, signal, onWait, progress = () => 0 } = persistence;
	for (let failures = 0, before = progress(); ;) {
		if (signal?.aborted) throw abortError(signal, signal.reason);
		try {
			return await step();
		} catch (error) {
			if (signal?.aborted) throw abortError(signal, error);
			if (!(error instanceof RemeltError) || !canGetBetter(error)) throw error;
			failures = progress() > before ? 1 : failures + 1;
			before = progress();
			if (failures >= tries) throw inVain(error, failures);
			const delay = delayAfter(failures, error, effects.random());
			const why = error.code === 'rate-limited' ? 'rate-limited' : 'trouble';
			onWait?.({ until: effects.now() + delay, why, host });
			await effects.sleep(delay, signal);
		}
	}
}

function inVain(error: RemeltError, tries: number): RemeltError {
	const { code, message, hint, details } = error;
	if (tries === 1) return error;
	return new RemeltError(code, message, { hint, details: { ...details, tries }, cause: error });
}
