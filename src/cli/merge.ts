import { summarize, type Summary } from '../verify/index.ts';
import type { MergeArguments } from './args.ts';
import { EXIT, exitCodeOfFinding, type ExitCode } from './exitCodes.ts';
import { prepare, type PreparedRun } from './inputs.ts';
import { PLAIN } from './paint.ts';
import { resolvePath } from './paths.ts';
import { findingText, plansText, resultText } from './print.ts';
import { runRecipes } from './runRecipes.ts';
import type { Terminal } from './terminal.ts';

/** Merges, writes and compares as a command line says; resolves to its exit status. */
export async function mergeCommand(
	args: MergeArguments,
	folder: string,
	terminal: Terminal,
	signal: AbortSignal,
): Promise<ExitCode> {
	const run = await prepare(args, folder, signal, terminal.err);
	const { plan } = run.last;
	if (!args.json) {
		for (const finding of run.findings)
			terminal.err(`${findingText(finding, terminal.paint?.err)}\n`);
		terminal.err(plansText(run, terminal.paint?.err));
	}
	const out = args.out === null ? null : resolvePath(folder, args.out);
	const outcome = await runRecipes(run, out, { ...args, terminal, signal });
	const summary = summarize(plan, outcome);
	if (args.json) terminal.out(`${JSON.stringify(summaryJson(run, summary, out), null, 2)}\n`);
	else {
		terminal.out(resultText(summary, terminal.paint?.out ?? PLAIN));
		if (args.out !== null) terminal.out(`The merged model is in ${args.out}.\n`);
	}
	const word = summary.verdict?.word;
	return word === undefined ? EXIT.done : exitCodeOfFinding(word);
}

function summaryJson(
	{ before, last: { plan }, findings }: PreparedRun,
	{ sentence, verdict, rows }: Summary,
	out: string | null,
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
		merges: before.map(({ name }) => name),
		findings: [...findings, ...plan.findings],
	};
}
