import { RemeltError, type ErrorDetails } from '../errors/index.ts';
import { checkRange, FIRST_READ, type ByteSource, type OpenedFile } from '../tensors/index.ts';
import { readExactly, Watchdog, type WatchdogOptions } from './body.ts';
import { shortAddress } from './httpErrors.ts';
import { parseContentRange, type Fetch } from './strictFetch.ts';

export interface ReadOptions {
	/** Made by `strictFetch`. */
	readonly fetch: Fetch;
	/** Milliseconds without a byte after which a request is given up. */
	readonly stallTimeout?: number | undefined;
}

/** One answered range. */
interface Part {
	readonly bytes: Uint8Array;
	readonly total: number;
	readonly etag: string | null;
	/** The server that sent the bytes, after redirects. */
	readonly host: string;
}

/**
 * Opens a file behind an address: one request for its first bytes, which also tells size and ETag.
 * Reads are one range request each. A size or ETag that differs from the first answer's is a
 * `content-changed`, so bytes of two versions never mix.
 *
 * Not a `WebBlob` or `XetBlob` of @huggingface/hub: those take a 200 or a short body for data, and
 * the latter asks two servers for each slice and unpacks it on this thread.
 */
export async function openHubFile(
	url: string,
	name: string,
	options: ReadOptions & { readonly signal?: AbortSignal | undefined },
): Promise<OpenedFile> {
	const { signal, ...reading } = options;
	const first = await readPart(url, 0, FIRST_READ, { ...reading, signal });
	return {
		source: rangeSource(url, name, first, reading),
		etag: first.etag,
		prefix: first.bytes,
	};
}

function rangeSource(url: string, name: string, opened: Part, reading: ReadOptions): ByteSource {
	// The Hub's redirect may lead to one of several hosts, and each has ETags of its own making.
	const etags = new Map([[opened.host, opened.etag]]);
	return {
		name,
		size: opened.total,
		read: async (start, end, { signal } = {}) => {
			checkRange(start, end, opened.total);
			// HTTP has no empty range: `bytes=5-4` is an error.
			if (start === end) return new Uint8Array(0);
			const part = await readPart(url, start, end, { ...reading, signal });
			const etag = etags.get(part.host) ?? part.etag;
			etags.set(part.host, etag);
			if (part.total !== opened.total || !sameEtag(part.etag, etag))
				throw changed(url, name, {
					size: opened.total,
					sizeNow: part.total,
					etag,
					etagNow: part.etag,
				});
			return part.bytes;
		},
	};
}

async function readPart(
	url: string,
	start: number,
	end: number,
	{ fetch, stallTimeout, signal }: ReadOptions & WatchdogOptions,
): Promise<Part> {
	const watchdog = new Watchdog(url, { signal, timeout: stallTimeout });
	try {
		const response = await fetch(url, {
			headers: { Range: `bytes=${start}-${end - 1}` },
			signal: watchdog.signal,
		});
		watchdog.heard();
		const { headers } = response;
		const range = parseContentRange(headers.get('Content-Range'));
		if (range === null) throw new TypeError('this fetch is not a strict one');
		const bytes = await readExactly(response, range.last - range.first + 1, { url, watchdog });
		const host = new URL(response.url || url).host;
		return { bytes, total: range.total, etag: headers.get('ETag'), host };
	} finally {
		watchdog.stop();
	}
}

/** Weak comparison: a server on the way may have marked the ETag as weak. */
function sameEtag(a: string | null, b: string | null): boolean {
	return a?.replace(/^W\//, '') === b?.replace(/^W\//, '');
}

function changed(url: string, name: string, details: ErrorDetails): RemeltError {
	return new RemeltError(
		'content-changed',
		`${name} was replaced on the server while it was read (${shortAddress(url)}).`,
		{
			hint: 'Start again, with a commit as revision if there is one.',
			details: { url, file: name, ...details },
		},
	);
}
