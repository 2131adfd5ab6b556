import { RemeltError } from '../errors/index.ts';
import { abortError, nameAddress, networkError, statusError } from './httpErrors.ts';

export type Fetch = typeof globalThis.fetch;

/** The bytes that a `Range` header asks for, both ends included, as in the header. */
interface RangeRequest {
	readonly first: number;
	readonly last: number;
}

/** What {@link strictFetch} needs besides what a `fetch` takes. */
interface StrictOptions {
	/** The plain fetch below; default the global one. */
	readonly fetch?: Fetch | undefined;
	/** The address that errors name; default the one that is asked. */
	readonly shownAs?: string | undefined;
}

/**
 * A request that gives a response only where that response is what was asked for. It lies under
 * @huggingface/hub and under our own reads, so there is one place that decides what an answer means.
 *
 * - GET only, no credentials, no referrer (the Hub refuses some), one plain `bytes=a-b` at most: such
 *   a request needs no CORS preflight, and every part of the Hub's delivery answers it.
 * - A range must be answered with 206, a `Content-Range` that equals the request, cut at the end
 *   of the file, and as many bytes as that. A 200 is a whole file of gigabytes: its body is cancelled
 *   (`range-ignored`). A compressed part is a `range-mismatch`: which bytes it is part of, nobody knows.
 * - Any other status than 2xx throws the error that it stands for.
 *
 * What only shows while reading (a body's end) is `readExactly`’s business, what takes two responses
 * (an ETag that changes) is the file's. What tries again goes around this one: all that it needs
 * to know is in the error's code and details.
 */
export async function strictFetch(
	url: string,
	init: RequestInit = {},
	{ fetch = globalThis.fetch, shownAs = url }: StrictOptions = {},
): Promise<Response> {
	if ((init.method ?? 'GET') !== 'GET') throw new TypeError(`not a GET: ${init.method}`);
	const range = rangeOf(new Headers(init.headers));
	const signal = init.signal ?? undefined;
	const response = await attempt(
		async () =>
			fetch(url, {
				...init,
				credentials: 'omit',
				referrerPolicy: 'no-referrer',
				// Chromium's cache locks an entry while it is filled: ranges of one file would queue up.
				...(range && { cache: 'no-store' }),
			}),
		{ url: shownAs, signal },
	);
	const problem = range ? rangeProblem(response, range, shownAs) : statusProblem(response, shownAs);
	if (problem === null) return response;
	await response.body?.cancel().catch(() => undefined);
	throw problem;
}

/**
 * Runs one step of a request; whatever the network throws becomes a `RemeltError`. `received` are
 * the bytes of the body that came before, once there is one.
 */
export async function attempt<T>(
	step: () => Promise<T>,
	{ url, signal, received }: { url: string; signal?: AbortSignal | undefined; received?: number },
): Promise<T> {
	try {
		return await step();
	} catch (error) {
		if (error instanceof RemeltError) throw error;
		if (signal?.aborted) throw abortError(signal, error);
		throw networkError(error, url, received);
	}
}

function rangeOf(headers: Headers): RangeRequest | null {
	const text = headers.get('Range');
	if (text === null) return null;
	const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(text) ?? [];
	if (first === undefined || last === undefined) throw new TypeError(`not one range: ${text}`);
	return { first: Number(first), last: Number(last) };
}

function statusProblem(response: Response, url: string): RemeltError | null {
	return response.ok ? null : statusError(response, url);
}

function rangeProblem(response: Response, range: RangeRequest, url: string): RemeltError | null {
	if (!response.ok) return statusError(response, url);
	const { first, last } = range;
	const details = { url, status: response.status, first, last };
	if (response.status !== 206)
		return new RemeltError(
			'range-ignored',
			`The server was asked for ${last - first + 1} bytes and sends the whole file (${nameAddress(url)}).`,
			{
				hint: 'The server or a proxy on the way cannot send parts of files. Try another network.',
				details,
			},
		);
	const answer = response.headers.get('Content-Range');
	const content = parseContentRange(answer);
	if (content?.first === first && content.last === Math.min(last, content.total - 1))
		return bodyProblem(response, content.last - first + 1, url);
	return new RemeltError(
		'range-mismatch',
		`The server was asked for bytes ${first}-${last} and answered ${answer ?? 'without saying which it sends'} (${nameAddress(url)}).`,
		{
			hint: 'The server or a proxy on the way is faulty. Try another network.',
			details: { ...details, answer },
		},
	);
}

/** What the headers say of a body that should have `expected` bytes. */
function bodyProblem({ headers }: Response, expected: number, url: string): RemeltError | null {
	const encoding = headers.get('Content-Encoding');
	if (encoding !== null && encoding !== 'identity')
		return new RemeltError(
			'range-mismatch',
			`The server sent a part of ${nameAddress(url)} compressed (${encoding}).`,
			{
				hint: 'The server or a proxy on the way is faulty. Try another network.',
				details: { url, encoding },
			},
		);
	// Pages may read the length, and not the encoding: a compressed body has another one.
	const length = headers.get('Content-Length');
	return length === null || Number(length) === expected
		? null
		: lengthError(url, expected, Number(length));
}

/** The error of a body that has not the length that its `Content-Range` says. */
export function lengthError(url: string, expected: number, received: number): RemeltError {
	return new RemeltError(
		'range-mismatch',
		received < expected
			? `The server sent ${received} of ${expected} bytes and stopped (${nameAddress(url)}).`
			: `The server sent more than the ${expected} bytes that were asked for (${nameAddress(url)}).`,
		{
			hint: 'The connection or a proxy on the way is faulty. Run again; try another network if it stays.',
			details: { url, expected, received },
		},
	);
}

/** `bytes 0-7/1234`; null for anything else, an unknown total included. */
export function parseContentRange(
	text: string | null,
): { readonly first: number; readonly last: number; readonly total: number } | null {
	const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(text ?? '');
	if (match === null) return null;
	const [first = NaN, last = NaN, total = NaN] = match.slice(1).map(Number);
	return { first, last, total };
}
