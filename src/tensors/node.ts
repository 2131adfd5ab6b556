/**
 * Models in folders on disk. For Node only, and therefore not exported by `index.ts`: import
 * `src/tensors/node.ts` itself.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RemeltError } from '../errors/index.ts';
import { decodeText } from './folder.ts';
import { openModel, type ModelAccess } from './model.ts';
import { checkRange, throwIfAborted } from './sources.ts';
import type { ByteSource, ModelFiles } from './types.ts';

/** Largest single read of a file descriptor that every platform allows. */
const MAX_READ = 2 ** 30;

/** A file as it was found: what changes afterwards is refused. */
export interface FoundFile {
	readonly path: string;
	/** For messages; default the path's last part. */
	readonly name?: string | undefined;
	readonly size: number;
	/** Milliseconds since 1970. */
	readonly mtimeMs: number;
}

/** A file on disk. It is opened for each read, so nothing needs closing. Throws `file-missing`. */
export async function openNodeFile(path: string, name?: string): Promise<ByteSource> {
	return nodeSource({ ...(await findNodeFile(path)), name });
}

/** What identifies a file's bytes on disk. Throws `file-missing`. */
export async function findNodeFile(path: string): Promise<FoundFile> {
	const found = await stat(path).catch(() => null);
	if (!found?.isFile())
		throw new RemeltError('file-missing', `There is no file ${path}.`, {
			hint: 'Check the path.',
			details: { file: path },
		});
	return { path, size: found.size, mtimeMs: found.mtimeMs };
}

/** A file that was found before, in this thread or another. Its reads throw `content-changed`. */
export function nodeSource({ path, name, size, mtimeMs }: FoundFile): ByteSource {
	const read = async (start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> => {
		throwIfAborted(signal);
		checkRange(start, end, size);
		await using handle = await open(path).catch((error: unknown) => {
			throw unreadable(path, error);
		});
		const now = await handle.stat();
		if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed(path);
		// Not zeroed: every byte is filled below. Never from Node's pool, so that it can be transferred.
		const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
		for (let filled = 0; filled < bytes.byteLength;) {
			throwIfAborted(signal);
			const length = Math.min(MAX_READ, bytes.byteLength - filled);
			const { bytesRead } = await handle
				.read(bytes, filled, length, start + filled)
				.catch((error: unknown) => {
					throw unreadable(path, error);
				});
			if (bytesRead === 0) throw changed(path);
			filled += bytesRead;
		}
		return bytes;
	};
	const readInto = (start: number, end: number, into: Uint8Array): void => {
		checkRange(start, end, size);
		if (into.byteLength !== end - start) throw new RangeError('the bytes have another size');
		const descriptor = readable(path, () => openSync(path, 'r'));
		try {
			const now = readable(path, () => fstatSync(descriptor));
			if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed(path);
			for (let filled = 0; filled < into.byteLength;) {
				const length = Math.min(MAX_READ, into.byteLength - filled);
				const [from, position] = [filled, start + filled];
				const count = readable(path, () => readSync(descriptor, into, from, length, position));
				if (count === 0) throw changed(path);
				filled += count;
			}
		} finally {
			closeSync(descriptor);
		}
	};
	return {
		name: name ?? basename(path),
		size,
		read: (start, end, options) => read(start, end, options?.signal),
		readInto,
	};
}

/** What a call to the file system gives. Throws `content-changed` where it fails. */
function readable<T>(path: string, call: () => T): T {
	try {
		return call();
	} catch (error) {
		throw unreadable(path, error);
	}
}

/** A model in a folder on disk. Throws as `openModel` does. */
export async function openNodeFolder(
	folder: string,
	options: { readonly id?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ModelFiles> {
	const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
		throw new RemeltError('file-missing', `There is no folder ${folder}.`, {
			hint: 'Check the path.',
			details: { file: folder },
		});
	});
	// Links count: the Hub client's cache keeps a model's files as links.
	const names = new Set(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
	const access: ModelAccess = {
		id: options.id ?? basename(resolve(folder)),
		revision: 'folder',
		names,
		open: async (name) =>
			names.has(name) ? { source: await openNodeFile(join(folder, name), name), etag: null } : null,
		text: async (name, { signal }) => {
			throwIfAborted(signal);
			return names.has(name) ? decodeText(await readFile(join(folder, name))) : null;
		},
		bytes: async (name, { signal }) => {
			throwIfAborted(signal);
			return names.has(name) ? new Uint8Array(await readFile(join(folder, name))) : null;
		},
	};
	return openModel(access, options);
}

function changed(path: string): RemeltError {
	return new RemeltError('content-changed', `${path} was changed while it was read.`, {
		hint: 'Leave the file alone until the run is over, then run again.',
		details: { file: path },
	});
}

function unreadable(path: string, cause: unknown): RemeltError {
	return new RemeltError('content-changed', `${path} can no longer be read.`, {
		hint: 'See that the disk is there and leave the file alone until the run is over, then run again.',
		details: { file: path },
		cause,
	});
}
