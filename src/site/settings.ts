/**
 * Settings of this build for pages and browser code. `astro.config.mjs` defines the variables;
 * outside of a build (in unit tests) the defaults hold.
 */
export interface Settings {
	/** Base address of the Hub, without a slash at its end. */
	readonly hub: string;
	/** Whether `?hub=` in a page's address may name another Hub. */
	readonly hubOverride: boolean;
	/** Path of the site, with a slash at both ends. */
	readonly base: string;
}

const env: Readonly<Record<string, unknown>> = import.meta.env;

function text(value: unknown, fallback: string): string {
	return typeof value === 'string' && value !== '' ? value : fallback;
}

/** This build's settings. */
export const settings: Settings = {
	hub: text(env['PUBLIC_REMELT_HUB'], 'https://huggingface.co'),
	hubOverride: env['PUBLIC_REMELT_HUB_OVERRIDE'] === '1',
	base: text(env['BASE_URL'], '/'),
};

/** The address of one of the site's own pages or files, below the site's path. */
export function href(path: string): string {
	return `${settings.base.replace(/\/$/, '')}/${path.replace(/^\//, '')}`;
}

/** The address of a model on the Hub. */
export function hubHref(repo: string, revision?: string | null): string {
	const place = revision === undefined || revision === null ? '' : `/tree/${revision}`;
	return `https://huggingface.co/${repo}${place}`;
}

/** The Hub's base address for a page: the build's, or what `?hub=` names where the build allows it. */
export function hubBase(search: string): string {
	const named = settings.hubOverride ? new URLSearchParams(search).get('hub') : null;
	return (named ?? settings.hub).replace(/\/+$/, '');
}
