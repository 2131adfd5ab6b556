import { RemeltError } from '../errors/index.ts';
import { nameAddress, networkError } from './httpErrors.ts';
import { attempt, lengthError } from './strictFetch.ts';

/** A connection that sends nothing for this long (ms) is given up. */
export const STALL_TIMEOUT = 30_000;

/**
 * Watches over one request: its `signal` aborts when the caller's does, or when nothing was heard
 * for `timeout` milliseconds, then with a `network-failed` as its reason.
 */
export class Watchdog {
	readonly signal: AbortSignal;
	readonly #controller = new AbortController();
	readonly #url: string;
	readonly #timeout: number;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(url: string, { signal, timeout = STALL_TIMEOUT }: WatchdogOptions) {
		this.#url = url;
		this.#timeout = timeout;
		const own = this.#controller.signal;
		this.signal = signal ? AbortSignal.any([signal, own]) : own;
		this.heard();
	}

	/** Something arrived: the wait begins anew. */
	heard(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			const seconds = this.#timeout / 1000;
			const cause = new Error(`nothing was sent for ${seconds} s`);
			this.#controller.abort(networkError(cause, this.#url));
		}, this.#timeout);
	}

	/** To be called when the request is over, whatever came of it. */
	stop(): void {
		clearTimeout(this.#timer);
	}
}

export interface WatchdogOptions {
	readonly signal?: AbortSignal | undefined;
	readonly timeout?: number | undefined;
}

/**
 * Reads a body of exactly as many bytes as `into` has; a shorter or longer one is a `range-mismatch`.
 * `arrived` is told of every byte that is in place, so that a read that breaks off can go on there.
 */
export async function readExactly(
	response: Response,
	into: Uint8Array,
	{ url, watchdog, arrived }: ReadExactlyOptions,
): Promise<void> {
	const expected = into.byteLength;
	let received = 0;
	await forEachChunk(response, { url, watchdog }, (chunk) => {
		const fits = received + chunk.byteLength <= expected;
		if (fits) into.set(chunk, received);
		received += chunk.byteLength;
		if (fits) arrived(chunk.byteLength);
		return fits;
	});
	if (received !== expected) throw lengthError(url, expected, received);
}

interface ReadExactlyOptions {
	readonly url: string;
	readonly watchdog: Watchdog;
	readonly arrived: (bytes: number) => void;
}

/** Reads a body of at most `limit` bytes; a longer one is an `http-status`. */
export async function readWhole(
	response: Response,
	limit: number,
	{ url, watchdog }: { readonly url: string; readonly watchdog: Watchdog },
): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let received = 0;
	await forEachChunk(response, { url, watchdog }, (chunk) => {
		received += chunk.byteLength;
		chunks.push(chunk);
		return received <= limit;
	});
	if (received > limit) throw notAsNamed(url, `longer than ${limit} bytes`, received);
	const bytes = new Uint8Array(received);
	let at = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, at);
		at += chunk.byteLength;
	}
	return bytes;
}

/** Reads a UTF-8 text of at most `limit` bytes; a longer or broken one is an `http-status`. */
export async function readText(
	response: Response,
	limit: number,
	options: { readonly url: string; readonly watchdog: Watchdog },
): Promise<string> {
	const bytes = await readWhole(response, limit, options);
	const text = decode(bytes);
	if (text === null) throw notAsNamed(options.url, 'not UTF-8 text', bytes.byteLength);
	return text;
}

function notAsNamed(url: string, what: string, received: number): RemeltError {
	return new RemeltError('http-status', `${nameAddress(url)} is ${what}.`, {
		hint: 'The file is not what its name says; tell the author of the model.',
		details: { url, received },
	});
}

/** Null where the bytes are not UTF-8. A byte order mark stays. */
function decode(bytes: Uint8Array): string | null {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return null;
	}
}

/** Hands the body's chunks to `take` until it returns false, then gives the rest up. */
async function forEachChunk(
	response: Response,
	{ url, watchdog }: { readonly url: string; readonly watchdog: Watchdog },
	take: (chunk: Uint8Array) => boolean,
): Promise<void> {
	const reader = response.body?.getReader();
	if (reader === undefined) return;
	const { signal } = watchdog;
	for (let received = 0; ;) {
		const { done, value } = await attempt(async () => reader.read(), { url, signal, received });
		if (done) return;
		watchdog.heard();
		received += value.byteLength;
		if (take(value)) continue;
		await reader.cancel().catch(() => undefined);
		return;
	}
}
