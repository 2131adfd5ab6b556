import { RemeltError, toRemeltError } from '../errors/index.ts';
import { Admission } from './admission.ts';
import { OutputChannel } from './channel.ts';
import { DEFAULT_MEMORY_BUDGET, tensorPasses } from './memory.ts';
import { OutputWriter } from './output.ts';
import type { MergeOutcome, MergePlan, PlannedTensor, RunOptions, TensorResult } from './types.ts';

/**
 * Carries out a plan: merges tensors in file order, several at a time within the memory budget, and
 * delivers them to the sink strictly in that order, then the plan's texts and what goes beside them.
 * Tensors that an earlier run has done are not merged again.
 * On failure or abort it waits for the tensors in flight, has the sink leave nothing behind, and
 * rejects: with `aborted`, `sink-failed`, or what the merger rejected with.
 */
export async function runMerge(plan: MergePlan, options: RunOptions): Promise<MergeOutcome> {
	const stop = new Stop();
	const run = new Run(plan, options, stop);
	const onAbort = (): void => {
		stop.fail(cancelled());
	};
	if (options.signal?.aborted) onAbort();
	options.signal?.addEventListener('abort', onAbort);
	try {
		await run.startAll();
		await run.finish();
		return run.outcome();
	} catch (error) {
		const failure = stop.fail(toRemeltError(error, 'kernel-failed'));
		await run.settle();
		// A sink that fails to clean up has nothing more important to say than what went wrong before.
		await options.sink?.abort().catch(() => undefined);
		throw failure;
	} finally {
		options.signal?.removeEventListener('abort', onAbort);
	}
}

/** The first failure of a run, which everything in it watches. */
class Stop {
	readonly #controller = new AbortController();
	#failure: RemeltError | null = null;

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Records a failure; the first one stays and is returned. */
	fail(error: RemeltError): RemeltError {
		this.#failure ??= error;
		this.#controller.abort(this.#failure);
		return this.#failure;
	}

	throwIfFailed(): void {
		if (this.#failure) throw this.#failure;
	}

	/** Settles like `promise`, or rejects as soon as the run fails. */
	async race<T>(promise: T | Promise<T>): Promise<T> {
		this.throwIfFailed();
		let onAbort: (() => void) | undefined;
		const failed = new Promise<never>((_, reject) => {
			onAbort = () => {
				reject(this.#failure ?? cancelled());
			};
			this.signal.addEventListener('abort', onAbort);
		});
		try {
			return await Promise.race([promise, failed]);
		} finally {
			if (onAbort) this.signal.removeEventListener('abort', onAbort);
		}
	}
}

class Run {
	readonly #plan: MergePlan;
	readonly #options: RunOptions;
	readonly #stop: Stop;
	readonly #budget: number;
	readonly #admission: Admission;
	readonly #writer: OutputWriter | null;
	readonly #results: TensorResult[];
	/** One per tensor that was started; they never reject. */
	readonly #merges: Promise<void>[] = [];
	/** Those that have not been drained. */
	readonly #channels = new Set<OutputChannel>();
	/** Ends when every tensor started so far has been delivered; never rejects. */
	#delivered: Promise<void> = Promise.resolve();

	constructor(plan: MergePlan, options: RunOptions, stop: Stop) {
		this.#plan = plan;
		this.#options = options;
		this.#stop = stop;
		this.#budget = options.memoryBudget ?? DEFAULT_MEMORY_BUDGET;
		this.#admission = new Admission(this.#budget, options.concurrency);
		this.#writer = options.sink ? new OutputWriter(plan, options.sink) : null;
		this.#results = [...(options.done ?? [])];
		stop.signal.addEventListener('abort', () => {
			this.#admission.fail(cancelled());
			for (const channel of this.#channels) channel.fail(cancelled());
		});
	}

	async startAll(): Promise<void> {
		const { gate, done = [] } = this.#options;
		if (done.length > 0) await this.#stop.race(this.#writer?.resume(done.length));
		for (const [index, tensor] of this.#plan.tensors.entries()) {
			if (index < done.length) continue;
			if (gate) await this.#stop.race(gate());
			this.#stop.throwIfFailed();
			const working = tensorPasses(tensor, this.#budget).bytes;
			const output = this.#writer ? tensor.bytes : 0;
			const room = await this.#admission.enter(working, output);
			const channel = new OutputChannel({ buffered: room === 'buffered' });
			if (this.#writer) this.#channels.add(channel);
			this.#merges.push(this.#merge(index, tensor, channel, working));
			if (this.#writer) this.#deliver(index, channel, room === 'buffered');
		}
	}

	/** Waits for the rest of the work, and makes the output visible. */
	async finish(): Promise<void> {
		await Promise.all(this.#merges);
		this.#stop.throwIfFailed();
		await this.#stop.race(this.#delivered);
		this.#stop.throwIfFailed();
		const check = (): void => {
			this.#stop.throwIfFailed();
		};
		await this.#writer?.commit(check, this.#options.extras?.(this.outcome()));
	}

	/** Waits until no merger is busy any more. */
	async settle(): Promise<void> {
		await Promise.all(this.#merges);
	}

	outcome(): MergeOutcome {
		const results = this.#results;
		return { results, bytesRead: results.reduce((sum, { bytesRead }) => sum + bytesRead, 0) };
	}

	async #merge(
		index: number,
		tensor: PlannedTensor,
		channel: OutputChannel,
		working: number,
	): Promise<void> {
		const { merge, onEvent } = this.#options;
		const emit = this.#writer
			? async (bytes: Uint8Array): Promise<void> => channel.push(bytes)
			: undefined;
		const onRead = (bytes: number): void => onEvent?.({ kind: 'read', bytes });
		try {
			onEvent?.({ kind: 'started', index });
			const result = await merge({ index, tensor, emit, onRead, signal: this.#stop.signal });
			this.#stop.throwIfFailed();
			this.#results[index] = result;
			channel.end();
			onEvent?.({ kind: 'finished', result });
		} catch (error) {
			this.#stop.fail(toRemeltError(error, 'kernel-failed'));
		} finally {
			this.#admission.leave(working);
		}
	}

	/** Puts a tensor's output at the end of the queue for the sink. */
	#deliver(index: number, channel: OutputChannel, reserved: boolean): void {
		const [writer, tensor] = [this.#writer, this.#plan.tensors[index]];
		if (writer === null || tensor === undefined) return;
		const after = this.#delivered;
		const work = async (): Promise<void> => {
			await after;
			this.#stop.throwIfFailed();
			await writer.begin(tensor);
			await channel.drain(async (part) => {
				const size = part.byteLength;
				await writer.write(part);
				this.#options.recycle?.(part);
				if (reserved) this.#admission.free(size);
			});
			await writer.end(tensor, this.#results[index]);
			this.#channels.delete(channel);
		};
		this.#delivered = work().catch((error: unknown) => {
			this.#stop.fail(toRemeltError(error, 'sink-failed'));
		});
	}
}

function cancelled(): RemeltError {
	return new RemeltError('aborted', 'The run was cancelled.', {
		hint: 'Start it again when you like.',
	});
}
