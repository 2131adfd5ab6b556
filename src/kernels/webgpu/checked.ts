import { RemeltError, toRemeltError } from '../../errors/index.ts';
import type { Comparison, KernelChunk, Kernels } from '../types.ts';
import { wrongBlock, wrongCounts, wrongSum, type AuditPlan } from './audit.ts';
import { comparisonOf } from './counts.ts';
import { unavailable } from './device.ts';
import type { GpuSum, SumTask } from './types.ts';

/** Milliseconds that one call may take: a device that is silent for longer is given up. */
export const TIMEOUT = 30_000;

export interface CheckedOptions {
	readonly timeout: number;
	/** The GPU is left, for good; `gpu-wrong` or `gpu-unavailable` says why. */
	readonly onLeave: (reason: RemeltError) => void;
	/** The GPU is left once this is aborted, without a word. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * A GPU as long as it is right: what it computes is checked against WASM in some blocks. Both methods
 * give null where the GPU is not, or no longer, to be used: the caller computes that part itself.
 */
export class CheckedSum {
	#sum: GpuSum | null;
	readonly #chunk: KernelChunk;
	readonly #options: CheckedOptions;

	constructor(sum: GpuSum, wasm: Kernels, options: CheckedOptions) {
		this.#sum = sum;
		this.#chunk = wasm.chunk();
		this.#options = options;
		const { signal } = options;
		if (signal?.aborted === true) this.#close(sum);
		signal?.addEventListener('abort', () => this.#close(sum), { once: true });
	}

	/** Whether the GPU is in use still. */
	get inUse(): boolean {
		return this.#sum !== null;
	}

	async combine(task: SumTask, plan: AuditPlan, into: Uint8Array): Promise<Uint8Array | null> {
		const { first, chosen } = plan.next(task.elements);
		return this.#attempt(
			async (sum) => {
				await sum.combine(task, into);
				return into;
			},
			(result) => {
				const audited = { task, chosen: within(chosen, first), chunk: this.#chunk };
				refuse(wrongSum(audited, result), first, plan);
				return result;
			},
		);
	}

	async compare(task: SumTask, plan: AuditPlan, published: Uint8Array): Promise<Comparison | null> {
		const { first, chosen } = plan.next(task.elements);
		return this.#attempt(
			(sum) => sum.compare(task, published),
			(counts) => {
				const audited = { task, chosen: within(chosen, first), chunk: this.#chunk };
				refuse(wrongCounts(audited, published, counts), first, plan);
				return comparisonOf(counts, task.elements);
			},
		);
	}

	/** Runs and checks; a GPU that fails either is left. */
	async #attempt<T, R>(
		run: (sum: GpuSum) => Promise<T>,
		check: (result: T) => R,
	): Promise<R | null> {
		const sum = this.#sum;
		if (sum === null) return null;
		const result = await inTime(run(sum), this.#options.timeout).catch((thrown: unknown) => {
			this.#leave(sum, toRemeltError(thrown, 'gpu-unavailable'));
			return null;
		});
		if (result === null) return null;
		try {
			return check(result);
		} catch (thrown) {
			if (!(thrown instanceof RemeltError) || thrown.code !== 'gpu-wrong') throw thrown;
			this.#leave(sum, thrown);
			return null;
		}
	}

	#leave(sum: GpuSum, reason: RemeltError): void {
		if (this.#sum === null) return;
		this.#close(sum);
		this.#options.onLeave(reason);
	}

	#close(sum: GpuSum): void {
		this.#sum = null;
		sum.close();
	}
}

function within(blocks: readonly number[], first: number): number[] {
	return blocks.map((block) => block - first);
}

function refuse(wrong: number | null, first: number, plan: AuditPlan): void {
	if (wrong !== null) throw wrongBlock(first + wrong, plan.blocks);
}

async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(unavailable(`The GPU gave no answer in ${milliseconds / 1000} s.`));
		}, milliseconds);
	});
	try {
		return await Promise.race([answer, late]);
	} finally {
		clearTimeout(timer);
	}
}
