import { EXPOSED } from './respond.ts';

/** What the Fetch standard lets every page read of another origin's answer. */
const SAFELISTED =
	'Cache-Control,Content-Language,Content-Length,Content-Type,Expires,Last-Modified,Pragma';

const READABLE = new Set(`${EXPOSED},${SAFELISTED}`.toLowerCase().split(','));

/** A fetch that hides what a browser hides from a page of another origin. */
export const browserFetch: typeof fetch = async (input, init) => {
	const response = await fetch(input, init);
	const headers = [...response.headers].filter(([name]) => READABLE.has(name.toLowerCase()));
	const { status, statusText, url, redirected } = response;
	const seen = new Response(response.body, { status, statusText, headers });
	return Object.defineProperties(seen, {
		url: { value: url },
		redirected: { value: redirected },
	});
};
