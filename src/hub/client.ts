import { RemeltError } from '../errors/index.ts';
import { readWhole, Watchdog } from './body.ts';
import { budgetOf, type RequestBudget, type Ticket } from './budget.ts';
import { REAL_EFFECTS, type HubEffects, type OnWait } from './effects.ts';
import type { ResolvedLocation } from './location.ts';
import { persist, TRIES, type Persistence } from './retry.ts';
import { strictFetch, type Fetch } from './strictFetch.ts';
import { checkToken, isPrivateWay, signedInError } from './token.ts';

/** Bytes of one answer of the API: a tree of ten thousand files has some megabytes. */
export const API_LIMIT = 50_000_000;
/** Milliseconds for which nobody asks after a 429 that does not say how long. */
const UNEXPLAINED_LIMIT = 30_000;

/** How the Hub is asked. */
export interface ClientOptions {
	/** The plain fetch that ours is built on; default the global one. */
	readonly fetch?: Fetch | undefined;
	/** Milliseconds without a byte after which a request is given up; default 30 000. */
	readonly stallTimeout?: number | undefined;
	/**
	 * An access token, sent to the Hub's own origin only: not to where it redirects to, and not in the
	 * clear. It is kept in memory only.
	 */
	readonly token?: string | undefined;
	/** Tries without progress after which a read is given up; default 5. */
	readonly tries?: number | undefined;
	/** Default: one that all readers of this thread share. */
	readonly budget?: RequestBudget | undefined;
	/** Told of every wait before it begins. */
	readonly onWait?: OnWait | undefined;
	/** Clock, sleep and random numbers; default the real ones. */
	readonly effects?: HubEffects | undefined;
}

export interface GetOptions {
	/** Guards the request; it rests while the budget has none to give. */
	readonly watchdog: Watchdog;
	/** The half-open range of bytes. */
	readonly range?: readonly [start: number, end: number] | undefined;
	/** The address that errors name, in place of one with a signature. */
	readonly shownAs?: string | undefined;
}

/** One reader's way to one server. */
export class HubClient {
	readonly effects: HubEffects;
	/** Scheme, host and port of the Hub itself. */
	readonly origin: string;
	readonly #options: ClientOptions;
	readonly #token: string | undefined;
	readonly #budget: RequestBudget | undefined;

	/** Throws `gated` where the token cannot be one. */
	constructor({ base, api }: ResolvedLocation, options: ClientOptions = {}) {
		const { token, effects = REAL_EFFECTS } = options;
		const url = new URL(base);
		this.effects = effects;
		this.origin = url.origin;
		this.#options = options;
		this.#token = token === undefined || !isPrivateWay(url) ? undefined : checkToken(token);
		// Static files have no quota that we know of.
		this.#budget =
			options.budget ??
			(api ? budgetOf(url.origin, token !== undefined, options.effects) : undefined);
	}

	/** One request and its headers, counted; errors as {@link strictFetch}, and `aborted`. */
	async get(url: string, { watchdog, range, shownAs }: GetOptions): Promise<Response> {
		const { signal } = watchdog;
		const headers = new Headers();
		if (range !== undefined) headers.set('Range', `bytes=${range[0]}-${range[1] - 1}`);
		const init = { headers, signal };
		if (new URL(url).origin !== this.origin)
			return strictFetch(url, init, { fetch: this.#fetch, shownAs });
		if (this.#token !== undefined) headers.set('Authorization', `Bearer ${this.#token}`);
		const ticket = await this.#ticket(url, watchdog);
		let answer: Response | null = null;
		// A browser's fetch refuses to be called as the method of anything.
		const plain = this.#fetch;
		const fetch: Fetch = async (...request) => (answer = await plain(...request));
		try {
			return await strictFetch(url, init, { fetch, shownAs });
		} catch (error) {
			if (isUnexplainedLimit(error)) ticket?.refused(this.effects.now() + UNEXPLAINED_LIMIT);
			throw this.#token === undefined ? error : signedInError(error);
		} finally {
			ticket?.answered(this.#ownHeaders(answer));
		}
	}

	/** Runs a step as often as it takes, each time under a new watchdog: see {@link persist}. */
	async persist<T>(
		url: string,
		step: (watchdog: Watchdog) => Promise<T>,
		{ signal, progress }: Pick<Persistence, 'signal' | 'progress'>,
	): Promise<T> {
		const { tries = TRIES, onWait } = this.#options;
		const { effects, origin } = this;
		const { host } = new URL(origin);
		return persist(
			async () => {
				const watchdog = new Watchdog(url, { signal, timeout: this.#options.stallTimeout });
				try {
					return await step(watchdog);
				} finally {
					watchdog.stop();
				}
			},
			{ effects, tries, onWait, host, signal, progress },
		);
	}

	/**
	 * A `fetch` for @huggingface/hub, which reads bodies itself: it answers only when the whole body is
	 * there, which is an `http-status` beyond `limit` bytes.
	 */
	fetchWhole(limit: number, signal: AbortSignal | undefined): Fetch {
		return async (input) => {
			const url = input instanceof Request ? input.url : String(input);
			const read = async (watchdog: Watchdog): Promise<Response> => {
				const response = await this.get(url, { watchdog });
				const body = await readWhole(response, limit, { url, watchdog });
				const { status, headers } = response;
				return new Response(new Uint8Array(body), { status, headers });
			};
			return this.persist(url, read, { signal });
		};
	}

	get #fetch(): Fetch {
		return this.#options.fetch ?? globalThis.fetch;
	}

	async #ticket(url: string, watchdog: Watchdog): Promise<Ticket | undefined> {
		if (this.#budget === undefined) return undefined;
		watchdog.stop();
		const { signal } = watchdog;
		const ticket = await this.#budget.take(url, { signal, onWait: this.#options.onWait });
		watchdog.heard();
		return ticket;
	}

	/** Null where the answer came from another server, after a redirect. */
	#ownHeaders(answer: Response | null): Headers | null {
		if (answer === null) return null;
		const foreign = answer.url !== '' && new URL(answer.url).origin !== this.origin;
		return foreign ? null : answer.headers;
	}
}

/** A 429 in a browser, which hides what the server says of its length. */
function isUnexplainedLimit(error: unknown): boolean {
	return (
		error instanceof RemeltError &&
		error.code === 'rate-limited' &&
		error.details['retryAfter'] === null
	);
}
