import { RemeltError, toRemeltError } from '../../errors/index.ts';
import type { MergeSink } from '../../merge/index.ts';
import { wrongSize } from './memory.ts';

/** A sink that writes a model folder; `name` is the folder's name inside the chosen one. */
export interface FolderSink extends MergeSink {
	readonly name: string;
}

/**
 * Writes into a new folder inside `parent`. The folder is new, so that nothing of the reader's can be
 * overwritten, and `abort` removes it whole. Its name is `name`, or `name-2`, … where that is taken.
 * Throws `sink-failed` where the folder cannot be made.
 */
export async function createFolderSink(
	parent: FileSystemDirectoryHandle,
	name: string,
): Promise<FolderSink> {
	const free = await freeName(parent, name);
	const folder = await attempt(
		() => parent.getDirectoryHandle(free, { create: true }),
		`The folder ${free} could not be made in ${parent.name}.`,
	);
	let open: { name: string; size: number; written: number } | null = null;
	let stream: FileSystemWritableFileStream | null = null;
	return {
		name: free,
		async open(file, size) {
			open = { name: file, size, written: 0 };
			stream = await attempt(async () => {
				const handle = await folder.getFileHandle(file, { create: true });
				return handle.createWritable();
			}, `${file} could not be opened for writing.`);
		},
		async write(bytes) {
			const [target, into] = [open, stream];
			if (target === null || into === null)
				throw new RemeltError('sink-failed', 'Bytes came before their file was opened.');
			target.written += bytes.byteLength;
			await attempt(
				() => into.write(new Uint8Array(bytes)),
				`${target.name} could not be written after ${String(target.written)} bytes.`,
			);
		},
		async close() {
			const [target, into] = [open, stream];
			if (target === null || into === null)
				throw new RemeltError('sink-failed', 'A file was closed before it was opened.');
			if (target.written !== target.size) throw wrongSize(target.name, target.size, target.written);
			await attempt(() => into.close(), `${target.name} could not be completed.`);
			open = null;
			stream = null;
		},
		commit() {
			return Promise.resolve();
		},
		async abort() {
			const into = stream;
			open = null;
			stream = null;
			if (into !== null) await into.abort().catch(() => undefined);
			await attempt(
				() => parent.removeEntry(free, { recursive: true }),
				`The unfinished folder ${free} could not be removed.`,
			);
		},
	};
}

async function freeName(parent: FileSystemDirectoryHandle, name: string): Promise<string> {
	const taken = new Set<string>();
	for await (const key of parent.keys()) taken.add(key.toLowerCase());
	let candidate = name;
	for (let n = 2; taken.has(candidate.toLowerCase()); n += 1) candidate = `${name}-${String(n)}`;
	return candidate;
}

async function attempt<T>(action: () => Promise<T>, message: string): Promise<T> {
	try {
		return await action();
	} catch (thrown) {
		const cause = toRemeltError(thrown, 'sink-failed');
		throw new RemeltError('sink-failed', `${message} (${cause.message})`, {
			hint: 'Check that the disk has room and that the folder may be written to, then run again.',
			cause: thrown,
		});
	}
}
