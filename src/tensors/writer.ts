import { LENGTH_PREFIX } from './header.ts';
import { DTYPE_BITS, type Dtype, type TensorEntry } from './types.ts';

/** The header is padded with spaces so that tensor data starts at a multiple of this. */
const ALIGNMENT = 8;

/** A safetensors file before its data is written. */
export interface SafetensorsLayout {
	/** The file's first bytes: length prefix and header. */
	readonly header: Uint8Array;
	/** In file order, offsets counted from the start of the file. */
	readonly tensors: readonly TensorEntry[];
	/** Size of the whole file in bytes. */
	readonly size: number;
}

/** What the layout needs to know of a tensor. */
export interface TensorSpec {
	readonly name: string;
	readonly dtype: Dtype;
	readonly shape: readonly number[];
}

/**
 * The layout that the safetensors library gives a file (`prepare` in its tensor.rs): tensors by
 * dtype, the widest first, then by name; the header as compact JSON, padded with spaces to 8 bytes.
 * Names are distinct.
 */
export function layoutSafetensors(
	specs: readonly TensorSpec[],
	{
		file,
		metadata = { format: 'pt' },
	}: { file: string; metadata?: Readonly<Record<string, string>> },
): SafetensorsLayout {
	const sorted = specs.toSorted(byDtypeThenName);
	const parts: string[] = [];
	if (Object.keys(metadata).length > 0) parts.push(`"__metadata__":${JSON.stringify(metadata)}`);
	let offset = 0;
	const ranges = sorted.map(({ name, dtype, shape }) => {
		const begin = offset;
		offset += byteLength({ dtype, shape });
		const value = { dtype, shape, data_offsets: [begin, offset] };
		parts.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
		return [begin, offset] as const;
	});
	const header = encodeHeader(`{${parts.join(',')}}`);
	const tensors = sorted.map(({ name, dtype, shape }, i) => {
		const [begin, end] = ranges[i] ?? [0, 0];
		return {
			name,
			dtype,
			shape,
			file,
			start: header.byteLength + begin,
			end: header.byteLength + end,
		};
	});
	return { header, tensors, size: header.byteLength + offset };
}

/** Bytes that a tensor takes. */
export function byteLength({ dtype, shape }: Pick<TensorSpec, 'dtype' | 'shape'>): number {
	return shape.reduce((product, size) => product * size, DTYPE_BITS[dtype]) / 8;
}

function encodeHeader(json: string): Uint8Array {
	const text = new TextEncoder().encode(json);
	const length = Math.ceil(text.byteLength / ALIGNMENT) * ALIGNMENT;
	const header = new Uint8Array(LENGTH_PREFIX + length).fill(0x20);
	new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
	header.set(text, LENGTH_PREFIX);
	return header;
}

/** The order in which the library declares its dtypes, which is by alignment. */
const DTYPE_RANK = new Map(Object.keys(DTYPE_BITS).map((dtype, rank) => [dtype, rank]));

function byDtypeThenName(a: TensorSpec, b: TensorSpec): number {
	const rank = (DTYPE_RANK.get(b.dtype) ?? 0) - (DTYPE_RANK.get(a.dtype) ?? 0);
	return rank || compareCodePoints(a.name, b.name);
}

/** The order of UTF-8 bytes, which JavaScript's own comparison of UTF-16 units is not. */
function compareCodePoints(a: string, b: string): number {
	let i = 0;
	while (i < a.length && a[i] === b[i]) i++;
	// Step back to the start of a surrogate pair that the two share the first half of.
	if (i > 0 && /[\ud800-\udbff]/.test(a[i - 1] ?? '')) i--;
	return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}
