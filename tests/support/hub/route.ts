import { hidden, readerOf, restricted } from './access.ts';
import { answerApi, type ApiAnswer } from './api.ts';
import type { HubFile } from './files.ts';
import { fileIn, findCommit, type HubRepo } from './repos.ts';
import type { Signer } from './signing.ts';
import type { HubServerOptions } from './types.ts';

/** What a request comes to. */
export type Routed =
	| { readonly file: HubFile; readonly headers: Readonly<Record<string, string>> }
	| ApiAnswer
	| {
			readonly status: 302 | 307;
			readonly location: string;
			readonly headers: Readonly<Record<string, string>>;
	  };

export interface World {
	readonly options: HubServerOptions;
	readonly repos: ReadonlyMap<string, HubRepo>;
	readonly signer: Signer;
	readonly cdnUrl: () => string;
}

export interface Asked {
	readonly url: URL;
	readonly authorization: string | undefined;
	readonly body: string;
}

/** The first of the two servers: the API, and files or where they are. Null: nothing is there. */
export async function routeHub(asked: Asked, world: World): Promise<Routed | null> {
	const parts = asked.url.pathname.split('/').slice(1).map(decodeURIComponent);
	if (parts[0] === 'api' && parts[1] === 'resolve-cache')
		return routeFile(asked, { ...split(parts.slice(3)), cached: true }, world);
	const api = parts[0] === 'api' && parts[1] === 'models';
	const { model, rest } = split(api ? parts.slice(2) : parts);
	const { options, repos } = world;
	const renamed = repos.has(model) ? undefined : options.renamed?.[model];
	if (renamed !== undefined)
		return {
			status: 307,
			location: asked.url.href.replace(`/${model}`, `/${renamed}`),
			headers: {},
		};
	if (!api) {
		const [resolve, ...path] = rest;
		return resolve === 'resolve'
			? routeFile(asked, { model, rest: path, cached: false }, world)
			: null;
	}
	const repo = repos.get(model);
	const reader = readerOf(asked.authorization, options);
	const refusal = hidden(model, repo, reader);
	if (refusal !== null || repo === undefined) return refusal;
	return answerApi({
		model,
		repo,
		rest,
		query: asked.url.searchParams,
		access: restricted(model, repo, reader),
		body: asked.body,
		url: asked.url,
		commitsPerPage: options.commitsPerPage ?? 50,
	});
}

function split(parts: readonly string[]): { model: string; rest: readonly string[] } {
	const [owner = '', name = '', ...rest] = parts;
	return { model: `${owner}/${name}`, rest };
}

interface FileRequest {
	readonly model: string;
	/** Revision, then the parts of the path. */
	readonly rest: readonly string[];
	/** Whether this is where a small file was redirected to. */
	readonly cached: boolean;
}

async function routeFile(
	asked: Asked,
	{ model, rest, cached }: FileRequest,
	{ options, repos, signer, cdnUrl }: World,
): Promise<Routed> {
	const [revision = '', ...parts] = rest;
	const reader = readerOf(asked.authorization, options);
	const repo = repos.get(model);
	const refusal = hidden(model, repo, reader);
	if (refusal !== null) return refusal;
	if (repo === undefined) throw new Error('hidden() refuses what is not there');
	const commit = findCommit(model, repo, revision);
	if (commit === null)
		return { status: 404, error: 'RevisionNotFound', message: `Invalid rev id: ${revision}` };
	const closed = restricted(model, repo, reader);
	if (closed !== null) return closed;
	const path = parts.join('/');
	const file = await fileIn(commit.contents, path);
	if (file === null) return { status: 404, error: 'EntryNotFound', message: 'Entry not found' };
	const headers = { 'X-Repo-Commit': commit.id };
	const encoded = parts.map(encodeURIComponent).join('/');
	if (file.large && options.cdn !== false)
		return {
			status: 302,
			location: cdnUrl() + signer.sign(`/${model}/resolve/${commit.id}/${encoded}`, path),
			headers: {
				...headers,
				'X-Linked-Size': String(file.size),
				'X-Linked-ETag': `"${await file.digest()}"`,
			},
		};
	if (options.smallFileCache === true && !cached)
		return {
			status: 307,
			location: `/api/resolve-cache/models/${model}/${commit.id}/${encoded}`,
			headers,
		};
	return { file, headers };
}

/** The second server: files at signed addresses, for whoever has one and nothing else. */
export async function routeCdn(
	path: string,
	authorization: string | undefined,
	{ repos, signer }: World,
): Promise<Routed> {
	if (authorization !== undefined)
		return { status: 400, error: null, message: 'Only one auth mechanism allowed' };
	const found = signer.verify(path);
	if ('refused' in found) return { status: 403, error: null, message: found.refused };
	const [owner, name, , revision = '', ...parts] = found.target.split('/').slice(1);
	const model = `${owner}/${name}`;
	const repo = repos.get(model);
	const commit = repo && findCommit(model, repo, revision);
	const file = commit && (await fileIn(commit.contents, parts.map(decodeURIComponent).join('/')));
	if (!file) return { status: 403, error: null, message: 'AccessDenied' };
	return { file, headers: {} };
}
