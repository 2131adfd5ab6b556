import { RemeltError, type ErrorDetails } from '../errors/index.ts';
import {
	isJsonArray,
	isJsonObject,
	JsonError,
	JsonNumber,
	parseStrictJson,
	type JsonObject,
	type JsonValue,
} from './json.ts';
import { printable } from './printable.ts';
import { DTYPE_BITS, type ByteSource, type Dtype, type TensorEntry } from './types.ts';

/** The cap of the safetensors library on a header's length in bytes. */
export const MAX_HEADER_LENGTH = 100_000_000;
/** Bytes before the header: its length as a little-endian u64. */
export const LENGTH_PREFIX = 8;
/** One request of this size gets nearly every header whole; the rest take a second one. */
export const FIRST_READ = 100_000;
/** Longest tensor name in UTF-16 units: real ones stay below 200. */
const MAX_NAME_LENGTH = 4096;

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
	/** `__metadata__`; empty where the file has none. */
	readonly metadata: ReadonlyMap<string, string>;
	/** In the header's order, offsets counted from the start of the file. */
	readonly tensors: ReadonlyMap<string, TensorEntry>;
	/** First byte of tensor data. */
	readonly dataStart: number;
}

/**
 * Reads and checks the header of a safetensors file with one read, or two where it is longer than
 * {@link FIRST_READ}. `prefix` are first bytes that the caller already has.
 * Throws `header-invalid` or `file-truncated`, and whatever the source throws.
 */
export async function readSafetensorsHeader(
	source: ByteSource,
	options: { signal?: AbortSignal | undefined; prefix?: Uint8Array | undefined } = {},
): Promise<SafetensorsHeader> {
	const { name: file, size: fileSize } = source;
	if (fileSize < LENGTH_PREFIX)
		throw truncated(file, `${file} has ${fileSize} bytes, fewer than any safetensors file.`, {
			fileSize,
		});
	const { signal } = options;
	const head = options.prefix ?? (await source.read(0, Math.min(FIRST_READ, fileSize), { signal }));
	const length = headerLength(head, file, fileSize);
	const end = LENGTH_PREFIX + length;
	if (head.byteLength >= end)
		return parseSafetensorsHeader(head.subarray(LENGTH_PREFIX, end), { file, fileSize });
	const rest = await source.read(head.byteLength, end, { signal });
	const json = new Uint8Array(length);
	json.set(head.subarray(LENGTH_PREFIX));
	json.set(rest, head.byteLength - LENGTH_PREFIX);
	return parseSafetensorsHeader(json, { file, fileSize });
}

/** The length prefix, checked against the cap and the file. */
function headerLength(head: Uint8Array, file: string, fileSize: number): number {
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	const length = view.getBigUint64(0, true);
	if (length === 0n || length > BigInt(MAX_HEADER_LENGTH))
		throw invalid(
			file,
			`${file} does not start like a safetensors file: its header would have ${length} bytes.`,
			{ headerLength: Number(length), limit: MAX_HEADER_LENGTH },
			startHint(head),
		);
	if (Number(length) > fileSize - LENGTH_PREFIX)
		throw truncated(
			file,
			`${file} ends inside its header: ${length} bytes are due, the file has ${fileSize} in all.`,
			{ headerLength: Number(length), fileSize },
		);
	return Number(length);
}

/** What a file that is no safetensors file may be instead. */
function startHint(head: Uint8Array): string | undefined {
	const start = new TextDecoder('latin1').decode(head.subarray(0, 64)).trimStart();
	if (start.startsWith('version https://git-lfs'))
		return 'This is a Git LFS pointer. Fetch the file itself, for example with git lfs pull.';
	if (/^<(?:!doctype|html|\?xml)/i.test(start))
		return 'This is a web page, not a model file: a login or error page was saved in its place.';
	if (start.startsWith('PK'))
		return 'This is a zip archive, probably a PyTorch pickle. Remelt never reads pickles.';
	return undefined;
}

/**
 * Parses and checks a header: `json` is what follows the length prefix. All of the format's rules
 * are enforced, and two that the library lets pass: no name occurs twice, and the first byte is `{`.
 * Throws `header-invalid`, or `file-truncated` where the tensors do not fit into `fileSize` bytes.
 */
export function parseSafetensorsHeader(
	json: Uint8Array,
	{ file, fileSize }: { readonly file: string; readonly fileSize: number },
): SafetensorsHeader {
	if (json[0] !== 0x7b)
		throw invalid(file, `The header of ${file} does not begin with {.`, { byte: json[0] ?? null });
	const root = readJson(json, file);
	const dataStart = LENGTH_PREFIX + json.byteLength;
	const tensors = new Map<string, TensorEntry>();
	let metadata: ReadonlyMap<string, string> = new Map();
	for (const [name, value] of root) {
		if (name === '__metadata__') metadata = readMetadata(value, file);
		else tensors.set(name, readEntry(name, value, file, dataStart));
	}
	checkLayout([...tensors.values()], { file, fileSize, dataStart });
	return { metadata, tensors, dataStart };
}

function readJson(json: Uint8Array, file: string): JsonObject {
	try {
		const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
		const value = parseStrictJson(text);
		if (isJsonObject(value)) return value;
		throw new JsonError('the header is not an object', 0);
	} catch (error) {
		if (error instanceof JsonError)
			throw invalid(file, `The header of ${file} cannot be read: ${error.message}.`, {
				character: error.position,
			});
		throw invalid(file, `The header of ${file} is not UTF-8.`, {});
	}
}

function readMetadata(value: JsonValue, file: string): ReadonlyMap<string, string> {
	const metadata = new Map<string, string>();
	if (value === null) return metadata;
	if (!isJsonObject(value))
		throw invalid(file, `__metadata__ of ${file} is not an object.`, { tensor: '__metadata__' });
	for (const [key, text] of value) {
		if (typeof text !== 'string')
			throw invalid(
				file,
				`__metadata__ of ${file} has a value that is no text: ${printable(key)}.`,
				{
					key,
				},
			);
		metadata.set(key, text);
	}
	return metadata;
}

/** One tensor: known dtype, integer shape, and exactly as many bytes as the two ask for. */
function readEntry(name: string, value: JsonValue, file: string, dataStart: number): TensorEntry {
	const fail = (what: string, details: ErrorDetails = {}): never => {
		throw invalid(file, `Tensor ${printable(name)} of ${file} ${what}.`, {
			tensor: name.slice(0, MAX_NAME_LENGTH),
			...details,
		});
	};
	if (name.length > MAX_NAME_LENGTH)
		return fail(`has a name of ${name.length} characters`, { limit: MAX_NAME_LENGTH });
	if (!isJsonObject(value)) return fail('is not described by an object');
	const dtype = value.get('dtype');
	if (!isDtype(dtype))
		return fail(`has the unknown dtype ${typeof dtype === 'string' ? printable(dtype) : 'none'}`);
	const shape = indices(value.get('shape')) ?? fail('has a shape that is no list of integers');
	const offsets = indices(value.get('data_offsets'));
	const [begin, end] = offsets ?? [];
	if (offsets?.length !== 2 || begin === undefined || end === undefined || begin > end)
		return fail('has no valid data_offsets');
	const bits = shape.reduce((product, size) => product * size, DTYPE_BITS[dtype]);
	if (!Number.isSafeInteger(bits) || bits % 8 !== 0 || bits / 8 !== end - begin)
		return fail(
			`claims ${end - begin} bytes where ${dtype} [${shape.join(', ')}] takes ${bits / 8}`,
			{ dtype, claimed: end - begin, needed: bits / 8 },
		);
	return { name, dtype, shape, file, start: dataStart + begin, end: dataStart + end };
}

function isDtype(value: JsonValue | undefined): value is Dtype {
	return typeof value === 'string' && Object.hasOwn(DTYPE_BITS, value);
}

function indices(value: JsonValue | undefined): readonly number[] | null {
	if (!isJsonArray(value)) return null;
	const numbers: number[] = [];
	for (const item of value) {
		const index = item instanceof JsonNumber ? item.toIndex() : null;
		if (index === null) return null;
		numbers.push(index);
	}
	return numbers;
}

/** Tensors fill the file from the header's end to its last byte: no hole, no overlap, no rest. */
function checkLayout(
	tensors: TensorEntry[],
	{ file, fileSize, dataStart }: { file: string; fileSize: number; dataStart: number },
): void {
	tensors.sort((a, b) => a.start - b.start || a.end - b.end);
	let filled = dataStart;
	let before = 'the header';
	for (const { name, start, end } of tensors) {
		if (start !== filled)
			throw invalid(
				file,
				start > filled
					? `${file} has a hole of ${start - filled} bytes before tensor ${printable(name)}.`
					: `Tensor ${printable(name)} of ${file} overlaps with ${before}.`,
				{ tensor: name, start, expected: filled },
			);
		filled = end;
		before = `tensor ${printable(name)}`;
	}
	if (filled > fileSize)
		throw truncated(file, `${file} ends early: ${filled} bytes are due, it has ${fileSize}.`, {
			expected: filled,
			fileSize,
		});
	if (filled < fileSize)
		throw invalid(file, `${file} has ${fileSize - filled} bytes that belong to no tensor.`, {
			expected: filled,
			fileSize,
		});
}

function invalid(
	file: string,
	message: string,
	details: ErrorDetails,
	hint = 'The file is damaged or was not written by a safetensors library; get it anew or tell its author.',
): RemeltError {
	return new RemeltError('header-invalid', message, { hint, details: { file, ...details } });
}

function truncated(file: string, message: string, details: ErrorDetails): RemeltError {
	return new RemeltError('file-truncated', message, {
		hint: 'The file was not uploaded or downloaded to its end; get it anew.',
		details: { file, ...details },
	});
}
