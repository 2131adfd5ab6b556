import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor with its bytes. */
export interface LoadedTensor {
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly data: Buffer;
}

/** What is wrong with one tensor. */
export interface ComparisonRow {
	readonly name: string;
	/** Missing, unexpected, or of another dtype or shape. */
	readonly problem?: string;
	readonly differing?: number;
	readonly maxUlp?: number;
	/** Elements beyond the allowance. */
	readonly far?: number;
}

export interface FolderComparison {
	readonly tensors: number;
	readonly elements: number;
	readonly identical: number;
	/** Share of identical elements. */
	readonly share: number;
	readonly maxUlp: number;
	/** Elements that are further than 1 ulp and further than {@link SLACK} root mean squares away. */
	readonly far: number;
	readonly rows: readonly ComparisonRow[];
}

/**
 * Near zero an ulp is tiny, so an element may also differ by this share of its tensor's root mean
 * square: float32 results of sums in another order differ that much.
 */
const SLACK = 2e-6;

interface Header {
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly data_offsets: readonly [number, number];
}

/** Reads every tensor of safetensors files, independently of src/tensors. */
export function loadTensors(files: Iterable<Uint8Array>): Map<string, LoadedTensor> {
	const tensors = new Map<string, LoadedTensor>();
	for (const file of files) {
		const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
		const start = 8 + Number(bytes.readBigUInt64LE(0));
		const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, Header>;
		for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
			if (name === '__metadata__') continue;
			if (tensors.has(name)) throw new Error(`${name} stands in two files`);
			const [from, to] = data_offsets;
			tensors.set(name, { dtype, shape, data: bytes.subarray(start + from, start + to) });
		}
	}
	return tensors;
}

/** Every tensor in a folder. */
export function loadFolder(folder: string): Map<string, LoadedTensor> {
	const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
	return loadTensors(names.map((name) => readFileSync(join(folder, name))));
}

/** Compares two models tensor by tensor, bit by bit. */
export function compareTensors(
	expected: ReadonlyMap<string, LoadedTensor>,
	actual: ReadonlyMap<string, LoadedTensor>,
): FolderComparison {
	const rows: ComparisonRow[] = [];
	const total = { elements: 0, identical: 0, maxUlp: 0, far: 0 };
	for (const [name, e] of expected) {
		const a = actual.get(name);
		const problem = a ? unlike(e, a) : 'missing';
		if (problem !== null || a === undefined) {
			rows.push({ name, problem: problem ?? 'missing' });
			continue;
		}
		const { count, same, maxUlp, far } = compareElements(e, a);
		total.elements += count;
		total.identical += same;
		total.maxUlp = Math.max(total.maxUlp, maxUlp);
		total.far += far;
		if (same < count) rows.push({ name, differing: count - same, maxUlp, far });
	}
	for (const name of actual.keys())
		if (!expected.has(name)) rows.push({ name, problem: 'not expected' });
	const share = total.elements === 0 ? 0 : total.identical / total.elements;
	return { tensors: expected.size, ...total, share, rows };
}

function unlike(e: LoadedTensor, a: LoadedTensor): string | null {
	if (a.dtype === e.dtype && a.shape.join() === e.shape.join()) return null;
	return `${a.dtype}[${a.shape.join()}] instead of ${e.dtype}[${e.shape.join()}]`;
}

function compareElements(
	e: LoadedTensor,
	a: LoadedTensor,
): { count: number; same: number; maxUlp: number; far: number } {
	const count = e.data.length / (e.dtype === 'F32' ? 4 : 2);
	let square = 0;
	for (let i = 0; i < count; i++) square += valueAt(e, i) ** 2;
	const slack = SLACK * Math.sqrt(square / count);
	const found = { count, same: 0, maxUlp: 0, far: 0 };
	for (let i = 0; i < count; i++) {
		const ulps = distance(e, a, i);
		if (ulps === 0) found.same++;
		else if (ulps > 1 && !(Math.abs(valueAt(e, i) - valueAt(a, i)) <= slack)) found.far++;
		found.maxUlp = Math.max(found.maxUlp, ulps);
	}
	return found;
}

/** In units in the last place; infinite where only one is NaN. */
function distance(e: LoadedTensor, a: LoadedTensor, i: number): number {
	const [nanE, nanA] = [Number.isNaN(valueAt(e, i)), Number.isNaN(valueAt(a, i))];
	if (nanE || nanA) return nanE && nanA ? 0 : Infinity;
	return Math.abs(ordered(e, i) - ordered(a, i));
}

/** The bits of a float as an integer in the float's order. */
function ordered(tensor: LoadedTensor, i: number): number {
	const wide = tensor.dtype === 'F32';
	const bits = wide ? tensor.data.readUInt32LE(i * 4) : tensor.data.readUInt16LE(i * 2);
	const sign = wide ? 0x80000000 : 0x8000;
	return bits >= sign ? -(bits - sign) : bits;
}

const scratch = new DataView(new ArrayBuffer(4));

/** An element of an F32, BF16 or F16 tensor. */
export function valueAt(tensor: LoadedTensor, i: number): number {
	if (tensor.dtype === 'F32') return tensor.data.readFloatLE(i * 4);
	const bits = tensor.data.readUInt16LE(i * 2);
	if (tensor.dtype === 'BF16') {
		scratch.setUint32(0, bits * 65536);
		return scratch.getFloat32(0);
	}
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	const size =
		exponent === 0
			? fraction * 2 ** -24
			: exponent === 31
				? fraction > 0
					? NaN
					: Infinity
				: (1 + fraction / 1024) * 2 ** (exponent - 15);
	return bits >> 15 ? -size : size;
}
