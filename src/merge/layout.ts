import { byteLength, layoutSafetensors, type SafetensorsLayout } from '../tensors/index.ts';
import type { PlannedFile, PlannedTensor } from './types.ts';

/** Bytes per output file where nobody says otherwise, as mergekit's default. */
export const DEFAULT_SHARD_SIZE = 5_000_000_000;

/** Length of a safetensors header's length prefix. */
const PREFIX = 8;

/** A planned tensor that has no place in a file yet. */
export type Unplaced = Omit<PlannedTensor, 'file' | 'offset'>;

/** Output files with their tensors. */
export interface OutputLayout {
	/** In file order. */
	readonly tensors: readonly PlannedTensor[];
	readonly files: readonly PlannedFile[];
	/** The text of `model.safetensors.index.json`; null where one file holds everything. */
	readonly index: string | null;
}

/** How output is divided into files. */
export interface LayoutOptions {
	/** Most bytes, or elements, per file; default {@link DEFAULT_SHARD_SIZE}. */
	readonly shardSize?: number | undefined;
	/** What `shardSize` counts; default bytes. */
	readonly limit?: 'bytes' | 'elements' | undefined;
	/** Whether a single file is numbered and has an index, too; default no. */
	readonly alwaysIndexed?: boolean | undefined;
}

/**
 * Places tensors as mergekit's writer does: in the order given, which is that of its run, a new file
 * before the tensor that would make one larger than `shardSize` (mergekit.md §3), within a file as
 * the safetensors library orders.
 */
export function layOut(tensors: readonly Unplaced[], options: LayoutOptions = {}): OutputLayout {
	const shards = splitShards(tensors, options);
	const plain = shards.length === 1 && options.alwaysIndexed !== true;
	const placed: PlannedTensor[] = [];
	const files: PlannedFile[] = [];
	const fileOf = new Map<string, string>();
	for (const [index, shard] of shards.entries()) {
		const name = plain ? 'model.safetensors' : shardName(index, shards.length);
		const layout = layoutSafetensors(shard, { file: name });
		files.push(plannedFile(name, layout));
		const byName = new Map(shard.map((tensor) => [tensor.name, tensor]));
		for (const entry of layout.tensors) {
			const tensor = byName.get(entry.name);
			if (tensor) placed.push({ ...tensor, file: name, offset: entry.start });
			fileOf.set(entry.name, name);
		}
	}
	const total = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
	const names = tensors.map((tensor) => tensor.name);
	return {
		tensors: placed,
		files,
		index: plain ? null : indexText(names, fileOf, total),
	};
}

function splitShards(
	tensors: readonly Unplaced[],
	{ shardSize = DEFAULT_SHARD_SIZE, limit = 'bytes' }: LayoutOptions,
): Unplaced[][] {
	const shards: Unplaced[][] = [[]];
	let size = 0;
	for (const tensor of tensors) {
		const own = limit === 'bytes' ? byteLength(tensor) : tensor.elements;
		if (size > 0 && size + own > shardSize) {
			shards.push([]);
			size = 0;
		}
		shards.at(-1)?.push(tensor);
		size += own;
	}
	return shards;
}

function shardName(index: number, count: number): string {
	const [part, of] = [index + 1, count].map((number) => String(number).padStart(5, '0'));
	return `model-${part}-of-${of}.safetensors`;
}

function plannedFile(name: string, { header, size }: SafetensorsLayout): PlannedFile {
	return { name, size, header: new TextDecoder().decode(header.subarray(PREFIX)) };
}

/** The first bytes of a planned file: the length of its header, and the header. */
export function fileStart({ header }: Pick<PlannedFile, 'header'>): Uint8Array {
	const text = new TextEncoder().encode(header);
	const bytes = new Uint8Array(PREFIX + text.byteLength);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true);
	bytes.set(text, PREFIX);
	return bytes;
}

function indexText(
	names: readonly string[],
	fileOf: ReadonlyMap<string, string>,
	total: number,
): string {
	const weight_map = Object.fromEntries(names.map((name) => [name, fileOf.get(name) ?? '']));
	return `${JSON.stringify({ metadata: { total_size: total }, weight_map }, null, 2)}\n`;
}
