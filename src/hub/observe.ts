import { ownAddress } from './location.ts';
import type { Fetch } from './strictFetch.ts';

/** More than any answer that a fact is about; a whole file is cut here. */
const LIMIT = 1 << 20;
const TIMEOUT = 20_000;

/** An answer as data, whatever its status. */
export interface Observation {
	readonly status: number;
	/** A header, where this page may read it. */
	readonly header: (name: string) => string | null;
	/** The body, cut after a megabyte. */
	readonly bytes: Uint8Array;
	/** The host that answered, after redirects. */
	readonly host: string;
	/** Whether headers are hidden from us unless the server exposes them, as from pages. */
	readonly crossOrigin: boolean;
}

/**
 * One GET as Remelt makes them (no credentials, no referrer), its answer taken as it is. Outside of
 * browsers an `Origin` is sent, so that CORS headers come back. Throws a `TypeError` where there is
 * no answer.
 */
export async function observe(
	url: string,
	{
		headers = {},
		fetch = globalThis.fetch,
		signal,
	}: {
		headers?: Readonly<Record<string, string>> | undefined;
		fetch?: Fetch | undefined;
		signal?: AbortSignal | undefined;
	},
): Promise<Observation> {
	const page = ownAddress()?.origin;
	const timeout = AbortSignal.timeout(TIMEOUT);
	const response = await fetch(url, {
		headers: page === undefined ? { Origin: 'https://remelt.invalid', ...headers } : headers,
		credentials: 'omit',
		referrerPolicy: 'no-referrer',
		cache: 'no-store',
		signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
	}).catch((error: unknown) => {
		signal?.throwIfAborted();
		throw new TypeError('no answer', { cause: error });
	});
	const target = new URL(response.url || url);
	return {
		status: response.status,
		header: (name) => response.headers.get(name),
		bytes: await firstBytes(response),
		host: target.hostname,
		crossOrigin: page !== undefined && target.origin !== page,
	};
}

async function firstBytes(response: Response): Promise<Uint8Array> {
	const reader = response.body?.getReader();
	const chunks: Uint8Array[] = [];
	let length = 0;
	while (reader !== undefined && length < LIMIT) {
		const { done, value } = await reader.read();
		if (done) break;
		chunks.push(value);
		length += value.byteLength;
	}
	await reader?.cancel();
	const bytes = new Uint8Array(length);
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.byteLength;
	}
	return bytes;
}
