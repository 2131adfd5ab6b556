import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { RemeltError } from '../errors/index.ts';
import { readHubDigests } from '../hub/index.ts';
import type { SourceFile } from '../merge/index.ts';
import { lockOf, lockText, openEnds } from '../receipt/index.ts';
import type { LockArguments } from './args.ts';
import { EXIT, type ExitCode } from './exitCodes.ts';
import { prepare, type PreparedRun } from './inputs.ts';
import type { OpenedModel } from './models.ts';
import { resolvePath } from './paths.ts';
import { findingText } from './print.ts';
import { readRecipeText } from './recipeText.ts';
import type { Terminal } from './terminal.ts';

/** Writes down what a merge depends on; resolves to its exit status. */
export async function lockCommand(
	args: LockArguments,
	folder: string,
	terminal: Terminal,
	signal: AbortSignal,
): Promise<ExitCode> {
	const run = await prepare(args, folder, signal, terminal.err);
	const { before, last } = run;
	if (!args.json)
		for (const finding of [...run.findings, ...last.plan.findings])
			terminal.err(`${findingText(finding, terminal.paint?.err)}\n`);
	const { text: recipeText } = await readRecipeText({ ...args, folder }, signal);
	const files = await weightFiles(run, terminal, signal);
	const lock = await lockOf(last.plan, {
		recipeText,
		files,
		before: before.map(({ plan }) => plan),
	});
	for (const { message, hint } of openEnds(lock)) terminal.err(`${message} ${hint}\n`);
	if (args.out === null) terminal.out(lockText(lock));
	else await writeNew(resolvePath(folder, args.out), lockText(lock), args.out);
	return EXIT.done;
}

/** Weight files with their digests, of all models that are there: quoted from the Hub, or taken. */
export async function weightFiles(
	{ before, last }: PreparedRun,
	{ err }: Terminal,
	signal: AbortSignal,
): Promise<Record<string, Record<string, SourceFile>>> {
	const models = new Map([...before, last].flatMap((one) => [...one.models]));
	const described: Record<string, Record<string, SourceFile>> = {};
	for (const [reference, model] of models) {
		const digests = await digestsOf(model, err, signal);
		const from = model.forWorker.kind === 'hub' ? 'hub' : 'read';
		const files = [...model.files.headers.files].map(([name, { size }]): [string, SourceFile] => {
			const sha256 = digests.get(name) ?? null;
			return [name, { size, sha256, from: sha256 === null ? null : from }];
		});
		described[reference] = Object.fromEntries(files);
	}
	return described;
}

/** What the Hub does not tell now is left open, which the lock is then said to be. */
async function digestsOf(
	{ forWorker, files }: OpenedModel,
	note: (text: string) => void,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
	const digests = new Map<string, string>();
	if (forWorker.kind === 'hub')
		return readHubDigests(forWorker, { signal }).catch((error: unknown) => {
			if (signal.aborted) throw error;
			note(`The Hub does not tell the digests of ${forWorker.repo}’s files.\n`);
			return digests;
		});
	if (forWorker.kind !== 'disk') return digests;
	note(`Reads ${files.headers.id} for the digests of its files.\n`);
	for (const { name, path } of forWorker.files) {
		const hash = createHash('sha256');
		for await (const part of createReadStream(path, { highWaterMark: 2 ** 22, signal }))
			hash.update(part as Buffer);
		digests.set(name, hash.digest('hex'));
	}
	return digests;
}

async function writeNew(path: string, text: string, name: string): Promise<void> {
	await writeFile(path, text, { flag: 'wx' }).catch((error: unknown) => {
		const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
		throw new RemeltError(
			exists ? 'output-exists' : 'sink-failed',
			exists ? `There is a file ${name}.` : `${name} cannot be written.`,
			{
				hint: 'Name a file that does not exist yet; nothing is overwritten.',
				details: { file: name, cause: String(error) },
				cause: error,
			},
		);
	});
}
