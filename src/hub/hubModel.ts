import { toRemeltError } from '../errors/index.ts';
import { openModel, type ModelAccess, type ModelFiles } from '../tensors/index.ts';
import { API_LIMIT, HubClient, type ClientOptions } from './client.ts';
import { openAddress } from './hubFile.ts';
import { nullIfAbsent, readAddress, readAddressBytes } from './hubText.ts';
import {
	fileAddress,
	resolveLocation,
	type HubLocation,
	type ResolvedLocation,
} from './location.ts';

export interface HubOptions extends ClientOptions {
	readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a model on the Hub, or in folders of the Hub's shape. A revision is resolved to a commit
 * first and only that commit is read; a base without API keeps the revision as given. Reads
 * `config.json`, the shard index and the headers of all weight files, no weights.
 *
 * Works in pages, workers and Node. `signal` governs opening; reads take their own. Throws
 * `not-found`, `gated`, `rate-limited`, `http-status`, `network-failed`, `range-ignored`,
 * `range-mismatch`, `content-changed`, `aborted`, and what `openModel` throws.
 */
export async function openHubModel(
	location: HubLocation,
	{ signal, ...options }: HubOptions = {},
): Promise<ModelFiles> {
	const resolved = resolveLocation(location);
	const client = new HubClient(resolved, options);
	const { names, ...pinned } = await pin(resolved, client, signal);
	const access: ModelAccess = {
		id: pinned.repo,
		revision: pinned.revision,
		names,
		open: async (name, reading) =>
			nullIfAbsent(pinned, () => openAddress(pinned, name, { ...reading, client })),
		text: async (name, reading) => {
			if (names !== undefined && !names.has(name)) return null;
			return nullIfAbsent(pinned, () =>
				readAddress(fileAddress(pinned, name), { ...reading, client }),
			);
		},
		bytes: async (name, reading) => {
			if (names !== undefined && !names.has(name)) return null;
			return nullIfAbsent(pinned, () =>
				readAddressBytes(fileAddress(pinned, name), { ...reading, client }),
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
	client: HubClient,
	signal: AbortSignal | undefined,
): Promise<Pinned> {
	if (!location.api) return location;
	// Loaded on demand: who reads static files never needs it.
	const { modelInfo } = await import('@huggingface/hub');
	const { base, repo, revision } = location;
	try {
		const { sha, filePaths } = await modelInfo({
			name: repo,
			revision,
			hubUrl: base,
			additionalFields: ['sha', 'filePaths'],
			fetch: client.fetchWhole(API_LIMIT, signal),
		});
		return { ...location, revision: sha, names: new Set(filePaths) };
	} catch (error) {
		throw toRemeltError(error, 'http-status');
	}
}
