/**
 * Models in folders on disk. For Node only, and therefore not exported by `index.ts`: import
 * `src/tensors/node.ts` itself.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RemeltError } from '../errors/index.ts';
import { decodeText } from './folder.ts';
import { openModel, type ModelAccess } from './model.ts';
import { checkRange, throwIfAborted } from './sources.ts';
import type { ByteSource, ModelFiles } from './types.ts';

/** Largest single read of a file descriptor that every platform allows. */
const MAX_READ = 2 ** 30;

/** A file on disk. It is opened for each read, so nothing needs closing. Throws `file-missing`. */
export async function openNodeFile(path: string, name = basename(path)): Promise<ByteSource> {
	const found = await stat(path).catch(() => null);
	if (!found?.isFile())
		throw new RemeltError('file-missing', `There is no file ${path}.`, {
			hint: 'Check the path.',
			details: { file: path },
		});
	const { size, mtimeMs } = found;
	const read = async (start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> => {
		throwIfAborted(signal);
		checkRange(start, end, size);
		await using handle = await open(path);
		const now = await handle.stat();
		if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed(path);
		const bytes = new Uint8Array(end - start);
		for (let filled = 0; filled < bytes.byteLength;) {
			throwIfAborted(signal);
			const length = Math.min(MAX_READ, bytes.byteLength - filled);
			const { bytesRead } = await handle.read(bytes, filled, length, start + filled);
			if (bytesRead === 0) throw changed(path);
			filled += bytesRead;
		}
		return bytes;
	};
	return { name, size, read: (start, end, options) => read(start, end, options?.signal) };
}

/** A model in a folder on disk. Throws as `openModel` does. */
export async function openNodeFolder(
	folder: string,
	options: { readonly id?: string; readonly signal?: AbortSignal | undefined } = {},
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
	};
	return openModel(access, options);
}

function changed(path: string): RemeltError {
	return new RemeltError('content-changed', `${path} was changed while it was read.`, {
		hint: 'Leave the file alone until the run is over, then run again.',
		details: { file: path },
	});
}
