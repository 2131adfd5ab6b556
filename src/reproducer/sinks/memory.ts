import { RemeltError } from '../../errors/index.ts';
import type { MergeSink } from '../../merge/index.ts';

/** Merged files are kept in memory up to this size in all; above it a folder is needed. */
export const MEMORY_LIMIT = 512 * 1024 * 1024;

/** {@link MEMORY_LIMIT} for readers. */
export const MEMORY_LIMIT_TEXT = '512 MiB';

/** Small pieces are joined up to this size before they become a Blob, which browsers may page out. */
const PIECE = 8 * 1024 * 1024;

/** A sink that keeps files as Blobs. `files` is empty until `commit`, and after `abort`. */
export interface MemorySink extends MergeSink {
	readonly files: ReadonlyMap<string, Blob>;
}

/** Keeps what is written, in Blobs. */
export function createMemorySink(): MemorySink {
	const files = new Map<string, Blob>();
	const pending = new Map<string, Blob>();
	let open: { name: string; size: number; written: number } | null = null;
	let parts: BlobPart[] = [];
	let loose: Uint8Array<ArrayBuffer>[] = [];
	let looseSize = 0;
	const settle = (): void => {
		if (looseSize > 0) parts.push(new Blob(loose));
		loose = [];
		looseSize = 0;
	};
	const drop = (): void => {
		pending.clear();
		open = null;
		parts = [];
		loose = [];
		looseSize = 0;
	};
	return {
		files,
		open(name, size) {
			open = { name, size, written: 0 };
			return Promise.resolve();
		},
		write(bytes) {
			if (open === null) return Promise.reject(misuse('write without open'));
			open.written += bytes.byteLength;
			loose.push(new Uint8Array(bytes));
			looseSize += bytes.byteLength;
			if (looseSize >= PIECE) settle();
			return Promise.resolve();
		},
		close() {
			if (open === null) return Promise.reject(misuse('close without open'));
			if (open.written !== open.size)
				return Promise.reject(wrongSize(open.name, open.size, open.written));
			settle();
			pending.set(open.name, new Blob(parts));
			parts = [];
			open = null;
			return Promise.resolve();
		},
		commit() {
			for (const [name, blob] of pending) files.set(name, blob);
			drop();
			return Promise.resolve();
		},
		abort() {
			drop();
			files.clear();
			return Promise.resolve();
		},
	};
}

function misuse(what: string): RemeltError {
	return new RemeltError('sink-failed', `The merged model could not be kept: ${what}.`);
}

/** A file came out longer or shorter than planned. */
export function wrongSize(file: string, expected: number, found: number): RemeltError {
	return new RemeltError(
		'sink-failed',
		`${file} should have ${String(expected)} bytes but got ${String(found)}.`,
		{
			hint: 'This is a fault in Remelt: please report it with the recipe.',
			details: { file, expected, found },
		},
	);
}
