import { VERSION } from '../merge/index.ts';
import { toRemeltError, type RemeltError } from '../errors/index.ts';
import { readArguments, UsageError, type Arguments, type PlanArguments } from './args.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exitCodes.ts';
import { helpText } from './help.ts';
import { prepare } from './inputs.ts';
import { lockCommand } from './lockFile.ts';
import { mergeCommand } from './merge.ts';
import { showMethods } from './methods.ts';
import { callersFolder } from './paths.ts';
import { plansJson } from './planJson.ts';
import { errorText, findingText, plansText, planTable } from './print.ts';
import { receiptCommand } from './receipt.ts';
import type { Terminal } from './terminal.ts';
import { verifyCommand } from './verify.ts';

/** Runs a command line and resolves to its exit status, as the help lists them. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
	const json = argv.includes('--json');
	try {
		return await runArguments(readArguments(argv, terminal.environment), terminal);
	} catch (error) {
		if (error instanceof UsageError) {
			reportUsage(error, terminal, json);
			return EXIT.refused;
		}
		const failure = toRemeltError(error, 'kernel-failed');
		reportError(failure, terminal, json);
		return exitCodeOf(failure.code);
	}
}

async function runArguments(args: Arguments, terminal: Terminal): Promise<ExitCode> {
	const signal = terminal.signal ?? new AbortController().signal;
	const folder = callersFolder(terminal.environment ?? {}, terminal.folder ?? process.cwd());
	switch (args.command) {
		case 'help':
			terminal.out(helpText(args.about));
			return EXIT.done;
		case 'version':
			terminal.out(`${VERSION}\n`);
			return EXIT.done;
		case 'methods':
			showMethods(args, terminal);
			return EXIT.done;
		case 'plan':
			return planCommand(args, folder, terminal, signal);
		case 'merge':
			return mergeCommand(args, folder, terminal, signal);
		case 'verify':
			return verifyCommand(args, folder, terminal, signal);
		case 'lock':
			return lockCommand(args, folder, terminal, signal);
		case 'receipt':
			return receiptCommand(args, folder, terminal);
	}
}

async function planCommand(
	args: PlanArguments,
	folder: string,
	terminal: Terminal,
	signal: AbortSignal,
): Promise<ExitCode> {
	const run = await prepare(args, folder, signal, terminal.err);
	if (args.json) {
		terminal.out(`${JSON.stringify(plansJson(run), null, 2)}\n`);
		return EXIT.done;
	}
	for (const finding of run.findings)
		terminal.err(`${findingText(finding, terminal.paint?.err)}\n`);
	terminal.out(plansText(run, terminal.paint?.out) + planTable(run.last.plan));
	return EXIT.done;
}

function reportUsage({ message, command }: UsageError, terminal: Terminal, json: boolean): void {
	const help = command === null ? 'remelt --help' : `remelt help ${command}`;
	const hint = `See ${help}.`;
	if (json) terminal.out(errorJson({ code: 'usage', message, hint, details: {} }));
	terminal.err(`${terminal.paint?.err.red('remelt:') ?? 'remelt:'} ${message} ${hint}\n`);
}

function reportError(failure: RemeltError, terminal: Terminal, json: boolean): void {
	if (json) terminal.out(errorJson(failure));
	terminal.err(errorText(failure, terminal.paint?.err));
}

function errorJson(error: {
	readonly code: string;
	readonly message: string;
	readonly hint: string;
	readonly details: RemeltError['details'];
}): string {
	const { code, message, hint, details } = error;
	return `${JSON.stringify({ error: { code, message, hint, details } }, null, 2)}\n`;
}
