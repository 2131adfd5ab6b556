import { toRemeltError } from '../errors/index.ts';
import { API_LIMIT, HubClient } from './client.ts';
import type { HubOptions } from './hubModel.ts';
import { resolveLocation, type HubLocation } from './location.ts';

/** One commit of a repository. */
export interface HubCommit {
	/** Forty hex digits. */
	readonly id: string;
	/** As the Hub has it. */
	readonly date: Date;
	readonly title: string;
}

/** The Hub's most for one page. */
const PAGE = 1000;

/**
 * The commits that lead to a revision, newest first; asks page by page as they are taken, none where the
 * base has no API. Throws `not-found`, `gated`, `rate-limited`, `http-status`, `network-failed`, `aborted`.
 */
export async function* listCommits(
	location: HubLocation,
	{ signal, ...options }: HubOptions = {},
): AsyncGenerator<HubCommit> {
	const resolved = resolveLocation(location);
	const { base, repo, revision, api } = resolved;
	if (!api) return;
	const library = await import('@huggingface/hub');
	try {
		const commits = library.listCommits({
			repo,
			// The library puts it into the address as it is.
			revision: encodeURIComponent(revision),
			hubUrl: base,
			batchSize: PAGE,
			fetch: new HubClient(resolved, options).fetchWhole(API_LIMIT, signal),
		});
		for await (const { oid, date, title } of commits) {
			if (!/^[0-9a-f]{40}$/.test(oid) || Number.isNaN(date.getTime()))
				throw new TypeError(`The Hub’s list of commits of ${repo} has one without id or date.`);
			yield { id: oid, date, title };
		}
	} catch (error) {
		throw toRemeltError(error, 'http-status');
	}
}

/**
 * What a branch pointed to at a moment: of the commits that lead to it, the last one in its history that
 * is not later. Null where all are later: the repository is younger, or its history was squashed since.
 *
 * A commit's date is what its author's machine said when it was made; uploads through the Hub have the
 * Hub's own. Throws as `listCommits` does.
 */
export async function commitBefore(
	location: HubLocation,
	moment: Date,
	options: HubOptions = {},
): Promise<HubCommit | null> {
	for await (const commit of listCommits(location, options))
		if (commit.date.getTime() <= moment.getTime()) return commit;
	return null;
}
