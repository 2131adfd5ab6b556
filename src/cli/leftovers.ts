import { createHash, type Hash } from 'node:crypto';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStart } from '../merge/index.ts';
import type { MergePlan, PlannedTensor, TensorResult } from '../merge/index.ts';

/** Bytes that are read back at a time. */
const STEP = 2 ** 24;

/** How much of a weight file an earlier run wrote. */
export interface Begun {
	readonly written: number;
	/** The digest of that much; null where nobody wants it. */
	readonly hash: Hash | null;
}

/** What can be taken up of an earlier run. */
export interface Leftovers {
	/** Results of the first tensors, whose bytes are there. */
	readonly results: readonly TensorResult[];
	/** By file. */
	readonly files: ReadonlyMap<string, Begun>;
}

/** The names in a folder; empty where there is none. */
export async function entriesOf(folder: string): Promise<string[]> {
	return readdir(folder).catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
		throw error;
	});
}

/**
 * Reads back what an earlier run wrote, in order, and keeps what has the digests that it wrote down: a
 * machine that lost power may have lost bytes that it said were written.
 */
export async function readBack(
	folder: string,
	plan: MergePlan,
	results: readonly TensorResult[],
	undigested: ReadonlySet<string>,
): Promise<Leftovers> {
	const files = new Map<string, Begun>();
	const good: TensorResult[] = [];
	let handle: FileHandle | null = null;
	try {
		for (const result of results) {
			const tensor = plan.tensors[result.index];
			if (tensor === undefined) break;
			let begun = files.get(tensor.file);
			if (begun === undefined) {
				await handle?.close();
				handle = await open(join(folder, tensor.file)).catch(() => null);
				const start = handle && (await readStart(handle, plan, tensor.file));
				begun = start === null ? undefined : begin(start, !undigested.has(tensor.file));
			}
			const next = handle && begun && (await readTensor(handle, tensor, begun, result));
			if (!next) break;
			files.set(tensor.file, next);
			good.push(result);
		}
	} finally {
		await handle?.close();
	}
	return { results: good, files };
}

/** A file of which no more than the start is there. */
function begin(start: Uint8Array, digested: boolean): Begun {
	const hash = digested ? createHash('sha256').update(start) : null;
	return { written: start.byteLength, hash };
}

/** The file's header, if it is the plan's. */
async function readStart(
	handle: FileHandle,
	plan: MergePlan,
	name: string,
): Promise<Uint8Array | null> {
	const planned = plan.files.find((file) => file.name === name);
	if (planned === undefined) return null;
	const start = fileStart(planned);
	const found = Buffer.alloc(start.byteLength);
	const { bytesRead } = await handle.read(found, 0, found.byteLength, 0);
	return bytesRead === start.byteLength && found.equals(start) ? start : null;
}

/** What the file comes to with one tensor more, if its bytes are those that were made. */
async function readTensor(
	handle: FileHandle,
	{ offset, bytes }: PlannedTensor,
	{ written, hash }: Begun,
	{ digests }: TensorResult,
): Promise<Begun | null> {
	if (offset !== written) return null;
	const [own, whole] = [createHash('sha256'), hash?.copy() ?? null];
	const buffer = Buffer.allocUnsafe(Math.min(STEP, bytes));
	for (let done = 0; done < bytes;) {
		const length = Math.min(buffer.byteLength, bytes - done);
		const { bytesRead } = await handle.read(buffer, 0, length, offset + done);
		if (bytesRead === 0) return null;
		const part = buffer.subarray(0, bytesRead);
		own.update(part);
		whole?.update(part);
		done += bytesRead;
	}
	if (own.digest('hex') !== digests?.output) return null;
	return { written: offset + bytes, hash: whole };
}
