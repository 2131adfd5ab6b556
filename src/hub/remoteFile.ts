import { RemeltError, type ErrorDetails } from '../errors/index.ts';
import { readExactly, type Watchdog } from './body.ts';
import type { HubClient } from './client.ts';
import { nameAddress } from './httpErrors.ts';
import { SignedAddress } from './signedAddress.ts';
import { parseContentRange } from './strictFetch.ts';

/** A file's place on the Hub. */
export interface RemotePlace {
	/** The Hub's own address of it, which may redirect. */
	readonly url: string;
	readonly name: string;
	/** Whether that address names a commit, so that its bytes cannot change. */
	readonly pinned: boolean;
}

/** What identifies a file's bytes. */
interface Identity {
	readonly size: number;
	readonly etag: string | null;
	readonly host?: string | undefined;
}

/** What has arrived of one range. */
interface Partial {
	/** The whole range, once the first answer tells its length. */
	bytes: Uint8Array | null;
	received: number;
}

/**
 * A file that is read in ranges, each as often as it takes. A try goes on at the byte where the last
 * one stopped. Every answer has to show the file's size and ETag before a byte of it is used
 * (`content-changed`), so bytes of two versions never mix.
 */
export class RemoteFile {
	readonly #place: RemotePlace;
	readonly #client: HubClient;
	readonly #address = new SignedAddress();
	#identity: Identity | null;
	/** ETags by host: the Hub redirects to one of several, and each may have ETags of its own making. */
	readonly #etags = new Map<string, string>();

	/** `known`: what was seen of the file before; without it the first answer tells. */
	constructor(place: RemotePlace, client: HubClient, known: Identity | null = null) {
		this.#place = place;
		this.#client = client;
		this.#identity = known;
		if (known?.host !== undefined && known.etag !== null) this.#etags.set(known.host, known.etag);
	}

	/** What identifies the file. Only after a read, or where it was known before. */
	known(): Identity {
		if (this.#identity === null) throw new TypeError('nothing was read yet');
		return this.#identity;
	}

	/** The bytes of `[start, end)`, cut at the end of the file. */
	async read(start: number, end: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
		const { url } = this.#place;
		const partial: Partial = { bytes: null, received: 0 };
		const step = async (watchdog: Watchdog): Promise<Uint8Array> => {
			// The connection may break after the last byte.
			if (partial.bytes?.byteLength === partial.received) return partial.bytes;
			const from = start + partial.received;
			const response = await this.#ask([from, end], watchdog);
			watchdog.heard();
			const range = this.#check(response);
			const bytes = (partial.bytes ??= new Uint8Array(range.last + 1 - start));
			const arrived = (count: number): void => void (partial.received += count);
			await readExactly(response, bytes.subarray(partial.received), { url, watchdog, arrived });
			return bytes;
		};
		return this.#client.persist(url, step, { signal, progress: () => partial.received });
	}

	/**
	 * Asks the address that the last answer came from, else the Hub. One that is refused has expired, and
	 * one that does not answer may never do so: the Hub is asked for another one, once.
	 */
	async #ask(range: readonly [number, number], watchdog: Watchdog): Promise<Response> {
		const { url } = this.#place;
		for (let renewed = false; ; renewed = true) {
			const direct = this.#address.current(this.#client.effects.now());
			try {
				const options = { watchdog, range, shownAs: url };
				const response = await this.#client.get(direct ?? url, options);
				if (direct === null) this.#address.learn(url, response);
				else this.#address.worked();
				return response;
			} catch (error) {
				if (watchdog.signal.aborted) throw error;
				const silent = error instanceof RemeltError && error.code === 'network-failed';
				if (direct !== null) this.#address.forget(direct, { answered: !silent });
				const refused = this.#isRefusedAddress(error, direct);
				if (!refused && (direct === null || !silent)) throw error;
				if (renewed) throw refused ? refusedAddress(error, url) : error;
			}
		}
	}

	/** Whether a server that is not the Hub refused: it knows of no models, only of addresses. */
	#isRefusedAddress(error: unknown, direct: string | null): error is RemeltError {
		if (!(error instanceof RemeltError)) return false;
		const { status, errorCode, host } = error.details;
		if (errorCode !== null || typeof status !== 'number') return false;
		const statuses = direct === null ? [403] : [400, 401, 403, 404, 410];
		return statuses.includes(status) && host !== new URL(this.#place.url).host;
	}

	/** The range that an answer has, if it is of the same file as before. */
	#check(response: Response): { readonly first: number; readonly last: number } {
		const { url, name, pinned } = this.#place;
		const { headers } = response;
		const range = parseContentRange(headers.get('Content-Range'));
		if (range === null) throw new TypeError('this answer was not checked');
		const host = new URL(response.url || url).host;
		const etag = headers.get('ETag');
		this.#identity ??= { size: range.total, etag, host };
		const { size, etag: firstEtag, host: firstHost } = this.#identity;
		// A host whose ETags are not known yet may have its own, but only for bytes that cannot change.
		const free = pinned && firstHost !== undefined && firstHost !== host;
		const expected = this.#etags.get(host) ?? (free ? etag : (firstEtag ?? etag));
		if (range.total !== size || !sameEtag(etag, expected)) {
			void response.body?.cancel().catch(() => undefined);
			const details = { size, sizeNow: range.total, etag: expected, etagNow: etag };
			throw changed(url, name, details);
		}
		if (etag !== null) this.#etags.set(host, etag);
		return range;
	}
}

/** Weak comparison: a server on the way may have marked the ETag as weak. */
function sameEtag(a: string | null, b: string | null): boolean {
	return a?.replace(/^W\//, '') === b?.replace(/^W\//, '');
}

function changed(url: string, name: string, details: ErrorDetails): RemeltError {
	return new RemeltError(
		'content-changed',
		`${nameAddress(url)} was replaced on the server while it was read.`,
		{
			hint: 'Start again, with a commit as revision if there is one.',
			details: { url, file: name, ...details },
		},
	);
}

function refusedAddress(cause: RemeltError, url: string): RemeltError {
	const { status, host } = cause.details;
	return new RemeltError(
		'http-status',
		`${String(host)} refuses the address that the Hub has just given for ${nameAddress(url)} (${String(status)}).`,
		{
			hint: 'The clock of this machine or a proxy on the way may be wrong. Run again in a few minutes.',
			details: cause.details,
			cause,
		},
	);
}
