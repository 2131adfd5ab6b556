import { toRemeltError } from '../errors/index.ts';
import { openModel, type ModelAccess, type ModelFiles } from '../tensors/index.ts';
import { Watchdog } from './body.ts';
import { openAddress, type ReadOptions } from './hubFile.ts';
import { nullIfAbsent, readAddress, readAddressBytes } from './hubText.ts';
import {
	fileAddress,
	resolveLocation,
	type HubLocation,
	type ResolvedLocation,
} from './location.ts';
import { strictFetch, type Fetch } from './strictFetch.ts';

export interface HubOptions {
	/** The plain fetch that ours is built on; default the global one. */
	readonly fetch?: Fetch | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Milliseconds without a byte after which a request is given up; default 60 000. */
	readonly stallTimeout?: number | undefined;
}

/**
 * Opens a model on the Hub, or in folders of the Hub's shape. A revision is resolved to a commit
 * first and only that commit is read; a base without API keeps the revision as given. Reads
 * `config.json`, the shard index and the headers of all weight files, no weights.
 *
 * Works in pages, workers and Node. `signal` governs opening; reads take their own. Throws
 * `not-found`, `gated`, `rate-limited`, `http-status`, `network-failed`, `range-ignored`,
 * `range-mismatch`, `aborted`, and what `openModel` throws.
 */
export async function openHubModel(
	location: HubLocation,
	{ fetch, signal, stallTimeout }: HubOptions = {},
): Promise<ModelFiles> {
	const strict = strictFetch(fetch);
	const { names, ...pinned } = await pin(resolveLocation(location), {
		fetch: strict,
		signal,
		stallTimeout,
	});
	const access: ModelAccess = {
		id: pinned.repo,
		revision: pinned.revision,
		names,
		open: async (name, options) =>
			nullIfAbsent(pinned, () => {
				const url = fileAddress(pinned, name);
				return openAddress(url, name, { ...options, fetch: strict, stallTimeout });
			}),
		text: async (name, options) => {
			if (names !== undefined && !names.has(name)) return null;
			return nullIfAbsent(pinned, () =>
				readAddress(fileAddress(pinned, name), { ...options, fetch: strict, stallTimeout }),
			);
		},
		bytes: async (name, options) => {
			if (names !== undefined && !names.has(name)) return null;
			return nullIfAbsent(pinned, () =>
				readAddressBytes(fileAddress(pinned, name), { ...options, fetch: strict, stallTimeout }),
			);
		},
	};
	return openModel(access, { signal });
}

interface Pinned extends ResolvedLocation {
	/** All files at that commit; undefined where they cannot be listed. */
	readonly names?: ReadonlySet<string> | undefined;
}

/** The location at the commit that its revision points to now. */
async function pin(
	location: ResolvedLocation,
	{ fetch, signal, stallTimeout }: ReadOptions & Pick<HubOptions, 'signal'>,
): Promise<Pinned> {
	if (!location.api) return location;
	// Loaded on demand: who reads static files never needs it.
	const { modelInfo } = await import('@huggingface/hub');
	const { base, repo, revision } = location;
	const watchdog = new Watchdog(`${base}/api/models/${repo}`, { signal, timeout: stallTimeout });
	try {
		const { sha, filePaths } = await modelInfo({
			name: repo,
			revision,
			hubUrl: base,
			additionalFields: ['sha', 'filePaths'],
			fetch: async (url, init) => fetch(url, { ...init, signal: watchdog.signal }),
		});
		return { ...location, revision: sha, names: new Set(filePaths) };
	} catch (error) {
		throw toRemeltError(error, 'http-status');
	} finally {
		watchdog.stop();
	}
}
