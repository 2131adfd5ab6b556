import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';

/** A file of a repository, wherever its bytes come from. */
export interface HubFile {
	readonly size: number;
	/** Weight files are kept in the Hub's large storage; they have a SHA-256 as their ETag. */
	readonly large: boolean;
	/** The bytes of `[start, end)`. */
	read(start: number, end: number): Promise<Uint8Array>;
	/** In hex: SHA-256 of a weight file, SHA-1 of any other. */
	digest(): Promise<string>;
}

const digests = new Map<string, Promise<string>>();

/** The file at a path; by its name it is a weight file or not. Null where there is none. */
export async function diskFile(path: string): Promise<HubFile | null> {
	const found = await stat(path).catch(() => null);
	if (!found?.isFile()) return null;
	const { size, mtimeMs } = found;
	const large = isLarge(path);
	const key = `${path} ${size} ${mtimeMs}`;
	return {
		size,
		large,
		read: async (start, end) => readRange(path, start, end),
		digest: async () => {
			const digest = digests.get(key) ?? readFile(path).then((bytes) => digestOf(bytes, large));
			digests.set(key, digest);
			return digest;
		},
	};
}

/** A file in memory. */
export function memoryFile(name: string, contents: string | Uint8Array): HubFile {
	const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
	const large = isLarge(name);
	return {
		size: bytes.byteLength,
		large,
		read: async (start, end) => Promise.resolve(bytes.subarray(start, end)),
		digest: async () => Promise.resolve(digestOf(bytes, large)),
	};
}

/**
 * A weight file whose bytes a formula makes, so that it may be larger than any disk. Its digest is
 * that of `seed`, since nobody reads it whole to take one.
 */
export function formulaFile(
	size: number,
	seed: string,
	read: (start: number, end: number) => Uint8Array,
): HubFile {
	return {
		size,
		large: true,
		read: async (start, end) => Promise.resolve(read(start, end)),
		digest: async () => Promise.resolve(digestOf(new TextEncoder().encode(seed), true)),
	};
}

function isLarge(name: string): boolean {
	return /\.(?:safetensors|bin|pt|pth|ckpt)$/.test(name);
}

function digestOf(bytes: Uint8Array, large: boolean): string {
	return createHash(large ? 'sha256' : 'sha1')
		.update(bytes)
		.digest('hex');
}

async function readRange(path: string, start: number, end: number): Promise<Uint8Array> {
	const handle = await open(path);
	try {
		const buffer = Buffer.alloc(end - start);
		const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
		return buffer.subarray(0, bytesRead);
	} finally {
		await handle.close();
	}
}
