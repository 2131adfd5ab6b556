import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemeltError } from '../errors/index.ts';
import type { MergePlan, TensorResult } from '../merge/index.ts';
import {
	createFolderSink,
	HIDDEN,
	JOURNAL,
	LOCK,
	moveParts,
	PARTS,
	removeRun,
} from './folderSink.ts';
import type { FolderSink } from './folderSink.ts';
import { readJournal, type Journal } from './journal.ts';
import { entriesOf, readBack, type Leftovers } from './leftovers.ts';
import { holderOf } from './lock.ts';

/** A folder that a merge may be written to. */
export type OutFolder =
	| {
			readonly kind: 'open';
			readonly sink: FolderSink;
			/** Results of the first tensors, which an earlier run wrote. */
			readonly done: readonly TensorResult[];
	  }
	/** An earlier run had written everything, and was ended while it moved the files to their places. */
	| { readonly kind: 'complete'; readonly results: readonly TensorResult[] };

export interface OutOptions {
	readonly plan: MergePlan;
	/** What a run must have in common with an earlier one to take it up. */
	readonly digest: string;
	/** Forget what an earlier run left. */
	readonly restart: boolean;
	/** Take digests of whole weight files too, whose tensors have digests of their own. */
	readonly fileDigests: boolean;
}

/**
 * Looks at a folder, in which nothing is ever overwritten, and at what an earlier run left there.
 * Writes nothing until the sink is used.
 * @throws `output-exists`, `sink-failed`
 */
export async function openOutFolder(folder: string, options: OutOptions): Promise<OutFolder> {
	const { plan, digest, restart, fileDigests } = options;
	const undigested = new Set(fileDigests ? [] : plan.files.map(({ name }) => name));
	const open = (leftovers: Leftovers | null): OutFolder => {
		const sink = createFolderSink(folder, { digest, leftovers, undigested });
		return { kind: 'open', sink, done: leftovers?.results ?? [] };
	};
	try {
		await requireFolder(folder);
		await requireIdle(folder);
		const journal = await readJournal(join(folder, JOURNAL));
		await requireEmpty(folder, journal);
		if (restart) await removeRun(folder);
		if (journal === null || restart) return open(null);
		if (journal.digest !== digest) throw otherRun(folder);
		if (journal.commit !== null) {
			await moveParts(folder, journal.commit);
			return { kind: 'complete', results: journal.results };
		}
		return open(await readBack(join(folder, PARTS), plan, journal.results, undigested));
	} catch (error) {
		if (error instanceof RemeltError) throw error;
		throw new RemeltError('sink-failed', `${folder} cannot be written to.`, {
			hint: 'Name a folder that does not exist yet.',
			details: { folder, cause: String(error) },
			cause: error,
		});
	}
}

/** Refuses a place where no folder can be. */
async function requireFolder(folder: string): Promise<void> {
	const found = await stat(folder).catch(() => null);
	if (found?.isDirectory() !== false) return;
	throw new RemeltError('output-exists', `${folder} is a file.`, {
		hint: 'Name a folder that is empty or does not exist yet; nothing is overwritten.',
		details: { folder },
	});
}

/** Refuses a folder that another process writes to. A lock that a dead process left means nothing. */
async function requireIdle(folder: string): Promise<void> {
	const lock = join(folder, LOCK);
	const writer = await holderOf(await readFile(lock, 'utf8').catch(() => ''));
	if (writer === null) return;
	throw new RemeltError('output-exists', `Process ${writer} is writing to ${folder}.`, {
		hint: `Wait until it is done, or name another folder. If it is none of Remelt’s, remove ${lock}.`,
		details: { folder, process: writer },
	});
}

async function requireEmpty(folder: string, journal: Journal | null): Promise<void> {
	const ours = new Set([HIDDEN, ...(journal?.commit ?? [])]);
	const entries = await entriesOf(folder);
	const foreign = entries.filter((name) => !ours.has(name));
	const [first] = foreign;
	if (first === undefined) return;
	throw new RemeltError('output-exists', `${folder} is not empty: there is ${first}.`, {
		hint: 'Name a folder that is empty or does not exist yet; nothing is overwritten.',
		details: { folder, entries: foreign.length },
	});
}

function otherRun(folder: string): RemeltError {
	return new RemeltError(
		'output-exists',
		`${join(folder, HIDDEN)} holds a run that was interrupted, and it was of another merge.`,
		{
			hint: 'Recipe, options and the models’ files have to be the same to go on with it. Name another folder, or start over with --restart.',
			details: { folder },
		},
	);
}
