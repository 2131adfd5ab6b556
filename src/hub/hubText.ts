import { RemeltError } from '../errors/index.ts';
import { readText, readWhole, Watchdog } from './body.ts';
import type { ReadOptions } from './hubFile.ts';
import { fileAddress, resolveLocation, type HubLocation } from './location.ts';
import { strictFetch, type Fetch } from './strictFetch.ts';

/** The longest texts are shard indices: 60 MB were seen, for half a million tensors. */
const SIZE_LIMIT = 250_000_000;

/**
 * One text file of a model, at the revision as given; null where the model has no such file. Throws
 * as `openHubModel` does.
 */
export async function readHubText(
	location: HubLocation,
	name: string,
	{ fetch, signal }: { fetch?: Fetch | undefined; signal?: AbortSignal | undefined } = {},
): Promise<string | null> {
	const resolved = resolveLocation(location);
	return nullIfAbsent(resolved, () =>
		readAddress(fileAddress(resolved, name), { fetch: strictFetch(fetch), signal }),
	);
}

type Reading = ReadOptions & { readonly signal?: AbortSignal | undefined };

/** A text behind an address. */
export async function readAddress(url: string, options: Reading): Promise<string> {
	return get(url, readText, options);
}

/** A small file behind an address, whole. */
export async function readAddressBytes(url: string, options: Reading): Promise<Uint8Array> {
	return get(url, readWhole, options);
}

/** One plain GET. `downloadFile` of @huggingface/hub would ask twice, and does not encode the path. */
async function get<T>(
	url: string,
	read: (
		response: Response,
		limit: number,
		options: { readonly url: string; readonly watchdog: Watchdog },
	) => Promise<T>,
	{ fetch, signal, stallTimeout }: Reading,
): Promise<T> {
	const watchdog = new Watchdog(url, { signal, timeout: stallTimeout });
	try {
		const response = await fetch(url, { signal: watchdog.signal });
		return await read(response, SIZE_LIMIT, { url, watchdog });
	} finally {
		watchdog.stop();
	}
}

/** Null in place of “no such file”; a missing repo or revision stays an error. */
export async function nullIfAbsent<T>(
	{ api }: { readonly api: boolean },
	read: () => Promise<T>,
): Promise<T | null> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof RemeltError) || error.code !== 'not-found') throw error;
		// A server of static files has no error codes: to it, all that is absent is a file.
		if (api && error.details.errorCode !== 'EntryNotFound') throw error;
		return null;
	}
}
