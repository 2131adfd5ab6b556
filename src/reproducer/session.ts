import { toRemeltError } from '../errors/index.ts';
import type { BackendSetting, Calibration } from '../kernels/index.ts';
import { createGate, createPool, DEFAULT_MEMORY_BUDGET, PUBLISHED } from '../merge/index.ts';
import type { MergePlan, MergeSink, RunOptions, MergeOutcome } from '../merge/index.ts';
import type { PlanOptions, Pool, TensorResult, WorkerLike } from '../merge/index.ts';
import type { Recipe } from '../recipe/index.ts';
import { computingOf } from './computing.ts';
import { extraFiles } from './extras.ts';
import { openModels } from './models.ts';
import type { Location, Openers } from './models.ts';
import type { Planned } from './planned.ts';
import { createProgressMeter } from './progress.ts';
import { makePageReceipt } from './receipts.ts';
import type { PageReceipt, ReceiptEffects, Verified } from './receipts.ts';
import { createFolderSink } from './sinks/folder.ts';
import { createMemorySink } from './sinks/memory.ts';
import { startSpot } from './spotCheck.ts';
import type { SpotEffects } from './spotCheck.ts';
import type { Event, Job, Kept, Mode } from './state.ts';
import { markAsRehearsal } from './toy.ts';
import { createWork, endOf } from './work.ts';

/** Milliseconds between two looks at a run's progress. */
const TICK = 250;

/** What a session does to the world; tests give their own. */
export interface Effects extends Openers, ReceiptEffects, SpotEffects {
	readonly parse: (text: string) => Recipe;
	readonly plan: (recipe: Recipe, options: PlanOptions) => MergePlan;
	readonly run: (plan: MergePlan, options: RunOptions) => Promise<MergeOutcome>;
	readonly spawn: () => WorkerLike;
	/** Workers to use. */
	readonly workers: number;
}

/** What the reader wants to have of the merged model. */
export type Keep =
	| { readonly kind: 'nothing' }
	| { readonly kind: 'memory' }
	| { readonly kind: 'folder'; readonly parent: FileSystemDirectoryHandle };

/** What a job reads. */
export interface Request {
	readonly mode: Mode;
	readonly recipe: string;
	readonly variant: boolean;
	/** Where each model of the recipe is; throws what makes that impossible. */
	readonly locate: (recipe: Recipe) => ReadonlyMap<string, Location>;
	/** The model to compare with. */
	readonly published: Location | null;
	/** Name of the folder that a merged model is written to. */
	readonly outputName: string;
}

/** Runs jobs, one at a time, and tells what happens as events. */
export interface Session {
	/** Reads headers and plans. Ends any job before. */
	ask: (request: Request) => void;
	/** Checks windows of what was planned, chosen by a seed as `planSpot` takes it. */
	check: (sampleSeed: number) => void;
	/** Runs what was planned, or runs it again. */
	start: (keep: Keep, backend: BackendSetting) => void;
	pause: () => void;
	resume: () => void;
	/** Stops at once; nothing half-written stays. `cancelled` comes once that is so. */
	cancel: () => void;
	/** Ends everything and forgets it. */
	close: () => void;
	/** The receipt of what was found of the present plan. Rejects as the Hub and the kernels do. */
	receipt: (verified: Verified) => Promise<PageReceipt>;
}

/** A session that reports to `dispatch`. */
export function createSession(effects: Effects, dispatch: (event: Event) => void): Session {
	let count = 0;
	let job: Job | null = null;
	let request: Request | null = null;
	let planned: Planned | null = null;
	let reading: AbortController | null = null;
	const work = createWork();
	const shared = { effects, dispatch, measured: { calibration: null } };

	const endAll = (): void => {
		reading?.abort();
		work.end();
		reading = null;
		planned = null;
	};
	return {
		ask(wanted) {
			endAll();
			count += 1;
			const mine = { ...jobOf(wanted), id: count };
			job = mine;
			request = wanted;
			reading = new AbortController();
			dispatch({ type: 'asked', job: mine });
			const { signal } = reading;
			void read({ id: mine.id, request: wanted, effects, signal, dispatch }).then((result) => {
				if (result === null || signal.aborted) return;
				planned = result;
				dispatch({ type: 'planned', job: mine.id, plan: result.plan });
			});
		},
		check(sampleSeed) {
			if (job === null || planned === null || work.busy()) return;
			const stop = new AbortController();
			const before = planned;
			const onFit = (plan: MergePlan): void => {
				if (planned === before) planned = { ...before, plan };
			};
			const done = startSpot({ ...shared, planned, sampleSeed, stop, onFit, id: job.id });
			work.begin({ stop, hold: () => undefined }, done);
		},
		start(keep, backend) {
			if (job === null || request === null || planned === null || work.busy()) return;
			const stop = new AbortController();
			const { id } = job;
			const run = startRun({ ...shared, planned, request, keep, backend, stop, id });
			work.begin({ stop, hold: run.hold }, run.done);
		},
		pause() {
			if (job === null) return;
			work.hold(true);
			dispatch({ type: 'paused', job: job.id });
		},
		resume() {
			if (job === null) return;
			work.hold(false);
			dispatch({ type: 'resumed', job: job.id });
		},
		cancel() {
			if (job === null || work.abort()) return;
			reading?.abort();
			dispatch({ type: 'cancelled', job: job.id });
		},
		close() {
			endAll();
			job = null;
			dispatch({ type: 'closed' });
		},
		receipt: async (verified) => receiptOf(planned, verified, effects),
	};
}

async function receiptOf(
	planned: Planned | null,
	verified: Verified,
	effects: ReceiptEffects,
): Promise<PageReceipt> {
	if (planned === null) throw new RangeError('there is no plan');
	return makePageReceipt(planned, verified, effects);
}

function jobOf({ mode, recipe, variant }: Request): Omit<Job, 'id'> {
	return { mode, recipe, variant };
}

/** Reads headers and plans; reports a failure and returns null. */
async function read(parts: {
	readonly id: number;
	readonly request: Request;
	readonly effects: Effects;
	readonly signal: AbortSignal;
	readonly dispatch: (event: Event) => void;
}): Promise<Planned | null> {
	const { id, request, effects, signal, dispatch } = parts;
	try {
		const planned = await readAndPlan(request, effects, signal, (reading) => {
			dispatch({ type: 'reading', job: id, reading });
		});
		return planned;
	} catch (thrown) {
		if (signal.aborted) return null;
		const error = toRemeltError(thrown, 'recipe-invalid').serialize();
		dispatch({ type: 'failed', job: id, error });
		return null;
	}
}

async function readAndPlan(
	request: Request,
	effects: Effects,
	signal: AbortSignal,
	onReading: Parameters<typeof openModels>[3],
): Promise<Planned> {
	const recipe = effects.parse(request.recipe);
	const locations = new Map(request.locate(recipe));
	if (request.published !== null) locations.set(PUBLISHED, request.published);
	const models = await openModels(locations, effects, signal, onReading);
	const headers = new Map([...models].map(([reference, model]) => [reference, model.headers]));
	const published = headers.get(PUBLISHED);
	headers.delete(PUBLISHED);
	const planFor = (semantics?: string): MergePlan => {
		const memoryBudget = DEFAULT_MEMORY_BUDGET;
		const plan = effects.plan(recipe, { headers, published, memoryBudget, semantics });
		return request.mode === 'rehearsal' ? markAsRehearsal(plan) : plan;
	};
	return { recipe, models, plan: planFor(), planFor };
}

/** How fast the machine's backends are, once a run has measured it. */
interface Measured {
	calibration: Calibration | null;
}

interface RunParts {
	readonly planned: Planned;
	readonly request: Request;
	readonly keep: Keep;
	readonly backend: BackendSetting;
	readonly measured: Measured;
	readonly effects: Effects;
	readonly stop: AbortController;
	readonly dispatch: (event: Event) => void;
	readonly id: number;
}

/** Starts a run and reports it to the end; `done` never rejects. */
function startRun(parts: RunParts): { hold: (held: boolean) => void; done: Promise<void> } {
	const { planned, effects, stop, dispatch, id } = parts;
	const meter = createProgressMeter(planned.plan.totals.bytesToRead, effects.now);
	const gate = createGate();
	const results: TensorResult[] = [];
	const computing = computingOf(planned.plan, parts.keep.kind !== 'nothing', parts.backend);
	const pool = openPool(parts, computing);
	const look = (): void => {
		dispatch({ type: 'progressed', job: id, progress: meter.snapshot(), results: [...results] });
	};
	const work = async (): Promise<void> => {
		const began = effects.now();
		const timer = setInterval(look, TICK);
		try {
			const sink = await openSink(parts.keep, parts.request.outputName);
			const outcome = await effects.run(planned.plan, {
				merge: pool.merge,
				concurrency: effects.workers,
				memoryBudget: DEFAULT_MEMORY_BUDGET,
				sink: sink?.sink,
				extras: extrasOf(parts),
				signal: stop.signal,
				gate: gate.pass,
				onEvent(event) {
					if (event.kind === 'started') meter.started(event.index);
					else if (event.kind === 'read') meter.read(event.bytes);
					else {
						meter.finished(event.result.index);
						results.push(event.result);
					}
				},
			});
			const seconds = (effects.now() - began) / 1000;
			const kept = sink?.kept() ?? ({ kind: 'nothing' } as const);
			dispatch({ type: 'finished', job: id, outcome, seconds, kept });
		} catch (thrown) {
			look();
			dispatch(endOf(thrown, stop, id));
		} finally {
			clearInterval(timer);
			pool.close();
		}
	};
	dispatch({ type: 'started', job: id, computing });
	const hold = (held: boolean): void => {
		meter.hold(held);
		gate.hold(held);
		pool.hold(held);
	};
	stop.signal.addEventListener('abort', () => {
		gate.hold(false);
	});
	return { hold, done: work() };
}

/** Workers that compute with what the reader chose, and report what that came to. */
function openPool(
	{ planned, effects, measured, dispatch, id }: RunParts,
	{ suits, setting }: ReturnType<typeof computingOf>,
): Pool {
	return createPool({
		spawn: effects.spawn,
		size: effects.workers,
		models: Object.fromEntries([...planned.models].map(([key, { forWorker }]) => [key, forWorker])),
		memoryBudget: DEFAULT_MEMORY_BUDGET,
		backend: suits
			? {
					setting,
					calibration: measured.calibration,
					onChoice: (choice, calibration) => {
						measured.calibration = calibration;
						dispatch({ type: 'computing', job: id, choice });
					},
				}
			: undefined,
	});
}

/** A rehearsal's files are to show what a merge does, not to be used: nothing goes beside them. */
function extrasOf({ request, planned, stop }: RunParts): RunOptions['extras'] {
	return request.mode === 'rehearsal'
		? undefined
		: (outcome) => extraFiles(planned, outcome, stop.signal);
}

async function openSink(
	keep: Keep,
	name: string,
): Promise<{ sink: MergeSink; kept: () => Kept } | null> {
	if (keep.kind === 'nothing') return null;
	if (keep.kind === 'memory') {
		const sink = createMemorySink();
		return { sink, kept: () => ({ kind: 'memory', files: sink.files }) };
	}
	const sink = await createFolderSink(keep.parent, name);
	return { sink, kept: () => ({ kind: 'folder', name: `${keep.parent.name}/${sink.name}` }) };
}
