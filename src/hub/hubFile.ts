import { checkRange, FIRST_READ, type ByteSource, type OpenedFile } from '../tensors/index.ts';
import type { WeightFile } from '../tensors/index.ts';
import { HubClient, type ClientOptions } from './client.ts';
import { fileAddress, resolveLocation, type HubLocation } from './location.ts';
import type { ResolvedLocation } from './location.ts';
import { RemoteFile } from './remoteFile.ts';

/**
 * Opens a weight file: one request for its first bytes, which also tells size and ETag.
 *
 * Not a `WebBlob` or `XetBlob` of @huggingface/hub: those take a 200 or a short body for data, and
 * the latter asks two servers for each slice and unpacks it on this thread.
 */
export async function openAddress(
	location: ResolvedLocation,
	name: string,
	{ client, signal }: { readonly client: HubClient; readonly signal?: AbortSignal | undefined },
): Promise<OpenedFile> {
	const file = new RemoteFile(place(location, name), client);
	const prefix = await file.read(0, FIRST_READ, signal);
	const { size, etag, host } = file.known();
	return { source: rangeSource(name, size, file), etag, host, prefix };
}

/** What `ModelHeaders.files` has of a file, with its path in the model's folder. */
export type KnownFile = WeightFile & { readonly name: string };

/**
 * A file whose size is known, as a worker gets it from the page that read the headers. No request
 * is made here; `location.revision` should be the commit that the headers were read from: else a file
 * that comes with another ETag from another host is taken for a changed one.
 */
export function openHubFile(
	location: HubLocation,
	known: KnownFile,
	options: ClientOptions = {},
): ByteSource {
	const resolved = resolveLocation(location);
	const client = new HubClient(resolved, options);
	return rangeSource(
		known.name,
		known.size,
		new RemoteFile(place(resolved, known.name), client, known),
	);
}

function place(
	location: ResolvedLocation,
	name: string,
): ConstructorParameters<typeof RemoteFile>[0] {
	const pinned = /^[0-9a-f]{40}$/.test(location.revision);
	return { url: fileAddress(location, name), name, pinned };
}

function rangeSource(name: string, size: number, file: RemoteFile): ByteSource {
	return {
		name,
		size,
		read: async (start, end, { signal } = {}) => {
			checkRange(start, end, size);
			// HTTP has no empty range: `bytes=5-4` is an error.
			return start === end ? new Uint8Array(0) : file.read(start, end, signal);
		},
	};
}
