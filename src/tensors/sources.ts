import { RemeltError, toRemeltError } from '../errors/index.ts';
import type { ByteSource } from './types.ts';

/** Throws a `RangeError` unless `[start, end)` lies within `size`: a caller's mistake, not a file's. */
export function checkRange(start: number, end: number, size: number): void {
	if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
		throw new RangeError(`not a byte range: [${start}, ${end})`);
	if (end > size) throw new RangeError(`[${start}, ${end}) reaches beyond ${size} bytes`);
}

/** The error of a run that was stopped. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new RemeltError('aborted', 'Reading was cancelled.');
}

/** Bytes in memory; reads return copies. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
	return {
		name,
		size: bytes.byteLength,
		read: async (start, end, options) => {
			throwIfAborted(options?.signal);
			checkRange(start, end, bytes.byteLength);
			return Promise.resolve(bytes.slice(start, end));
		},
	};
}

/** A `File` that the reader chose, or any other `Blob`. Throws `content-changed` where it changed since. */
export function blobSource(name: string, blob: Blob): ByteSource {
	return {
		name,
		size: blob.size,
		read: async (start, end, options) => {
			throwIfAborted(options?.signal);
			checkRange(start, end, blob.size);
			const bytes = await readBlob(name, blob.slice(start, end));
			throwIfAborted(options?.signal);
			return bytes;
		},
	};
}

async function readBlob(name: string, blob: Blob): Promise<Uint8Array> {
	try {
		return new Uint8Array(await blob.arrayBuffer());
	} catch (error) {
		if (!(error instanceof DOMException) || error.name !== 'NotReadableError')
			throw toRemeltError(error, 'file-missing');
		throw new RemeltError('content-changed', `${name} was changed or moved while it was read.`, {
			hint: 'Choose the folder again and leave its files alone until the run is over.',
			details: { file: name },
			cause: error,
		});
	}
}
