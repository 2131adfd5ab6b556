import { RemeltError } from '../errors/index.ts';
import { HubClient } from './client.ts';
import { isRecord, readJson, stringOf } from './hubJson.ts';
import type { HubOptions } from './hubModel.ts';
import { resolveLocation, type HubLocation, type ResolvedLocation } from './location.ts';

/** A repository that the Hub tells about. */
export interface RepoFacts {
	/** The name that it has now. */
	readonly repo: string;
	/** The commit that the revision points to. */
	readonly commit: string;
	readonly hasSafetensors: boolean;
	/** There are weights at this commit, and all of them are pickles, which are never read. */
	readonly onlyPickle: boolean;
	/** Where the Hub's own conversion of the pickles is; null where there is none, or no need. */
	readonly conversion: Conversion | null;
}

/** A pull request by the Hub's conversion bot that has the weights as safetensors. */
export interface Conversion {
	/** `refs/pr/<number>`. */
	readonly ref: string;
	readonly commit: string;
	/** The commit whose pickles were converted; null where it does not show. */
	readonly converted: string | null;
}

/** What can be told of a model from what the Hub answers this reader. */
export type RepoDescription =
	| (RepoFacts & { readonly kind: 'ok' })
	/** The Hub redirects from the old name to `movedTo`. */
	| (RepoFacts & { readonly kind: 'renamed'; readonly movedTo: string })
	/** Its page is public; this reader may not read its files. */
	| (RepoFacts & { readonly kind: 'gated'; readonly movedTo: string | null })
	/** The Hub does not tell private models from those that never were, or were deleted. */
	| { readonly kind: 'private-or-missing' }
	/** The model is there, and has no such branch, tag or commit. */
	| { readonly kind: 'revision-missing' }
	/** The Hub has taken it down. */
	| { readonly kind: 'disabled' }
	/** Nothing on the Hub can have this name: a local path, most often. */
	| { readonly kind: 'no-repo-name' };

/** The bot behind https://huggingface.co/spaces/safetensors/convert. */
const CONVERSION_BOT = 'SFconvertbot';

/**
 * Finds out what has become of a model, in one request or a few: a public one takes one, pickles some
 * more, a gated one with a token two. Never reads weights. Throws where that is not an answer about the model:
 * `rate-limited`, `http-status`, `network-failed`, `aborted`, and `gated` for a token that is not accepted.
 */
export async function describeRepo(
	location: HubLocation,
	{ signal, ...options }: HubOptions = {},
): Promise<RepoDescription> {
	let resolved: ResolvedLocation;
	try {
		resolved = resolveLocation(location);
	} catch (error) {
		if (error instanceof RemeltError && error.code === 'not-found') return { kind: 'no-repo-name' };
		throw error;
	}
	const asking = { client: new HubClient(resolved, options), base: resolved.base, signal };
	const { repo, revision } = resolved;
	let info: ModelInfo;
	try {
		info = await readInfo(asking, repo, revision);
	} catch (error) {
		return refusalOf(error);
	}
	const { hasSafetensors, onlyPickle } = info;
	const conversion = onlyPickle ? await findConversion(asking, info.repo) : null;
	const facts = { repo: info.repo, commit: info.commit, hasSafetensors, onlyPickle, conversion };
	const movedTo = info.repo.toLowerCase() === repo.toLowerCase() ? null : info.repo;
	if (info.gated && !(options.token !== undefined && (await mayRead(asking, info.repo))))
		return { ...facts, kind: 'gated', movedTo };
	return movedTo === null ? { ...facts, kind: 'ok' } : { ...facts, kind: 'renamed', movedTo };
}

interface Asking {
	readonly client: HubClient;
	readonly base: string;
	readonly signal: AbortSignal | undefined;
}

interface ModelInfo {
	readonly repo: string;
	readonly commit: string;
	readonly gated: boolean;
	readonly hasSafetensors: boolean;
	readonly onlyPickle: boolean;
}

async function readInfo(asking: Asking, repo: string, revision: string): Promise<ModelInfo> {
	const { base } = asking;
	const url = `${base}/api/models/${repo}/revision/${encodeURIComponent(revision)}`;
	const info = await readJson(url, asking);
	const id = stringOf(info, 'id', url);
	const commit = stringOf(info, 'sha', url);
	const siblings = isRecord(info) && Array.isArray(info['siblings']) ? info['siblings'] : [];
	const names = siblings.map((file: unknown) => stringOf(file, 'rfilename', url));
	const hasSafetensors = names.some((name) => name.endsWith('.safetensors'));
	const pickles = names.some((name) => /\.(?:bin|pt|pth|ckpt)$/.test(name));
	return {
		repo: id,
		commit,
		// `auto` and `manual` say how access is given.
		gated: isRecord(info) && info['gated'] !== undefined && info['gated'] !== false,
		hasSafetensors,
		onlyPickle: pickles && !hasSafetensors,
	};
}

/** What an answer other than the model's description says of it. */
function refusalOf(error: unknown): RepoDescription {
	if (!(error instanceof RemeltError)) throw error;
	const { errorCode, status, disabled } = error.details;
	if (disabled === true) return { kind: 'disabled' };
	if (errorCode === 'RepoNotFound') return { kind: 'private-or-missing' };
	if (errorCode === 'RevisionNotFound') return { kind: 'revision-missing' };
	// Without a code, 404 is an unknown name, and 401 a token that is not accepted.
	if (errorCode === null && status === 404) return { kind: 'private-or-missing' };
	throw error;
}

/** Whether the Hub lets this reader read the files of a gated model. */
async function mayRead(asking: Asking, repo: string): Promise<boolean> {
	try {
		await readJson(`${asking.base}/api/models/${repo}/auth-check`, asking);
		return true;
	} catch (error) {
		if (error instanceof RemeltError && error.details['errorCode'] === 'GatedRepo') return false;
		throw error;
	}
}

/** The newest pull request of the Hub's bot that has safetensors. Titles prove nothing, so none is read. */
async function findConversion(asking: Asking, repo: string): Promise<Conversion | null> {
	const query = new URLSearchParams({
		type: 'pull_request',
		status: 'all',
		author: CONVERSION_BOT,
	});
	const url = `${asking.base}/api/models/${repo}/discussions?${query.toString()}`;
	const answer = await readJson(url, asking).catch((error: unknown) => {
		// Owners can turn discussions off, which hides them.
		const status = error instanceof RemeltError ? error.details['status'] : null;
		if (status === 403 || status === 404) return null;
		throw error;
	});
	for (const number of pullRequestsIn(answer)) {
		const ref = `refs/pr/${number}`;
		const info = await readInfo(asking, repo, ref).catch((error: unknown) => {
			if (error instanceof RemeltError && error.code === 'not-found') return null;
			throw error;
		});
		if (info?.hasSafetensors !== true) continue;
		return { ref, commit: info.commit, converted: await parentOf(asking, repo, info.commit) };
	}
	return null;
}

/** The commit before a commit; the bot makes one on top of what it converts. */
async function parentOf(asking: Asking, repo: string, commit: string): Promise<string | null> {
	const url = `${asking.base}/api/models/${repo}/commits/${commit}?limit=2`;
	const answer = await readJson(url, asking);
	const commits: readonly unknown[] = Array.isArray(answer) ? answer : [];
	const parent = commits[1];
	return parent === undefined ? null : stringOf(parent, 'id', url);
}

/** Numbers of the bot's pull requests, newest first; the API's own filter is not relied on. */
function pullRequestsIn(answer: unknown): readonly number[] {
	if (!isRecord(answer) || !Array.isArray(answer['discussions'])) return [];
	return answer['discussions']
		.flatMap((item: unknown) => {
			if (!isRecord(item) || !isRecord(item['author'])) return [];
			const { num, isPullRequest, author } = item;
			const own = isPullRequest === true && author['name'] === CONVERSION_BOT;
			return own && Number.isSafeInteger(num) ? [Number(num)] : [];
		})
		.sort((a, b) => b - a);
}
