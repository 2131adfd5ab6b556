import { RemeltError } from '../errors/index.ts';
import { openModel, type ModelAccess } from './model.ts';
import { blobSource, throwIfAborted } from './sources.ts';
import type { ModelFiles } from './types.ts';

/**
 * A model in a folder that the reader pointed to: the files of an `<input webkitdirectory>`, or of a
 * directory handle. Files are known by their path below the folder. Throws as `openModel` does.
 */
export async function openFolderModel(
	files: readonly File[],
	name: string = folderName(files),
	options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ModelFiles> {
	const byPath = new Map(files.map((file) => [pathBelowFolder(file), file]));
	const access: ModelAccess = {
		id: name,
		revision: 'folder',
		names: new Set(byPath.keys()),
		open: async (path) => {
			const file = byPath.get(path);
			return Promise.resolve(file ? { source: blobSource(path, file), etag: null } : null);
		},
		text: async (path, { signal }) => {
			throwIfAborted(signal);
			const file = byPath.get(path);
			return file ? decode(file, await readFile(file)) : null;
		},
		bytes: async (path, { signal }) => {
			throwIfAborted(signal);
			const file = byPath.get(path);
			return file ? readFile(file) : null;
		},
	};
	return openModel(access, options);
}

async function readFile(file: File): Promise<Uint8Array> {
	try {
		return new Uint8Array(await file.arrayBuffer());
	} catch (error) {
		throw unreadable(file, 'could not be read', error);
	}
}

function decode(file: File, bytes: Uint8Array): string {
	try {
		return decodeText(bytes);
	} catch (error) {
		throw unreadable(file, 'could not be read as text', error);
	}
}

function unreadable(file: File, problem: string, cause: unknown): RemeltError {
	return new RemeltError('file-missing', `${file.name} ${problem}.`, {
		hint: 'Choose the folder again; text files have to be UTF-8.',
		details: { file: file.name },
		cause,
	});
}

/** UTF-8 as text, byte for byte: a byte order mark stays, a broken sequence throws. */
export function decodeText(bytes: Uint8Array): string {
	return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function pathBelowFolder(file: File): string {
	const below = file.webkitRelativePath.split('/').slice(1).join('/');
	return below === '' ? file.name : below;
}

function folderName(files: readonly File[]): string {
	const [first = ''] = files[0]?.webkitRelativePath.split('/') ?? [];
	return first === '' ? 'folder' : first;
}
