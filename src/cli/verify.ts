import { writeFile } from 'node:fs/promises';
import { RemeltError } from '../errors/index.ts';
import type { FindingWord, VerificationReport } from '../receipt/index.ts';
import type { VerifyArguments } from './args.ts';
import { EXIT, type ExitCode } from './exitCodes.ts';
import { prepare, type PreparedRun } from './inputs.ts';
import { PLAIN } from './paint.ts';
import { resolvePath } from './paths.ts';
import { findingText } from './print.ts';
import { receiptOf } from './receiptOf.ts';
import { findTarget } from './target.ts';
import type { Terminal } from './terminal.ts';
import { fittingSemantics } from './verifyEras.ts';
import { verifyFully, verifyHeaders, verifySpots, type VerifySettings } from './verifyLevels.ts';
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
	const planned = await prepareFor(asked, folder, settings);
	const { plan } = planned.last;
	for (const finding of args.json ? [] : [...planned.findings, ...plan.findings])
		terminal.err(`${findingText(finding, terminal.paint?.err)}\n`);
	const began = Date.now();
	const { run, report } = await searchSeed(
		{ run: planned, report: await verifyAt(planned, settings) },
		async (seed) => {
			const semantics = plan.semantics;
			return prepare({ ...asked, semantics, seed }, folder, signal, terminal.err);
		},
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
	return exitOf(report.finding);
}

/**
 * Plans for the semantics that were asked for, or for those that fit best: an honest merge by another
 * release must not look like a false one. Headers are the same by all of them.
 */
async function prepareFor(
	args: VerifyArguments,
	folder: string,
	settings: VerifySettings,
): Promise<PreparedRun> {
	const { terminal, signal } = settings;
	const plan = async (semantics: string | undefined): Promise<PreparedRun> =>
		refuseChains(await prepare({ ...args, semantics }, folder, signal, terminal.err));
	const wanted = args.semantics ?? (args.level === 'headers' ? undefined : 'auto');
	return wanted === 'auto' ? fittingSemantics(plan, settings) : plan(wanted);
}

/** A merge of merges has to be made before it can be compared, which is what `merge` is for. */
function refuseChains(run: PreparedRun): PreparedRun {
	if (run.before.length === 0) return run;
	throw new RemeltError(
		'recipe-unsupported',
		`This recipe is made of ${run.before.length + 1} merges, of which the earlier ones were not published.`,
		{
			hint: 'remelt merge RECIPE --published MODEL makes all of them and compares the last one.',
			details: { merges: run.before.length + 1 },
		},
	);
}

async function verifyAt(run: PreparedRun, settings: VerifySettings): Promise<VerificationReport> {
	if (settings.tensors.length > 0) return verifyFully(run.last, settings);
	switch (settings.level) {
		case 'headers':
			return verifyHeaders(run.last.plan);
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
	prepareWith: (seed: number) => Promise<PreparedRun>,
	settings: VerifySettings,
): Promise<Reported> {
	const { findSeed, level, tensors } = settings;
	if (findSeed === null || level !== 'full' || tensors.length > 0) return { run, report };
	if (report.finding !== 'undecidable') return { run, report };
	const outcome = await verifyBySeed(run, prepareWith, findSeed, settings);
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

/** The exit status that a finding stands for. */
function exitOf(finding: FindingWord): ExitCode {
	switch (finding) {
		case 'identical':
		case 'explained':
		case 'consistent':
		case 'agrees':
		case 'fits':
		case 'close':
			return EXIT.done;
		case 'different':
			return EXIT.contradicted;
		case 'undecidable':
		case 'incomplete':
			return EXIT.untold;
	}
}
