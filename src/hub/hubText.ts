import { RemeltError } from '../errors/index.ts';
import { readText, readWhole, type Watchdog } from './body.ts';
import { HubClient } from './client.ts';
import type { HubOptions } from './hubModel.ts';
import { fileAddress, resolveLocation, type HubLocation } from './location.ts';

/** The longest texts are shard indices: 60 MB were seen, for half a million tensors. */
const SIZE_LIMIT = 250_000_000;

/**
 * One text file of a model, at the revision as given; null where the model has no such file. Throws
 * as `openHubModel` does.
 */
export async function readHubText(
	location: HubLocation,
	name: string,
	{ signal, ...options }: HubOptions = {},
): Promise<string | null> {
	const resolved = resolveLocation(location);
	const client = new HubClient(resolved, options);
	return nullIfAbsent(resolved, () => readAddress(fileAddress(resolved, name), { client, signal }));
}

interface Reading {
	readonly client: HubClient;
	readonly signal?: AbortSignal | undefined;
}

/** A text behind an address. */
export async function readAddress(url: string, reading: Reading): Promise<string> {
	return get(url, readText, reading);
}

/** A small file behind an address, whole. */
export async function readAddressBytes(url: string, reading: Reading): Promise<Uint8Array> {
	return get(url, readWhole, reading);
}

/** A plain GET, whole each time. `downloadFile` of @huggingface/hub would ask twice, and does not encode the path. */
async function get<T>(
	url: string,
	read: (
		response: Response,
		limit: number,
		options: { readonly url: string; readonly watchdog: Watchdog },
	) => Promise<T>,
	{ client, signal }: Reading,
): Promise<T> {
	const step = async (watchdog: Watchdog): Promise<T> =>
		read(await client.get(url, { watchdog }), SIZE_LIMIT, { url, watchdog });
	return client.persist(url, step, { signal });
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
