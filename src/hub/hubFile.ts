import { RemeltError, type ErrorDetails } from '../errors/index.ts';
import {
	checkRange,
	FIRST_READ,
	type ByteSource,
	type OpenedFile,
	type WeightFile,
} from '../tensors/index.ts';
import { readExactly, Watchdog, type WatchdogOptions } from './body.ts';
import { nameAddress } from './httpErrors.ts';
import { fileAddress, resolveLocation, type HubLocation } from './location.ts';
import { parseContentRange, strictFetch, type Fetch } from './strictFetch.ts';

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
 *
 * Not a `WebBlob` or `XetBlob` of @huggingface/hub: those take a 200 or a short body for data, and
 * the latter asks two servers for each slice and unpacks it on this thread.
 */
export async function openAddress(
	url: string,
	name: string,
	options: ReadOptions & { readonly signal?: AbortSignal | undefined },
): Promise<OpenedFile> {
	const { signal, ...reading } = options;
	const {
		bytes,
		total: size,
		etag,
		host,
	} = await readPart(url, 0, FIRST_READ, {
		...reading,
		signal,
	});
	const source = rangeSource(url, { name, size, etag, host }, reading);
	return { source, etag, host, prefix: bytes };
}

/** What `ModelHeaders.files` has of a file, with its path in the model's folder. */
export type KnownFile = WeightFile & { readonly name: string };

/**
 * A file whose size is known, as a worker gets it from the page that read the headers. No request
 * is made here; `location.revision` should be the commit that the headers were read from.
 */
export function openHubFile(
	location: HubLocation,
	known: KnownFile,
	{ fetch, stallTimeout }: { fetch?: Fetch | undefined; stallTimeout?: number | undefined } = {},
): ByteSource {
	const url = fileAddress(resolveLocation(location), known.name);
	return rangeSource(url, known, { fetch: strictFetch(fetch), stallTimeout });
}

/**
 * Reads are one range request each. A size or ETag that differs from what was known is a
 * `content-changed`, so bytes of two versions never mix.
 */
function rangeSource(url: string, known: KnownFile, reading: ReadOptions): ByteSource {
	const { name, size } = known;
	// The Hub redirects to one of several hosts, and each may have ETags of its own making.
	const etags = new Map<string, string | null>();
	if (known.host !== undefined) etags.set(known.host, known.etag);
	return {
		name,
		size,
		read: async (start, end, { signal } = {}) => {
			checkRange(start, end, size);
			// HTTP has no empty range: `bytes=5-4` is an error.
			if (start === end) return new Uint8Array(0);
			const part = await readPart(url, start, end, { ...reading, signal });
			const expected = etags.get(part.host) ?? (known.host === undefined ? known.etag : null);
			const etag = expected ?? part.etag;
			etags.set(part.host, etag);
			if (part.total !== size || !sameEtag(part.etag, etag))
				throw changed(url, name, { size, sizeNow: part.total, etag, etagNow: part.etag });
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
		`${nameAddress(url)} was replaced on the server while it was read.`,
		{
			hint: 'Start again, with a commit as revision if there is one.',
			details: { url, file: name, ...details },
		},
	);
}
