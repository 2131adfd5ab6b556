import type { Finding } from '../errors/index.ts';

/**
 * The dtypes of the safetensors format, with their size in bits.
 * Source: `Dtype` of the safetensors crate 0.8.0.
 */
export const DTYPE_BITS = {
	BOOL: 8,
	F4: 4,
	F6_E2M3: 6,
	F6_E3M2: 6,
	U8: 8,
	I8: 8,
	F8_E5M2: 8,
	F8_E4M3: 8,
	F8_E8M0: 8,
	F8_E4M3FNUZ: 8,
	F8_E5M2FNUZ: 8,
	I16: 16,
	U16: 16,
	F16: 16,
	BF16: 16,
	I32: 32,
	U32: 32,
	F32: 32,
	C64: 64,
	F64: 64,
	I64: 64,
	U64: 64,
} as const;

export type Dtype = keyof typeof DTYPE_BITS;

/** The dtypes that kernels compute in and write. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

/**
 * Bytes at rest that can be read in parts: a file on the Hub, on disk, in memory.
 * `read` returns exactly `end - start` bytes or rejects with a `RemeltError`; it never returns fewer.
 */
export interface ByteSource {
	/** For messages: the file's name or address. */
	readonly name: string;
	/** Length in bytes. */
	readonly size: number;
	/** The bytes of the half-open range `[start, end)`. */
	read(
		start: number,
		end: number,
		options?: { signal?: AbortSignal | undefined },
	): Promise<Uint8Array>;
	/**
	 * Fills `into` with the bytes of `[start, end)`, of which it has exactly the size, and throws what
	 * `read` rejects with; `into` then holds anything. It blocks the thread until they are there: for
	 * files on this machine's disk that a worker reads. Absent for all other sources.
	 */
	readonly readInto?: ((start: number, end: number, into: Uint8Array) => void) | undefined;
}

/** One tensor of a safetensors file. Offsets are absolute: counted from the start of the file. */
export interface TensorEntry {
	readonly name: string;
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	/** The name of the file in its model folder. */
	readonly file: string;
	/** First byte, counted from the start of the file. */
	readonly start: number;
	/** One past the last byte. */
	readonly end: number;
}

/** What identifies the bytes of a weight file. */
export interface WeightFile {
	/** Length in bytes. */
	readonly size: number;
	/** As the server gave it; null elsewhere. */
	readonly etag: string | null;
	/** The host that gave the ETag, after redirects: each of a CDN's hosts may make its own. */
	readonly host?: string | undefined;
}

/** What is known of a model once its headers have been read: everything but the weights. */
export interface ModelHeaders {
	/** `owner/name`, or a folder's name. */
	readonly id: string;
	/** The commit that all files are read from; a label such as `rehearsal` or `folder` elsewhere. */
	readonly revision: string;
	/** The text of `config.json`, byte for byte. */
	readonly config: string;
	readonly tensors: ReadonlyMap<string, TensorEntry>;
	/** The weight files by name. */
	readonly files: ReadonlyMap<string, WeightFile>;
	/** What is odd about the files without being an error; absent or empty where nothing is. */
	readonly findings?: readonly Finding[] | undefined;
}

/** A model whose headers are known and whose weights can be read. */
export interface ModelFiles {
	readonly headers: ModelHeaders;
	/** A weight file named in `headers.files`. */
	file(name: string): ByteSource;
	/** A small text file such as `tokenizer_config.json`; null where the model has none. */
	text(name: string, options?: { signal?: AbortSignal | undefined }): Promise<string | null>;
	/** A small file of any kind, whole; null where the model has none. */
	bytes(name: string, options?: { signal?: AbortSignal | undefined }): Promise<Uint8Array | null>;
}
