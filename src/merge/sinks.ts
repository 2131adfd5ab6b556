import { RemeltError } from '../errors/index.ts';
import type { MergeSink } from './types.ts';

/** A sink that keeps nothing: for runs whose output is only wanted for what it costs. */
export const nullSink: MergeSink = {
	open: async () => Promise.resolve(),
	write: async () => Promise.resolve(),
	close: async () => Promise.resolve(),
	commit: async () => Promise.resolve(),
	abort: async () => Promise.resolve(),
};

/** A sink in memory. `files` is empty until the run has been committed. */
export interface MemorySink extends MergeSink {
	readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Collects files in memory; `sink-failed` where a file is not as long as announced. */
export function createMemorySink(): MemorySink {
	const files = new Map<string, Uint8Array>();
	const pending = new Map<string, Uint8Array>();
	let current: { name: string; bytes: Uint8Array; filled: number } | null = null;
	const fail = (message: string): RemeltError =>
		new RemeltError('sink-failed', message, { details: { file: current?.name ?? null } });
	return {
		files,
		open: async (name, size) => {
			current = { name, bytes: new Uint8Array(size), filled: 0 };
			return Promise.resolve();
		},
		write: async (bytes) => {
			if (current === null || current.filled + bytes.byteLength > current.bytes.byteLength)
				return Promise.reject(fail('More was written than the file was opened for.'));
			current.bytes.set(bytes, current.filled);
			current.filled += bytes.byteLength;
			return Promise.resolve();
		},
		close: async () => {
			if (current?.filled !== current?.bytes.byteLength)
				return Promise.reject(fail('The file was closed before it was complete.'));
			if (current) pending.set(current.name, current.bytes);
			current = null;
			return Promise.resolve();
		},
		commit: async () => {
			for (const [name, bytes] of pending) files.set(name, bytes);
			pending.clear();
			return Promise.resolve();
		},
		abort: async () => {
			pending.clear();
			current = null;
			return Promise.resolve();
		},
	};
}
