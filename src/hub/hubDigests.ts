import { toRemeltError } from '../errors/index.ts';
import { Watchdog } from './body.ts';
import type { HubOptions } from './hubModel.ts';
import { resolveLocation, type HubLocation } from './location.ts';
import { strictFetch } from './strictFetch.ts';

/**
 * SHA-256 digests of a model's large files as the Hub has them, in lower-case hex, by path. Empty where
 * the base has no API. Throws `not-found`, `gated`, `rate-limited`, `http-status`, `network-failed`,
 * `aborted`.
 */
export async function readHubDigests(
	location: HubLocation,
	{ fetch, signal, stallTimeout }: HubOptions = {},
): Promise<ReadonlyMap<string, string>> {
	const { base, repo, revision, api } = resolveLocation(location);
	const digests = new Map<string, string>();
	if (!api) return digests;
	const { listFiles } = await import('@huggingface/hub');
	const strict = strictFetch(fetch);
	const watchdog = new Watchdog(`${base}/api/models/${repo}`, { signal, timeout: stallTimeout });
	try {
		const entries = listFiles({
			repo,
			revision,
			recursive: true,
			hubUrl: base,
			fetch: async (url, init) => strict(url, { ...init, signal: watchdog.signal }),
		});
		for await (const { path, lfs } of entries) {
			watchdog.heard();
			if (lfs !== undefined && /^[0-9a-f]{64}$/.test(lfs.oid)) digests.set(path, lfs.oid);
		}
		return digests;
	} catch (error) {
		throw toRemeltError(error, 'http-status');
	} finally {
		watchdog.stop();
	}
}
