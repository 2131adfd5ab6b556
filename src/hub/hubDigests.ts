import { toRemeltError } from '../errors/index.ts';
import { API_LIMIT, HubClient } from './client.ts';
import type { HubOptions } from './hubModel.ts';
import { resolveLocation, type HubLocation } from './location.ts';

/**
 * SHA-256 digests of a model's large files as the Hub has them, in lower-case hex, by path. Empty where
 * the base has no API. Throws `not-found`, `gated`, `rate-limited`, `http-status`, `network-failed`,
 * `aborted`.
 */
export async function readHubDigests(
	location: HubLocation,
	{ signal, ...options }: HubOptions = {},
): Promise<ReadonlyMap<string, string>> {
	const resolved = resolveLocation(location);
	const { base, repo, revision, api } = resolved;
	const digests = new Map<string, string>();
	if (!api) return digests;
	const { listFiles } = await import('@huggingface/hub');
	try {
		const entries = listFiles({
			repo,
			// The library puts it into the address as it is.
			revision: encodeURIComponent(revision),
			recursive: true,
			hubUrl: base,
			fetch: new HubClient(resolved, options).fetchWhole(API_LIMIT, signal),
		});
		for await (const { path, lfs } of entries)
			if (lfs !== undefined && /^[0-9a-f]{64}$/.test(lfs.oid)) digests.set(path, lfs.oid);
		return digests;
	} catch (error) {
		throw toRemeltError(error, 'http-status');
	}
}
