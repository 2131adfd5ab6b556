import type { Refusal } from './api.ts';
import type { HubRepo } from './repos.ts';
import type { HubServerOptions } from './types.ts';

/** Who asks: nobody, a reader who is signed in, or somebody with a token that is none. */
export type Reader =
	| { readonly kind: 'anonymous' | 'unknown' }
	| { readonly kind: 'known'; readonly opens: readonly string[] };

export function readerOf(header: string | undefined, { tokens }: HubServerOptions): Reader {
	if (header === undefined) return { kind: 'anonymous' };
	const token = header.replace(/^Bearer /, '');
	const opens = tokens !== undefined && Object.hasOwn(tokens, token) ? tokens[token] : undefined;
	return opens === undefined ? { kind: 'unknown' } : { kind: 'known', opens };
}

/**
 * What keeps this reader from knowing of a model at all. The Hub does not tell strangers whether a
 * model is private or does not exist.
 */
export function hidden(model: string, repo: HubRepo | undefined, reader: Reader): Refusal | null {
	if (reader.kind === 'unknown')
		return { status: 401, error: null, message: 'Invalid credentials in Authorization header' };
	const opens = reader.kind === 'known' && reader.opens.includes(model);
	if (repo === undefined || (repo.private === true && !opens))
		return {
			status: reader.kind === 'known' ? 404 : 401,
			error: 'RepoNotFound',
			message: 'Repository not found',
		};
	if (repo.disabled === true)
		return { status: 403, error: null, message: 'Access to this resource is disabled.' };
	return null;
}

/** What keeps this reader from reading files of a model that they may know of. */
export function restricted(model: string, repo: HubRepo, reader: Reader): Refusal | null {
	if (repo.gated === undefined) return null;
	if (reader.kind === 'known' && reader.opens.includes(model)) return null;
	return {
		status: reader.kind === 'known' ? 403 : 401,
		error: 'GatedRepo',
		message: `Access to model ${model} is restricted.`,
	};
}
