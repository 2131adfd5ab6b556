/** A folder in memory with the parts of `FileSystemDirectoryHandle` that the sinks use. */
export interface FakeFolder {
	readonly handle: FileSystemDirectoryHandle;
	/** Paths of all files with their bytes. */
	files(): ReadonlyMap<string, Uint8Array>;
	/** Names of all folders. */
	folders(): readonly string[];
	/** From now on every write fails. */
	fill(): void;
}

/** An empty folder; `taken` are names of folders that exist in it. */
export function fakeFolder(taken: readonly string[] = []): FakeFolder {
	const written = new Map<string, Uint8Array>();
	const folders = new Set(taken);
	let full = false;
	const writable = (path: string): object => {
		const parts: Uint8Array[] = [];
		return {
			write: async (bytes: Uint8Array) => {
				if (full) throw new DOMException('no room', 'QuotaExceededError');
				parts.push(bytes.slice());
				return Promise.resolve();
			},
			close: async () => {
				written.set(path, new Uint8Array(await new Blob(parts.map(own)).arrayBuffer()));
			},
			abort: async () => Promise.resolve(),
		};
	};
	const child = (name: string): object => ({
		name,
		getFileHandle: async (file: string) => {
			const path = `${name}/${file}`;
			// As in a browser, the file is there, empty, before its first byte is.
			written.set(path, new Uint8Array(0));
			return Promise.resolve({ createWritable: async () => Promise.resolve(writable(path)) });
		},
	});
	const handle = {
		name: 'chosen',
		keys: async function* () {
			yield* [...folders];
			await Promise.resolve();
		},
		getDirectoryHandle: async (name: string) => {
			folders.add(name);
			return Promise.resolve(child(name));
		},
		removeEntry: async (name: string) => {
			folders.delete(name);
			for (const path of [...written.keys()]) if (path.startsWith(`${name}/`)) written.delete(path);
			return Promise.resolve();
		},
	};
	return {
		handle: handle as unknown as FileSystemDirectoryHandle,
		files: () => written,
		folders: () => [...folders],
		fill: () => {
			full = true;
		},
	};
}

function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return new Uint8Array(bytes);
}
