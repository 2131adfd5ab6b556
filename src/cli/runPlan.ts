import { availableParallelism } from 'node:os';
import {
	createPool,
	DEFAULT_MEMORY_BUDGET,
	readSideFiles,
	REMELT_JSON,
	remeltJson,
	runMerge,
	tokenizerDonor,
	VERSION,
} from '../merge/index.ts';
import type { ExtraFile, MergeOutcome, MergePlan, RemeltJson } from '../merge/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { MergeArguments } from './args.ts';
import type { OpenedModel } from './models.ts';
import type { OutFolder } from './outFolder.ts';
import { createMeter } from './progress.ts';
import { describeSources } from './sources.ts';
import { spawnMergeThread } from './spawn.ts';
import type { Terminal } from './terminal.ts';

/** How a plan is carried out. */
export interface RunSettings extends Pick<MergeArguments, 'jobs' | 'memory' | 'fileDigests'> {
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
}

/** A merge that is about to be carried out. */
export interface Job {
	readonly recipe: Recipe;
	readonly plan: MergePlan;
	/** All that the plan reads. */
	readonly models: ReadonlyMap<string, OpenedModel>;
	/** What `remelt.json` says of models that were made on the way, by reference. */
	readonly merges: Readonly<Record<string, RemeltJson>>;
}

/** A folder that can be written to. */
export type Writable = Extract<OutFolder, { kind: 'open' }>;

/**
 * Carries out a plan: writes the model if there is a folder, after the tensors that an earlier run has
 * left there, and compares with the published model if there is one. Rejects as `runMerge` does.
 */
export async function runPlan(
	job: Job,
	opened: Writable | null,
	settings: RunSettings,
): Promise<MergeOutcome> {
	const { jobs = availableParallelism(), memory, terminal, signal } = settings;
	const { plan, models } = job;
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
			recycle: pool.recycle,
			done,
			extras: opened === null ? undefined : (outcome) => extras(job, outcome, opened, settings),
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
	{ recipe, plan, models, merges }: Job,
	outcome: MergeOutcome,
	{ sink }: Writable,
	settings: RunSettings,
): AsyncGenerator<ExtraFile> {
	const donor = tokenizerDonor(recipe);
	const model = donor === null ? undefined : models.get(donor);
	let tokenizer: string | null = null;
	if (model !== undefined)
		for await (const file of readSideFiles(model.files, settings)) {
			tokenizer = donor;
			yield file;
		}
	const sources = await describeSources(plan, models, { ...settings, note: settings.terminal.err });
	const { files } = sink;
	const text = remeltJson({ version: VERSION, plan, outcome, tokenizer, sources, files, merges });
	yield [REMELT_JSON, new TextEncoder().encode(text)];
}
