import type { HubFile } from './files.ts';
import {
	commitOf,
	dateOf,
	fileIn,
	findCommit,
	historyOf,
	namesIn,
	type Commit,
	type HubRepo,
} from './repos.ts';

/** An answer of the Hub that is not a file. */
export type ApiAnswer =
	{ readonly json: unknown; readonly headers?: Readonly<Record<string, string>> } | Refusal;

export interface Refusal {
	readonly status: number;
	readonly error: string | null;
	readonly message: string;
}

export interface ApiRequest {
	readonly model: string;
	readonly repo: HubRepo;
	/** What follows `/api/models/<owner>/<name>/`. */
	readonly rest: readonly string[];
	readonly query: URLSearchParams;
	/** Whether the reader may read files. */
	readonly access: Refusal | null;
	readonly body: string;
	readonly url: URL;
	readonly commitsPerPage: number;
}

/** What the API answers about a model that this reader may know of; null for what it does not have. */
export async function answerApi(request: ApiRequest): Promise<ApiAnswer | null> {
	const { model, repo, rest, access } = request;
	const [what, revision = 'main', ...below] = rest;
	if (what === 'auth-check') return access ?? { json: {} };
	if (what === 'discussions') return discussions(request);
	const commit = findCommit(model, repo, revision);
	if (commit === null)
		return { status: 404, error: 'RevisionNotFound', message: `Invalid rev id: ${revision}` };
	switch (what) {
		case undefined:
		case 'revision':
			return { json: await modelInfo(request, commit) };
		case 'tree':
			return { json: await tree(commit, below.join('/')) };
		case 'commits':
			return commits(request, commit);
		case 'paths-info':
			return { json: await pathsInfo(commit, request.body) };
		default:
			return null;
	}
}

async function modelInfo({ model, repo }: ApiRequest, commit: Commit): Promise<unknown> {
	const names = await namesIn(commit.contents);
	return {
		_id: commitOf(model).slice(0, 24),
		id: model,
		private: repo.private ?? false,
		gated: repo.gated ?? false,
		disabled: repo.disabled ?? false,
		downloads: 0,
		likes: 0,
		lastModified: dateOf(commit),
		pipeline_tag: 'text-generation',
		sha: commit.id,
		siblings: names.map((rfilename) => ({ rfilename })),
	};
}

async function tree({ contents }: Commit, below: string): Promise<readonly unknown[]> {
	const prefix = below === '' ? '' : `${below}/`;
	const names = (await namesIn(contents)).filter((name) => name.startsWith(prefix));
	return Promise.all(names.map(async (path) => entry(path, await fileIn(contents, path))));
}

async function pathsInfo({ contents }: Commit, body: string): Promise<readonly unknown[]> {
	const { paths } = JSON.parse(body) as { paths: readonly string[] };
	const files = await Promise.all(
		paths.map(async (path) => ({ path, file: await fileIn(contents, path) })),
	);
	return Promise.all(
		files.filter(({ file }) => file !== null).map(async ({ path, file }) => entry(path, file)),
	);
}

async function entry(path: string, file: HubFile | null): Promise<unknown> {
	if (file === null) throw new Error(`no ${path}`);
	const oid = await file.digest();
	const lfs = { oid, size: file.size, pointerSize: 134 };
	return { type: 'file', path, size: file.size, oid: oid.slice(0, 40), ...(file.large && { lfs }) };
}

function commits({ model, repo, query, url, commitsPerPage }: ApiRequest, from: Commit): ApiAnswer {
	const history = historyOf(model, repo);
	const start = history.findIndex(({ id }) => id === from.id);
	const all = start === -1 ? [from, ...history] : history.slice(start);
	const page = Number(query.get('p') ?? 0);
	const size = Math.min(Number(query.get('limit') ?? 50), commitsPerPage);
	const shown = all.slice(page * size, (page + 1) * size);
	const next = new URL(url);
	next.searchParams.set('p', String(page + 1));
	const headers = {
		'X-Total-Count': String(all.length),
		...((page + 1) * size < all.length && { Link: `<${next.href}>; rel="next"` }),
	};
	return {
		headers,
		json: shown.map((commit) => ({
			id: commit.id,
			title: commit.title ?? 'Upload files',
			message: '',
			authors: [{ user: 'toy', avatar: '/avatars/toy.svg' }],
			date: dateOf(commit),
		})),
	};
}

function discussions({ repo, query }: ApiRequest): ApiAnswer {
	const author = query.get('author');
	const status = query.get('status') ?? 'open';
	const found = (repo.pullRequests ?? []).filter(
		(pull) =>
			(author === null || pull.author === author) &&
			(status === 'all' || (pull.status === 'open') === (status === 'open')),
	);
	return {
		json: {
			discussions: found.map((pull) => ({
				num: pull.num,
				title: pull.title,
				status: pull.status,
				isPullRequest: true,
				author: { name: pull.author, type: 'user' },
				createdAt: '2024-01-01T00:00:00.000Z',
			})),
			count: found.length,
			start: 0,
		},
	};
}
