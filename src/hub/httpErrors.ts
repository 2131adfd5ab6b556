import { RemeltError, type ErrorCode, type ErrorDetails } from '../errors/index.ts';
import { retryAfter } from './rateLimit.ts';

/** What a status means: the code, a sentence to begin with, and what the reader can do. */
interface Meaning {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
}

/** The Hub's `X-Error-Code` header: it says more than the status (401 has three meanings). */
const ERROR_CODES: Readonly<Record<string, Meaning>> = {
	GatedRepo: {
		code: 'gated',
		message: 'The owner of this model gives access on request only',
		hint: 'Accept the terms on the model’s page, download the model there, and point Remelt to its folder.',
	},
	RepoNotFound: {
		code: 'not-found',
		message: 'There is no such model, or it is private',
		hint: 'Check owner and name; the model may have been renamed or deleted.',
	},
	RevisionNotFound: {
		code: 'not-found',
		message: 'The model has no such revision',
		hint: 'Check the branch, tag or commit.',
	},
	EntryNotFound: {
		code: 'not-found',
		message: 'The model has no such file at this revision',
		hint: 'Check the file’s name and the revision.',
	},
};

const NO_ACCESS: Meaning = {
	code: 'gated',
	message: 'The server gives this file to nobody who is not signed in',
	hint: 'The model is gated, private, or does not exist: the Hub does not say which. Open its page to see.',
};

/** What the Hub says in place of a code where it has taken a model down. */
const DISABLED_MESSAGE = 'Access to this resource is disabled.';

const DISABLED: Meaning = {
	code: 'gated',
	message: 'The Hub has taken this model down',
	hint: 'Its page may say why; nobody can read its files.',
};

const STATUSES: Readonly<Record<number, Meaning>> = {
	401: NO_ACCESS,
	403: NO_ACCESS,
	404: {
		code: 'not-found',
		message: 'There is nothing at this address',
		hint: 'Check the model’s name and the revision.',
	},
	416: {
		code: 'range-mismatch',
		message: 'The server has not as many bytes as were asked for',
		hint: 'The file was replaced by a shorter one, or is empty. Start again to read its header anew.',
	},
	429: {
		code: 'rate-limited',
		message: 'The server asks to slow down',
		hint: 'The Hub allows 3,000 file requests in 5 minutes without signing in. Wait a few minutes and run again.',
	},
	451: {
		code: 'gated',
		message: 'The model is not available from where you are',
		hint: 'Its owner or the law keeps it from some places.',
	},
};

const SERVER_TROUBLE: Meaning = {
	code: 'http-status',
	message: 'The server has trouble of its own',
	hint: 'Nothing is wrong on your side. Run again in a few minutes.',
};

const UNEXPECTED: Meaning = {
	code: 'http-status',
	message: 'The server gave an answer that Remelt does not expect',
	hint: 'Open the address in a browser tab to see what it says.',
};

/**
 * The error that a response stands for, whatever was asked. Its details tell `host`, the server that
 * answered, `disabled` for a model that was taken down, and for a 429 `retryAfter` in seconds.
 */
export function statusError(response: Response, url: string): RemeltError {
	const { status, headers } = response;
	const errorCode = headers.get('X-Error-Code');
	const disabled = status === 403 && headers.get('X-Error-Message') === DISABLED_MESSAGE;
	const meaning = disabled ? DISABLED : meaningOf(status, errorCode);
	const details: ErrorDetails = {
		url,
		status,
		errorCode,
		host: new URL(response.url || url).host,
		...(disabled && { disabled }),
		...(status === 429 && { retryAfter: retryAfter(headers) }),
	};
	return new RemeltError(meaning.code, `${meaning.message} (${status}, ${nameAddress(url)}).`, {
		hint: meaning.hint,
		details,
	});
}

function meaningOf(status: number, errorCode: string | null): Meaning {
	const known =
		errorCode !== null && Object.hasOwn(ERROR_CODES, errorCode)
			? ERROR_CODES[errorCode]
			: STATUSES[status];
	return known ?? (status >= 500 ? SERVER_TROUBLE : UNEXPECTED);
}

/** The error of a request that got no answer, or whose answer broke off after `received` bytes. */
export function networkError(cause: unknown, url: string, received?: number): RemeltError {
	if (received !== undefined)
		return new RemeltError(
			'network-failed',
			`The connection broke off after ${received} bytes of ${nameAddress(url)}.`,
			{ hint: 'Check the connection, then run again.', details: { url, received }, cause },
		);
	const host = shortAddress(url).replace(/\/.*$/s, '');
	return new RemeltError(
		'network-failed',
		`Nothing could be read from ${host} (${nameAddress(url)}).`,
		{
			hint: 'The server is blocked, down, or refuses this page, or you are offline; which of these cannot be told from here. Open the address in a browser tab to see.',
			details: { url },
			cause,
		},
	);
}

/** The error of a request that somebody stopped: the reader, or a watchdog with a reason of its own. */
export function abortError(signal: AbortSignal, cause: unknown): RemeltError {
	const reason: unknown = signal.reason;
	return reason instanceof RemeltError
		? reason
		: new RemeltError('aborted', 'Reading was cancelled.', { cause });
}

/**
 * What an address stands for, as a reader knows it: `config.json of owner/name`, or `owner/name` for
 * the API, with the revision where it is not `main`. An address of another shape stays one.
 */
export function nameAddress(url: string): string {
	const address = shortAddress(url);
	const path = address.replace(/^[^/]*\//, '');
	const file = /(?:^|\/)((?:[^/]+\/)?[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
	const [, repo, revision = 'main', name] =
		file ?? /(?:^|\/)api\/models\/([^/]+(?:\/[^/]+)?)(?:\/revision\/([^/]+))?$/.exec(path) ?? [];
	if (repo === undefined) return address;
	const short = /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : decode(revision);
	const at = revision === 'main' ? '' : ` at ${short}`;
	return `${name === undefined ? '' : `${decode(name)} of `}${repo}${at}`;
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** An address as it is shown: without scheme and query (a signed link's query is a secret and long). */
export function shortAddress(url: string): string {
	return url.replace(/^https?:\/\//, '').replace(/[?#].*$/s, '');
}
