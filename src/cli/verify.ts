import { writeFile } from 'node:fs/promises';
import { RemeltError } from '../errors/index.ts';
import { reportOfHeaders, type VerificationReport } from '../receipt/index.ts';
import type { VerifyArguments } from './args.ts';
import { exitCodeOfFinding, type ExitCode } from './exitCodes.ts';
import { openRun, planRun, type Opened, type PreparedRun } from './inputs.ts';
import { PLAIN } from './paint.ts';
import { resolvePath } from './paths.ts';
import { findingText } from './print.ts';
import { receiptOf } from './receiptOf.ts';
import { findTarget } from './target.ts';
import type { Terminal } from './terminal.ts';
import { fittingSemantics } from './verifyEras.ts';
import { verifyFully, verifySpots, type VerifySettings } from './verifyLevels.ts';
import { verifyBySeed } from './verifySeed.ts';
import { reportText, verifyJson } from './verifyText.ts';

/** Holds a published model against its recipe, as far as the level asks; resolves to the exit status. */
export async function verifyCommand(
	args: VerifyArguments,
	folder: string,
	terminal: Terminal,
	signal: AbortSignal,
): Promise<ExitCode> {
	const target = await findTarget(args, folder);
	const settings: VerifySettings = { ...args, terminal, signal };
	const asked = { ...args, ...target };
	const opened = await openRun(asked, folder, signal, terminal.err);
	refuseChains(opened);
	const planned = await planFor(opened, asked, settings);
	const { plan } = planned.last;
	for (const finding of args.json ? [] : [...planned.findings, ...plan.findings])
		terminal.err(`${findingText(finding, terminal.paint?.err)}\n`);
	const began = Date.now();
	const { run, report } = await searchSeed(
		{ run: planned, report: await verifyAt(planned, settings) },
		(seed) => planRun(opened, { ...asked, semantics: plan.semantics, seed }),
		settings,
	);
	const receipt =
		args.receipt === null ? null : await receiptOf(run, report, { ...settings, began });
	if (receipt !== null && args.receipt !== null)
		await writeReceipt(resolvePath(folder, args.receipt), receipt.text);
	if (args.json) terminal.out(verifyJson(run, report, receipt?.digest ?? null));
	else terminal.out(reportText(run, report, terminal.paint?.out ?? PLAIN));
	if (receipt !== null && !args.json)
		terminal.out(`The receipt is in ${args.receipt ?? ''}; its digest is ${receipt.digest}.\n`);
	return exitCodeOfFinding(report.finding);
}

/**
 * Plans for the semantics that were asked for, or for those that fit best: an honest merge by another
 * release must not look like a false one. Headers are the same by all of them.
 */
async function planFor(
	opened: Opened,
	args: VerifyArguments,
	settings: VerifySettings,
): Promise<PreparedRun> {
	const plan = (semantics: string | undefined): PreparedRun =>
		planRun(opened, { ...args, semantics });
	const wanted = args.semantics ?? (args.level === 'headers' ? undefined : 'auto');
	return wanted === 'auto' ? fittingSemantics(plan, settings) : plan(wanted);
}

/** A merge of merges has to be made before it can be compared, which is what `merge` is for. */
function refuseChains({ recipes }: Opened): void {
	if (recipes.length === 1) return;
	throw new RemeltError(
		'recipe-unsupported',
		`This recipe is made of ${recipes.length} merges, of which the earlier ones were not published.`,
		{
			hint: 'remelt merge RECIPE --published MODEL makes all of them and compares the last one.',
			details: { merges: recipes.length },
		},
	);
}

async function verifyAt(run: PreparedRun, settings: VerifySettings): Promise<VerificationReport> {
	if (settings.tensors.length > 0) return verifyFully(run.last, settings);
	switch (settings.level) {
		case 'headers':
			return reportOfHeaders(run.last.plan);
		case 'spot':
			return verifySpots(run.last, settings);
		case 'full':
			return verifyFully(run.last, settings);
	}
}

/** A report, and the run that it is about. */
interface Reported {
	readonly run: PreparedRun;
	readonly report: VerificationReport;
}

/** Looks for the seed where that was asked for and a whole comparison could not tell without. */
async function searchSeed(
	{ run, report }: Reported,
	planWith: (seed: number) => PreparedRun,
	settings: VerifySettings,
): Promise<Reported> {
	const { findSeed, level, tensors } = settings;
	if (findSeed === null || level !== 'full' || tensors.length > 0) return { run, report };
	if (report.finding !== 'undecidable') return { run, report };
	const outcome = await verifyBySeed(run, planWith, findSeed, settings);
	if (outcome.kind === 'found') return outcome;
	const causes = [...report.causes, { code: 'seed-not-found', text: outcome.reason }];
	return { run, report: { ...report, causes } };
}

async function writeReceipt(path: string, text: string): Promise<void> {
	try {
		await writeFile(path, text);
	} catch (error) {
		throw new RemeltError('sink-failed', `The receipt could not be written to ${path}.`, {
			hint: 'See whether the folder exists and can be written to.',
			details: { path, cause: String(error) },
			cause: error,
		});
	}
}
