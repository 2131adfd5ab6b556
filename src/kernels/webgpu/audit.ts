import { RemeltError } from '../../errors/index.ts';
import { GRAM_BLOCK, type KernelChunk } from '../types.ts';
import { comparisonOf, sameComparison } from './counts.ts';
import { SIZES } from './slot.ts';
import type { SumTask } from './types.ts';

/** One block in so many is computed by WASM as well. */
export const AUDIT_SHARE = 64;

/**
 * Which blocks of a tensor are checked: one in each run of `share` blocks, and one at least. Which one
 * nobody can know before, so that a device that is wrong here and there is found sooner or later.
 */
export class AuditPlan {
	readonly #blocks: number;
	readonly #share: number;
	readonly #random: () => number;
	/** Blocks of the chunks before. */
	#done = 0;
	/** The block to be checked in the run that is in hand. */
	#chosen = -1;

	constructor(elements: number, share: number, random: () => number) {
		this.#blocks = Math.ceil(elements / GRAM_BLOCK);
		this.#share = share;
		this.#random = random;
	}

	/** Blocks of the whole tensor. */
	get blocks(): number {
		return this.#blocks;
	}

	/** The tensor's blocks that are to be checked in the next chunk, and the number of its first. */
	next(elements: number): { readonly first: number; readonly chosen: readonly number[] } {
		const first = this.#done;
		const chosen: number[] = [];
		this.#done += Math.ceil(elements / GRAM_BLOCK);
		for (let block = first; block < this.#done; block++) {
			if (block % this.#share === 0) this.#chosen = this.#choose(block);
			if (block === this.#chosen) chosen.push(block);
		}
		return { first, chosen };
	}

	#choose(start: number): number {
		const run = Math.min(this.#share, Math.max(1, this.#blocks - start));
		return start + Math.floor(this.#random() * run);
	}
}

/** Part of a chunk that a GPU has computed, to be checked: a block of it, and its place in the tensor. */
interface Audited {
	readonly task: SumTask;
	/** The chunk's blocks that are to be checked. */
	readonly chosen: readonly number[];
	/** An empty chunk of the kernels that are right. */
	readonly chunk: KernelChunk;
}

/** The first of the chosen blocks in which `actual` is not what WASM computes; null where all agree. */
export function wrongSum({ task, chosen, chunk }: Audited, actual: Uint8Array): number | null {
	const wrong = chosen.find((block) => {
		fill(chunk, task, block);
		const expected = chunk.combine(task.weights, task.dtype);
		const ours = blockOf(actual, SIZES[task.dtype], block);
		chunk.clear();
		return !expected.every((byte, i) => byte === ours[i]);
	});
	return wrong ?? null;
}

/** The first of the chosen blocks whose counts are not what WASM counts; null where all agree. */
export function wrongCounts(
	{ task, chosen, chunk }: Audited,
	published: Uint8Array,
	counts: Uint32Array,
): number | null {
	const wrong = chosen.find((block) => {
		fill(chunk, task, block);
		const part = blockOf(published, SIZES[task.dtype], block);
		const expected = chunk.compare(task.weights, task.dtype, part);
		chunk.clear();
		return !sameComparison(expected, comparisonOf(counts, task.elements, [block, block + 1]));
	});
	return wrong ?? null;
}

/** A block of a tensor in which the GPU was wrong. */
export function wrongBlock(block: number, blocks: number): RemeltError {
	return new RemeltError(
		'gpu-wrong',
		`The GPU gave another result in block ${block + 1} of ${blocks}.`,
		{
			hint: 'WASM has computed this part again; tell us the name of the GPU, if you can.',
			details: { block, blocks },
		},
	);
}

function fill(chunk: KernelChunk, task: SumTask, block: number): void {
	for (const { dtype, bytes } of task.inputs)
		chunk.push(dtype, blockOf(bytes, SIZES[dtype], block));
}

function blockOf(bytes: Uint8Array, size: number, block: number): Uint8Array {
	return bytes.subarray(block * GRAM_BLOCK * size, (block + 1) * GRAM_BLOCK * size);
}
