import { RemeltError, deserializeError } from '../../errors/index.ts';
import { tensorPasses } from '../memory.ts';
import type { TensorMerger, TensorResult, TensorTask } from '../types.ts';
import { Spares } from './spares.ts';
import { BackendDesk, type BackendOptions } from './backend.ts';
import type { BackendRequest, Report, Request, WorkerModel } from './protocol.ts';

/** The part of a page’s `Worker` that a pool uses; other threads are dressed up as one. */
export interface WorkerLike {
	postMessage(message: Request, transfer?: Transferable[]): void;
	terminate(): void;
	onmessage: ((event: MessageEvent<Report>) => void) | null;
	onerror: ((event: ErrorEvent) => void) | null;
}

export interface PoolOptions {
	readonly spawn: () => WorkerLike;
	/** Most workers at a time; also how many tensors are in flight. */
	readonly size: number;
	readonly models: Readonly<Record<string, WorkerModel>>;
	/** The run's budget, by which it admits tensors; each worker streams what does not fit it. */
	readonly memoryBudget: number;
	/** Milliseconds after which an idle worker is ended; default 10 000. */
	readonly idleAfter?: number | undefined;
	/** What the workers compute with; absent: what they choose, without a word about it. */
	readonly backend?: BackendOptions | undefined;
}

/** Merges tensors in workers. */
export interface Pool {
	/** At most `size` at a time; more tasks wait their turn. */
	readonly merge: TensorMerger;
	/** Takes back bytes that were emitted and that nobody needs any more, for output to come. */
	readonly recycle: (bytes: Uint8Array) => void;
	/** Workers stop before their next read, or go on. */
	hold(held: boolean): void;
	/** Ends every worker; tasks in flight reject with `aborted`. */
	close(): void;
	/** Workers alive. */
	readonly alive: number;
}

/** A worker whose kernels held no more than this may always be used again. */
const MIN_KEPT = 64 * 2 ** 20;

/** How many merge workers a machine gets: one less than it has threads, at most 4. */
export function poolSize(hardwareConcurrency: number | undefined): number {
	return Math.min(4, Math.max(1, (hardwareConcurrency ?? 2) - 1));
}

interface Member {
	readonly worker: WorkerLike;
	readonly ready: Promise<void>;
	/** Why it was ended; null while it lives. */
	dead: RemeltError | null;
	/** Ends the task in hand, if any, with an error. */
	stop: (error: RemeltError) => void;
	listen: ((report: Report) => void) | null;
	reap: ReturnType<typeof setTimeout> | null;
}

/** A pool of merge workers. None is started before the first task. */
export function createPool(options: PoolOptions): Pool {
	const members = new Set<Member>();
	const idle: Member[] = [];
	const turns = createTurns(options.size);
	const spares = new Spares(2 * options.size);
	let held = false;
	let closed = false;
	const desk = options.backend ? new BackendDesk(options.backend, options.size) : null;

	const end = (member: Member, error: RemeltError): void => {
		if (member.reap !== null) clearTimeout(member.reap);
		members.delete(member);
		desk?.ended();
		member.dead = error;
		const at = idle.indexOf(member);
		if (at >= 0) idle.splice(at, 1);
		member.worker.terminate();
		member.stop(error);
	};
	const tell = (request: Request): void => {
		for (const { worker } of members) worker.postMessage(request);
	};
	const take = (): Member => {
		const member = idle.pop() ?? startMember(options, { end, desk, tell });
		members.add(member);
		if (member.reap !== null) clearTimeout(member.reap);
		member.reap = null;
		member.worker.postMessage({ kind: 'hold', held });
		return member;
	};
	const giveBack = (member: Member): void => {
		if (!members.has(member)) return;
		idle.push(member);
		member.reap = setTimeout(() => {
			end(member, aborted());
		}, options.idleAfter ?? 10_000);
	};
	return {
		async merge(task) {
			await turns.take();
			try {
				if (closed || task.signal?.aborted === true) throw aborted();
				const member = take();
				const result = await mergeIn(member, task, { end, spares });
				// WASM's memory never shrinks: what one large tensor took would be held to the end.
				if (outgrows(task, options)) end(member, aborted());
				else giveBack(member);
				return result;
			} finally {
				turns.giveBack();
			}
		},
		recycle(bytes) {
			spares.add(bytes);
		},
		hold(now) {
			held = now;
			tell({ kind: 'hold', held });
		},
		close() {
			closed = true;
			for (const member of [...members]) end(member, aborted());
		},
		get alive() {
			return members.size;
		},
	};
}

/** Whether a tensor leaves more memory with its worker than is the worker's share of the budget. */
function outgrows({ tensor }: TensorTask, { memoryBudget, size }: PoolOptions): boolean {
	const { kernelBytes } = tensorPasses(tensor, memoryBudget);
	return kernelBytes > Math.max(MIN_KEPT, memoryBudget / size);
}

/** Lets so many callers go on at a time; the others wait for their turn. */
function createTurns(size: number): { take: () => Promise<void>; giveBack: () => void } {
	const queue: (() => void)[] = [];
	let taken = 0;
	return {
		async take() {
			if (taken >= size) await new Promise<void>((resolve) => queue.push(resolve));
			else taken += 1;
		},
		giveBack() {
			const next = queue.shift();
			if (next === undefined) taken -= 1;
			else next();
		},
	};
}

type End = (member: Member, error: RemeltError) => void;

/** What a member tells its pool. */
interface PoolSide {
	readonly end: End;
	readonly desk: BackendDesk | null;
	/** Asks every worker. */
	readonly tell: (request: Request) => void;
}

/** Starts a worker and opens its models. A worker that breaks is ended and takes its task along. */
function startMember(options: PoolOptions, { end, desk, tell }: PoolSide): Member {
	const worker = options.spawn();
	const opened = Promise.withResolvers<undefined>();
	// A worker may fail before anybody waits for it.
	opened.promise.catch(() => undefined);
	const member: Member = {
		worker,
		ready: opened.promise,
		listen: null,
		reap: null,
		dead: null,
		stop: opened.reject,
	};
	worker.onmessage = ({ data }) => {
		if (data.kind === 'ready') opened.resolve(undefined);
		else if (data.kind === 'backend') {
			if (desk?.heard(data.choice, data.calibration) === true) tell({ kind: 'leave-gpu' });
		} else if (data.kind === 'failed' && member.listen === null)
			end(member, deserializeError(data.error));
		else member.listen?.(data);
	};
	worker.onerror = (event) => {
		end(member, broken(event.message));
	};
	const { models, memoryBudget } = options;
	const open = (backend?: BackendRequest): void => {
		worker.postMessage({ kind: 'open', models, memoryBudget, ...(backend && { backend }) });
	};
	if (desk === null) open();
	else void desk.next().then(open);
	return member;
}

/** Runs one task in a worker. An abort ends the worker: nothing softer stops WASM in its tracks. */
async function mergeIn(
	member: Member,
	task: TensorTask,
	{ end, spares }: { readonly end: End; readonly spares: Spares },
): Promise<TensorResult> {
	const abort = (): void => {
		end(member, aborted());
	};
	task.signal?.addEventListener('abort', abort, { once: true });
	try {
		await member.ready;
		if (member.dead !== null) throw member.dead;
		return await new Promise<TensorResult>((resolve, reject) => {
			member.stop = reject;
			member.listen = (report) => {
				if (report.kind === 'read') task.onRead?.(report.bytes);
				else if (report.kind === 'merged') resolve(report.result);
				else if (report.kind === 'failed') reject(deserializeError(report.error));
				else if (report.kind === 'chunk') pass({ member, task, spares }, report.bytes, reject);
			};
			member.worker.postMessage({
				kind: 'merge',
				index: task.index,
				tensor: task.tensor,
				wanted: task.emit !== undefined,
			});
		});
	} catch (thrown) {
		// The worker's merge may be half-way through: a fresh one is surer than a mended one.
		end(member, aborted());
		throw thrown;
	} finally {
		member.listen = null;
		task.signal?.removeEventListener('abort', abort);
	}
}

/** Hands a chunk on and lets the worker go on once it was taken. */
function pass(
	to: { readonly member: Member; readonly task: TensorTask; readonly spares: Spares },
	bytes: Uint8Array<ArrayBuffer>,
	reject: (reason: unknown) => void,
): void {
	const { member, task, spares } = to;
	if (task.emit === undefined) return;
	task.emit(bytes).then(() => {
		const spare = spares.pop();
		if (spare === null) member.worker.postMessage({ kind: 'taken' });
		else member.worker.postMessage({ kind: 'taken', spare }, [spare.buffer]);
	}, reject);
}

function aborted(): RemeltError {
	return new RemeltError('aborted', 'The run was cancelled.');
}

function broken(message: string): RemeltError {
	return new RemeltError(
		'worker-failed',
		`A merge worker stopped: ${message === '' ? 'it gave no reason' : message}.`,
		{
			hint: 'Run again, with fewer workers or less memory for weights if the device is short of memory.',
		},
	);
}
