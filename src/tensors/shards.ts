import { RemeltError, type ErrorDetails, type Finding } from '../errors/index.ts';
import type { SafetensorsHeader } from './header.ts';
import { isJsonObject, JsonError, parseStrictJson, type JsonValue } from './json.ts';
import { printable } from './printable.ts';
import type { TensorEntry } from './types.ts';

export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/** `model.safetensors.index.json`: which file has which tensor. */
export interface ShardIndex {
	readonly weightMap: ReadonlyMap<string, string>;
	/** The distinct files in order of first mention. */
	readonly files: readonly string[];
}

/** Parses a shard index. Throws `header-invalid`; file names that leave the folder are refused. */
export function parseShardIndex(text: string): ShardIndex {
	const map = weightMapOf(text);
	if (!isJsonObject(map) || map.size === 0) throw invalid(`${INDEX_FILE} has no weight_map.`, {});
	const weightMap = new Map<string, string>();
	for (const [tensor, file] of map) {
		if (typeof file !== 'string' || !isShardName(file))
			throw invalid(
				`${INDEX_FILE} names no safetensors file of its folder for tensor ${printable(tensor)}.`,
				{ tensor, shard: typeof file === 'string' ? file : null },
			);
		weightMap.set(tensor, file);
	}
	return { weightMap, files: [...new Set(weightMap.values())] };
}

function weightMapOf(text: string): JsonValue | undefined {
	try {
		const root = parseStrictJson(text);
		return isJsonObject(root) ? root.get('weight_map') : null;
	} catch (error) {
		if (!(error instanceof JsonError)) throw error;
		throw invalid(`${INDEX_FILE} cannot be read: ${error.message}.`, { character: error.position });
	}
}

/** A path below the model's folder: no empty, `.` or `..` part, no backslash, no escape, no control. */
function isShardName(file: string): boolean {
	const parts = file.split('/');
	return (
		file.endsWith('.safetensors') &&
		file.length <= 512 &&
		!/[\\%?#:\p{Cc}\p{Cf}]/u.test(file) &&
		parts.every((part) => part !== '' && part !== '.' && part !== '..')
	);
}

/**
 * The tensors of a sharded model: those of the index, which is what every loader goes by. A tensor
 * that the index places in a file which lacks it is an error; one that the index forgets, or has
 * elsewhere, is left out and reported.
 */
export function joinShards(
	index: ShardIndex,
	headers: ReadonlyMap<string, SafetensorsHeader>,
): { readonly tensors: ReadonlyMap<string, TensorEntry>; readonly findings: readonly Finding[] } {
	const tensors = new Map<string, TensorEntry>();
	for (const [name, file] of index.weightMap) {
		const entry = headers.get(file)?.tensors.get(name);
		if (entry === undefined)
			throw invalid(`${INDEX_FILE} places tensor ${printable(name)} in ${file}, which lacks it.`, {
				tensor: name,
				shard: file,
			});
		tensors.set(name, entry);
	}
	const findings: Finding[] = [];
	for (const [file, header] of headers) {
		const extra = [...header.tensors.keys()].filter((name) => index.weightMap.get(name) !== file);
		const [first] = extra;
		if (first === undefined) continue;
		findings.push({
			code: 'index-disagrees',
			severity: 'warning',
			message: `${file} has ${extra.length} ${extra.length === 1 ? 'tensor' : 'tensors'} that ${INDEX_FILE} does not place there, the first ${printable(first)}.`,
			hint: 'Loaders ignore them, and so does Remelt.',
			details: { file, count: extra.length, tensor: first },
		});
	}
	return { tensors, findings };
}

function invalid(message: string, details: ErrorDetails): RemeltError {
	return new RemeltError('header-invalid', message, {
		hint: 'The index does not describe the files beside it; tell the author of the model.',
		details: { file: INDEX_FILE, ...details },
	});
}
