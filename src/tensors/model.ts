import { RemeltError, type Finding } from '../errors/index.ts';
import { readSafetensorsHeader, type SafetensorsHeader } from './header.ts';
import { INDEX_FILE, joinShards, parseShardIndex, SINGLE_FILE, type ShardIndex } from './shards.ts';
import type { ByteSource, ModelFiles, TensorEntry } from './types.ts';

/** Headers of a sharded model that are read at a time. */
const PARALLEL_HEADERS = 4;

interface Signal {
	readonly signal?: AbortSignal | undefined;
}

/** A weight file that can be read, with what is already known of it. */
export interface OpenedFile {
	readonly source: ByteSource;
	readonly etag: string | null;
	/** The host that gave the ETag. */
	readonly host?: string | undefined;
	/** First bytes of the file, where opening it brought some along. */
	readonly prefix?: Uint8Array | undefined;
}

/** Where a model's files are: the one thing in which the Hub and a folder differ. */
export interface ModelAccess {
	readonly id: string;
	readonly revision: string;
	/** Every file's path, where they can be listed. */
	readonly names?: ReadonlySet<string> | undefined;
	/** A weight file; null where there is none of this name. */
	open(name: string, options: Signal): Promise<OpenedFile | null>;
	/** A text file; null where there is none of this name. */
	text(name: string, options: Signal): Promise<string | null>;
	/** A file that is read whole; null where there is none of this name. */
	bytes(name: string, options: Signal): Promise<Uint8Array | null>;
}

/**
 * Reads everything of a model but its weights: `config.json`, the shard index if there is one, and
 * the headers of all weight files. Throws `file-missing`, `header-invalid`, `file-truncated`, and
 * whatever the access throws.
 */
export async function openModel(access: ModelAccess, options: Signal = {}): Promise<ModelFiles> {
	const config = await access.text('config.json', options);
	if (config === null) throw missing(access, 'config.json');
	const { files, tensors, findings } = await openWeights(access, options);
	const sizes = [...files].map(
		([name, { source, etag, host }]) => [name, { size: source.size, etag, host }] as const,
	);
	const { id, revision } = access;
	return {
		headers: { id, revision, config, tensors, files: new Map(sizes), findings },
		file: (name) => {
			const opened = files.get(name);
			if (opened === undefined) throw missing(access, name);
			return opened.source;
		},
		text: async (name, signal = {}) => access.text(name, signal),
		bytes: async (name, signal = {}) => access.bytes(name, signal),
	};
}

interface Weights {
	readonly files: ReadonlyMap<string, OpenedFile>;
	readonly tensors: ReadonlyMap<string, TensorEntry>;
	readonly findings: readonly Finding[];
}

async function openWeights(access: ModelAccess, options: Signal): Promise<Weights> {
	// mergekit goes by the index where there is one. Without a listing the single file is asked for
	// first, so that the common case costs no failed request.
	if (access.names?.has(INDEX_FILE) !== true) {
		const single = await access.open(SINGLE_FILE, options);
		if (single !== null) {
			const header = await headerOf(single, options);
			return { files: new Map([[SINGLE_FILE, single]]), tensors: header.tensors, findings: [] };
		}
	}
	const text = await access.text(INDEX_FILE, options);
	if (text === null) throw missing(access, SINGLE_FILE);
	return openShards(access, parseShardIndex(text), options);
}

async function openShards(
	access: ModelAccess,
	index: ShardIndex,
	options: Signal,
): Promise<Weights> {
	const files = new Map<string, OpenedFile>();
	const headers = new Map<string, SafetensorsHeader>();
	const queue = index.files.values();
	const readHeaders = async (): Promise<void> => {
		for (const name of queue) {
			const opened = await access.open(name, options);
			if (opened === null) throw missing(access, name);
			headers.set(name, await headerOf(opened, options));
			files.set(name, opened);
		}
	};
	await Promise.all(Array.from({ length: PARALLEL_HEADERS }, readHeaders));
	return {
		files: inOrder(index.files, files),
		...joinShards(index, inOrder(index.files, headers)),
	};
}

/** The map's entries in the order of `names`, whatever order they arrived in. */
function inOrder<T>(names: readonly string[], map: ReadonlyMap<string, T>): Map<string, T> {
	const sorted = new Map<string, T>();
	for (const name of names) {
		const value = map.get(name);
		if (value !== undefined) sorted.set(name, value);
	}
	return sorted;
}

async function headerOf(
	{ source, prefix }: OpenedFile,
	{ signal }: Signal,
): Promise<SafetensorsHeader> {
	return readSafetensorsHeader(source, { signal, prefix });
}

function missing(access: ModelAccess, file: string): RemeltError {
	const pickles =
		access.names !== undefined &&
		[...access.names].some((name) => /\.(?:bin|pt|pth|ckpt)$/.test(name));
	return new RemeltError('file-missing', `${access.id} has no ${file}.`, {
		hint:
			pickles && file === SINGLE_FILE
				? 'It has PyTorch pickles only, which Remelt never reads; look for a safetensors conversion.'
				: 'Check the name and the revision, or choose the folder that has this file.',
		details: { model: access.id, revision: access.revision, file },
	});
}
