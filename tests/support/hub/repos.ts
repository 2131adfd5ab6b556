import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFile, memoryFile, type HubFile } from './files.ts';

/** The files of one commit: a folder on disk, or files by their path. */
export type Contents = string | Readonly<Record<string, string | Uint8Array | HubFile>>;

export interface Snapshot {
	readonly contents: Contents;
	readonly title?: string;
	/** ISO 8601. */
	readonly date?: string;
}

export interface PullRequest {
	readonly num: number;
	readonly title: string;
	readonly author: string;
	readonly status: 'open' | 'merged' | 'closed';
	/** What its ref `refs/pr/<num>` has; absent where the ref was deleted. */
	readonly head?: Snapshot;
}

/** A repository with a history. */
export interface HubRepo {
	/** Oldest first; the last one is what `main` points to. */
	readonly commits: readonly Snapshot[];
	/** Other branches and tags. */
	readonly refs?: Readonly<Record<string, Snapshot>>;
	readonly pullRequests?: readonly PullRequest[];
	readonly gated?: 'auto' | 'manual';
	readonly private?: boolean;
	/** Taken down by the Hub. */
	readonly disabled?: boolean;
}

/** One commit of a repository. */
export interface Commit extends Snapshot {
	readonly id: string;
}

const DEFAULT_DATE = '2024-01-01T00:00:00.000Z';

/** A folder is a repository of one commit. */
export function asRepo(model: string | HubRepo): HubRepo {
	return typeof model === 'string' ? { commits: [{ contents: model }] } : model;
}

/** Forty hex digits that depend on the name only: the commit that `main` of a model points to. */
export function commitOf(model: string): string {
	return createHash('sha1').update(`commit of ${model}`).digest('hex');
}

/** The commits of a repository's `main`, newest first. */
export function historyOf(model: string, { commits }: HubRepo): readonly Commit[] {
	const last = commits.length - 1;
	return commits
		.map((snapshot, i) => ({
			...snapshot,
			id: i === last ? commitOf(model) : commitOf(`${model}, ${i}`),
		}))
		.reverse();
}

/** What a revision names: `main`, a branch, tag or pull request, or a commit of any of them. */
export function findCommit(model: string, repo: HubRepo, revision: string): Commit | null {
	const history = historyOf(model, repo);
	const [head] = history;
	if (revision === 'main' || revision === 'HEAD') return head ?? null;
	const heads = (repo.pullRequests ?? []).flatMap(({ num, head }) =>
		head === undefined ? [] : [[`refs/pr/${num}`, head] as const],
	);
	const refs = [...Object.entries(repo.refs ?? {}), ...heads].map(([ref, snapshot]) => ({
		ref,
		...snapshot,
		id: commitOf(`${model} at ${ref}`),
	}));
	return (
		history.find(({ id }) => id === revision) ??
		refs.find(({ ref, id }) => ref === revision || id === revision) ??
		null
	);
}

export function dateOf({ date = DEFAULT_DATE }: Snapshot): string {
	return date;
}

/** The paths of all files. */
export async function namesIn(contents: Contents): Promise<readonly string[]> {
	if (typeof contents !== 'string') return Object.keys(contents);
	const entries = await readdir(contents, { withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** The file at a path; null where there is none. */
export async function fileIn(contents: Contents, path: string): Promise<HubFile | null> {
	if (path.split('/').includes('..')) return null;
	if (typeof contents === 'string') return diskFile(join(contents, path));
	if (!Object.hasOwn(contents, path)) return null;
	const file = contents[path];
	if (file === undefined) return null;
	return typeof file === 'string' || file instanceof Uint8Array ? memoryFile(path, file) : file;
}
