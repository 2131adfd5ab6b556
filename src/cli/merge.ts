import { availableParallelism } from 'node:os';
import { createPool, DEFAULT_MEMORY_BUDGET, runMerge } from '../merge/index.ts';
import type { MergeOutcome, MergeSink } from '../merge/index.ts';
import { summarize, type Summary } from '../verify/index.ts';
import type { MergeArguments } from './args.ts';
import { EXIT, type ExitCode } from './exitCodes.ts';
import { createNodeFolderSink } from './folderSink.ts';
import { prepare, type Prepared } from './inputs.ts';
import { PLAIN } from './paint.ts';
import { resolvePath } from './paths.ts';
import { planText, resultText } from './print.ts';
import { createMeter } from './progress.ts';
import { spawnMergeThread } from './spawn.ts';
import type { Terminal } from './terminal.ts';

/** Merges, writes and compares as a command line says; resolves to its exit status. */
export async function mergeCommand(
	args: MergeArguments,
	folder: string,
	terminal: Terminal,
	signal: AbortSignal,
): Promise<ExitCode> {
	const prepared = await prepare(args, folder, signal, terminal.err);
	if (!args.json) terminal.err(planText(prepared.plan, terminal.paint?.err));
	const out = args.out === null ? null : resolvePath(folder, args.out);
	const sink = out === null ? undefined : await createNodeFolderSink(out);
	const outcome = await run(prepared, args, terminal, signal, sink);
	const summary = summarize(prepared.plan, outcome);
	if (args.json) terminal.out(`${JSON.stringify(summaryJson(prepared, summary, args), null, 2)}\n`);
	else {
		terminal.out(resultText(summary, terminal.paint?.out ?? PLAIN));
		if (args.out !== null) terminal.out(`The merged model is in ${args.out}.\n`);
	}
	return exitOf(summary);
}

async function run(
	{ plan, models }: Prepared,
	args: MergeArguments,
	terminal: Terminal,
	signal: AbortSignal,
	sink: MergeSink | undefined,
): Promise<MergeOutcome> {
	const jobs = args.jobs ?? availableParallelism();
	const memoryBudget = args.memory ?? DEFAULT_MEMORY_BUDGET;
	const pool = createPool({
		spawn: spawnMergeThread,
		size: jobs,
		models: Object.fromEntries([...models].map(([name, { forWorker }]) => [name, forWorker])),
		memoryBudget,
	});
	try {
		return await runMerge(plan, {
			merge: pool.merge,
			// One more than there are workers: its inputs are asked for as soon as one is free.
			concurrency: jobs + 1,
			memoryBudget,
			sink,
			signal,
			onEvent: terminal.progress && createMeter(plan, terminal.progress, { width: terminal.width }),
		});
	} finally {
		pool.close();
	}
}

/** A verdict's exit status; 0 where nothing was compared. */
function exitOf({ verdict }: Summary): ExitCode {
	switch (verdict?.word) {
		case undefined:
		case 'identical':
		case 'close':
			return EXIT.done;
		case 'different':
			return EXIT.contradicted;
		case 'undecidable':
		case 'incomplete':
			return EXIT.untold;
	}
}

function summaryJson(
	{ plan, findings }: Prepared,
	{ sentence, verdict, rows }: Summary,
	{ out }: MergeArguments,
): Readonly<Record<string, unknown>> {
	const { method, semantics, seed, ties, totals, models } = plan;
	return {
		method,
		semantics,
		seed,
		ties,
		out,
		sentence,
		verdict,
		tensors: rows,
		totals,
		models,
		findings,
	};
}
