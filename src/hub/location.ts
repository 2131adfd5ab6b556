import { RemeltError } from '../errors/index.ts';

/** Where a model is: files lie at `<base>/<repo>/resolve/<revision>/<file>`. */
export interface HubLocation {
	/** `https://huggingface.co`, another server, or a path on this site such as `/rehearsal`. */
	readonly base: string;
	/** `owner/name`. */
	readonly repo: string;
	/** Branch, tag or commit; default `main`. */
	readonly revision?: string | undefined;
	/**
	 * Whether the base answers the Hub's API, by which a revision becomes a commit and files can be
	 * listed. Default: yes for a whole address, no for a path (static files have no API).
	 */
	readonly api?: boolean | undefined;
}

export const DEFAULT_REVISION = 'main';

/** A {@link HubLocation} with its defaults filled in and its base an address without final slash. */
export interface ResolvedLocation {
	readonly base: string;
	readonly repo: string;
	readonly revision: string;
	readonly api: boolean;
}

/** Fills in defaults; a path is taken relative to this page. Throws `not-found` on an impossible repo id. */
export function resolveLocation(location: HubLocation): ResolvedLocation {
	const { base, repo, revision = DEFAULT_REVISION } = location;
	const whole = /^https?:\/\//.test(base);
	if (!isRepoId(repo))
		throw new RemeltError('not-found', `“${repo}” is not the name of a model on the Hub.`, {
			hint: 'Models are named owner/name, with letters, digits, dots, dashes and underscores.',
			details: { repo },
		});
	const here = ownAddress()?.href;
	return {
		base: (whole ? base : new URL(base, here).href).replace(/\/+$/, ''),
		repo,
		revision,
		api: location.api ?? whole,
	};
}

function isRepoId(repo: string): boolean {
	const parts = repo.split('/');
	return parts.length <= 2 && parts.every((part) => /^[\w-][\w.-]*$/.test(part));
}

/** The address of a file, every part of it encoded. */
export function fileAddress(location: ResolvedLocation, file: string): string {
	const path = file.split('/').map(encodeURIComponent).join('/');
	return `${location.base}/${location.repo}/resolve/${encodeURIComponent(location.revision)}/${path}`;
}

/** The address of the page or worker that this runs in; undefined in Node. */
export function ownAddress(): URL | undefined {
	const scope: { readonly location?: { readonly href: string } } = globalThis;
	return scope.location === undefined ? undefined : new URL(scope.location.href);
}
