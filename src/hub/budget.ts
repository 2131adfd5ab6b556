import { throwIfAborted } from '../tensors/index.ts';
import { REAL_EFFECTS, type HubEffects, type OnWait } from './effects.ts';
import { parseRateLimit, type RateLimit } from './rateLimit.ts';

/** How many requests a server grants in any window. */
export interface Quota {
	/** Requests for files; null: not known. */
	readonly resolvers: number | null;
	/** Requests to the API. */
	readonly api: number | null;
	/** Length of the window in milliseconds. */
	readonly window: number;
}

/** Source: “Rate limits” of the Hub's documentation (September 2025), per IP address. */
export const ANONYMOUS_QUOTA: Quota = { resolvers: 3000, api: 500, window: 300_000 };
/** The same for a free account. */
export const ACCOUNT_QUOTA: Quota = { resolvers: 5000, api: 1000, window: 300_000 };
/** For servers whose quota we learn from what they answer. */
export const UNKNOWN_QUOTA: Quota = { resolvers: null, api: null, window: 300_000 };

/** Counts the requests to one server, and makes callers wait when its quota is spent. */
export interface RequestBudget {
	/** Waits until a request may be made, and counts it. Throws `aborted` as soon as `signal` aborts. */
	take(
		url: string,
		options: { readonly signal?: AbortSignal | undefined; readonly onWait?: OnWait | undefined },
	): Promise<Ticket>;
}

/** One request that was counted. */
export interface Ticket {
	/** To be called once there is an answer, or none (null). */
	answered(headers: Headers | null): void;
	/** Nobody should ask before `until` (milliseconds since 1970). */
	refused(until: number): void;
}

export function createBudget(
	quota: Quota,
	effects: Pick<HubEffects, 'now' | 'sleep'> = REAL_EFFECTS,
): RequestBudget {
	const now = (): number => effects.now();
	const counters = {
		resolvers: new WindowCounter(quota.resolvers, quota.window),
		api: new WindowCounter(quota.api, quota.window),
	};
	return {
		take: async (url, { signal, onWait }) => {
			const { pathname, host } = new URL(url);
			const bucket = /\/api\/(?!resolve-cache\/)/.test(pathname) ? 'api' : 'resolvers';
			const counter = counters[bucket];
			for (;;) {
				throwIfAborted(signal);
				const wait = counter.wait(now());
				if (wait <= 0) break;
				onWait?.({ until: now() + wait, why: 'quota', host });
				await effects.sleep(wait, signal);
			}
			counter.count(now());
			return {
				answered: (headers) => {
					const seen = parseRateLimit(headers?.get('RateLimit') ?? null);
					counter.answered(seen.find((limit) => limit.bucket === bucket) ?? null, now());
				},
				refused: (until) => {
					counter.block(until);
				},
			};
		},
	};
}

const budgets = new Map<string, RequestBudget>();

/**
 * The budget that all readers of this thread share, by origin and by whether they are signed in; one
 * of their own for those whose clock is another.
 */
export function budgetOf(
	origin: string,
	signedIn: boolean,
	effects: HubEffects = REAL_EFFECTS,
): RequestBudget {
	if (effects !== REAL_EFFECTS) return createBudget(quotaOf(origin, signedIn), effects);
	const key = `${signedIn ? 'signed in to ' : ''}${origin}`;
	const known = budgets.get(key);
	if (known !== undefined) return known;
	const budget = createBudget(quotaOf(origin, signedIn));
	budgets.set(key, budget);
	return budget;
}

function quotaOf(origin: string, signedIn: boolean): Quota {
	if (origin !== 'https://huggingface.co') return UNKNOWN_QUOTA;
	return signedIn ? ACCOUNT_QUOTA : ANONYMOUS_QUOTA;
}

/**
 * Requests of one kind. The Hub counts in fixed windows whose start we do not know, so without a word
 * from it we keep to its number in *every* window; what it says counts more, until its window ends.
 */
class WindowCounter {
	readonly #limit: number | null;
	readonly #window: number;
	/** When requests were made, oldest first, those of the last window. */
	#times: number[] = [];
	/** Requests without an answer yet. */
	#open = 0;
	#said: { remaining: number; readonly until: number } | null = null;

	constructor(limit: number | null, window: number) {
		this.#limit = limit;
		this.#window = window;
	}

	/** Milliseconds until a request may be made. */
	wait(now: number): number {
		if (this.#said !== null && now >= this.#said.until) {
			const { until } = this.#said;
			this.#times = this.#times.filter((time) => time >= until);
			this.#said = null;
		}
		if (this.#said !== null) return this.#said.remaining > 0 ? 0 : this.#said.until - now;
		this.#times = this.#times.filter((time) => time > now - this.#window);
		const [oldest = now] = this.#times;
		const full = this.#limit !== null && this.#times.length >= this.#limit;
		return full ? oldest + this.#window - now : 0;
	}

	count(now: number): void {
		this.#times.push(now);
		this.#open++;
		if (this.#said !== null) this.#said.remaining--;
	}

	answered(said: RateLimit | null, now: number): void {
		this.#open--;
		if (said === null) return;
		// Requests that are under way will be counted there, too.
		const remaining = said.remaining - this.#open;
		this.#said = { remaining, until: now + said.seconds * 1000 };
	}

	block(until: number): void {
		this.#said = { remaining: 0, until: Math.max(until, this.#said?.until ?? 0) };
	}
}
