import { availableParallelism } from 'node:os';
import { RemeltError, toRemeltError } from '../errors/index.ts';
import {
	createPool,
	DEFAULT_MEMORY_BUDGET,
	readSideFiles,
	remeltJson,
	runMerge,
	tokenizerDonor,
} from '../merge/index.ts';
import type { ExtraFile, MergeOutcome, SourceFile, WorkerModel } from '../merge/index.ts';
import type { MergeArguments } from './args.ts';
import type { FolderSink } from './folderSink.ts';
import type { Prepared } from './inputs.ts';
import { openOutFolder, type OutFolder } from './outFolder.ts';
import { planDigest } from './planDigest.ts';
import { createMeter } from './progress.ts';
import { spawnMergeThread } from './spawn.ts';
import type { Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

/** How a plan is carried out. */
export interface RunSettings extends Pick<MergeArguments, 'jobs' | 'memory' | 'restart'> {
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
}

/**
 * Carries out a plan: writes the model to a folder if there is one to write to, goes on with an earlier
 * run of the same, and compares with the published model if there is one.
 * @throws `output-exists`, and as `runMerge` does; hints say what is left to be taken up
 */
export async function runPlan(
	prepared: Prepared,
	out: string | null,
	settings: RunSettings,
): Promise<MergeOutcome> {
	const { plan, models } = prepared;
	if (out === null) return runOpened(prepared, null, settings);
	const digest = planDigest(plan, models);
	const opened = await openOutFolder(out, { plan, digest, restart: settings.restart });
	if (opened.kind === 'complete') {
		const { results } = opened;
		return { results, bytesRead: results.reduce((sum, { bytesRead }) => sum + bytesRead, 0) };
	}
	try {
		return await runOpened(prepared, opened, settings);
	} catch (error) {
		throw withHint(toRemeltError(error, 'kernel-failed'), opened.sink, plan.tensors.length);
	}
}

type Opened = Extract<OutFolder, { kind: 'open' }>;

async function runOpened(
	prepared: Prepared,
	opened: Opened | null,
	{ jobs = availableParallelism(), memory, terminal, signal }: RunSettings,
): Promise<MergeOutcome> {
	const { plan, models } = prepared;
	const memoryBudget = memory ?? DEFAULT_MEMORY_BUDGET;
	const done = opened?.done ?? [];
	if (done.length > 0)
		terminal.err(`Goes on after ${done.length} of ${plan.tensors.length} tensors.\n`);
	const bytes = done.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
	const pool = createPool({
		spawn: spawnMergeThread,
		size: jobs,
		models: Object.fromEntries([...models].map(([name, { forWorker }]) => [name, forWorker])),
		memoryBudget,
	});
	try {
		return await runMerge(plan, {
			merge: pool.merge,
			// One more than there are workers, so that none waits for its next tensor.
			concurrency: jobs + 1,
			memoryBudget,
			sink: opened?.sink,
			done,
			extras: opened === null ? undefined : (outcome) => extras(prepared, outcome, opened, signal),
			signal,
			onEvent:
				terminal.progress &&
				createMeter(plan, terminal.progress, {
					done: { tensors: done.length, bytes },
					width: terminal.width,
				}),
		});
	} finally {
		pool.close();
	}
}

/** What goes beside weights and texts: the tokenizer's files, and at last what was made of what. */
async function* extras(
	{ recipe, plan, models }: Prepared,
	outcome: MergeOutcome,
	{ sink }: Opened,
	signal: AbortSignal,
): AsyncGenerator<ExtraFile> {
	const donor = tokenizerDonor(recipe);
	const model = donor === null ? undefined : models.get(donor);
	let tokenizer: string | null = null;
	if (model !== undefined)
		for await (const file of readSideFiles(model.files, { signal })) {
			tokenizer = donor;
			yield file;
		}
	const sources = Object.fromEntries(
		[...models].map(([name, { forWorker }]) => [name, sourcesOf(forWorker)]),
	);
	const facts = { version: VERSION, plan, outcome, tokenizer, sources, files: sink.files };
	yield ['remelt.json', new TextEncoder().encode(remeltJson(facts))];
}

function sourcesOf(model: WorkerModel): Record<string, SourceFile> {
	const files = model.kind === 'folder' ? [] : model.files;
	return Object.fromEntries(
		files.map(({ name, size }) => [name, { size, sha256: null, from: null }]),
	);
}

/** A failure, with what a later run can do about it. */
function withHint(failure: RemeltError, { kept }: FolderSink, of: number): RemeltError {
	const { code, message, hint, details } = failure;
	if (kept === 0) return failure;
	const more = `${kept} of ${of} tensors are kept in the hidden folder .remelt: the same command goes on from there.`;
	return new RemeltError(code, message, {
		hint: hint === '' ? more : `${hint} ${more}`,
		details: { ...details, kept },
		cause: failure,
	});
}
