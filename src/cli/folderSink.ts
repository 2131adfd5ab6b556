import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm, rmdir, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RemeltError } from '../errors/index.ts';
import type { MergeSink, TensorResult } from '../merge/index.ts';
import { journalText, type JournalLine } from './journal.ts';
import type { Leftovers } from './leftovers.ts';
import { ownIdentity } from './lock.ts';

/** The hidden folder in an output folder, which is all that there is before the output is complete. */
export const HIDDEN = '.remelt';

/** Where in the hidden folder a run keeps its files, and its journal. */
export const PARTS = join(HIDDEN, 'parts');
export const JOURNAL = join(HIDDEN, 'journal.jsonl');

/** Says which process is writing. */
export const LOCK = join(HIDDEN, 'lock');

/** A written file. */
export interface WrittenFile {
	readonly name: string;
	readonly size: number;
	/** In lower-case hex; null where it was not taken. */
	readonly sha256: string | null;
}

/** A sink that writes a model folder. */
export interface FolderSink extends MergeSink {
	/** Files that are complete, in the order in which they were written. */
	readonly files: readonly WrittenFile[];
	/** How many tensors a later run can take up; 0 where nothing was left behind. */
	readonly kept: number;
}

/** What a sink for a folder has to know. */
export interface FolderSinkOptions {
	/** What a later run must have in common with this one to take it up. */
	readonly digest: string;
	/** What an earlier run left; null where there is nothing. */
	readonly leftovers: Leftovers | null;
	/** Files that get no digest as a whole. */
	readonly undigested: ReadonlySet<string>;
}

/**
 * A sink for a folder that is empty but for what an earlier run left. Files lie in the hidden folder
 * until everything is there. `abort` leaves them there if a tensor is complete, for a later run to take
 * up, and otherwise removes them and the folders that were made.
 */
export function createFolderSink(folder: string, options: FolderSinkOptions): FolderSink {
	return new Sink(folder, options);
}

/** A file that is being written. */
interface Current {
	readonly name: string;
	readonly size: number;
	readonly handle: FileHandle;
	/** null where nobody wants its digest. */
	readonly hash: Hash | null;
	at: number;
}

class Sink implements FolderSink {
	readonly #folder: string;
	readonly #options: FolderSinkOptions;
	readonly files: WrittenFile[] = [];
	kept: number;
	/** The outermost folder that had to be made. */
	#made: string | undefined;
	#journal: FileHandle | null = null;
	#current: Current | null = null;
	#pending: Promise<unknown> = Promise.resolve();
	#aborted = false;

	constructor(folder: string, options: FolderSinkOptions) {
		this.#folder = folder;
		this.#options = options;
		this.kept = options.leftovers?.results.length ?? 0;
	}

	async open(name: string, size: number): Promise<void> {
		await this.#step(async () => {
			await this.#begin();
			const handle = await open(this.#part(name), 'w');
			const hash = this.#options.undigested.has(name) ? null : createHash('sha256');
			this.#current = { name, size, handle, hash, at: 0 };
			// Says how long it will be, so that a limit on files shows now and not after hours of work.
			await handle.truncate(size);
		});
	}

	async resume(name: string, size: number, written: number): Promise<void> {
		await this.#step(async () => {
			await this.#begin();
			const begun = this.#options.leftovers?.files.get(name);
			if (begun?.written !== written) throw new RangeError(`${name} was not written that far`);
			const handle = await open(this.#part(name), 'r+');
			await handle.truncate(size);
			this.#current = { name, size, handle, hash: begun.hash?.copy() ?? null, at: written };
		});
	}

	async write(bytes: Uint8Array): Promise<void> {
		await this.#step(async () => {
			const current = this.#current;
			if (current === null) throw new RangeError('no file is open');
			const { handle, hash } = current;
			// The thread pool writes while this thread takes the digest.
			const writing = writeAll(handle, bytes, current.at);
			hash?.update(bytes);
			await writing;
			current.at += bytes.byteLength;
		});
	}

	async close(): Promise<void> {
		await this.#step(async () => {
			if (this.#current === null) return;
			const { name, size, handle, hash } = this.#current;
			await handle.datasync();
			await handle.close();
			this.#current = null;
			this.files.push({ name, size, sha256: hash?.digest('hex') ?? null });
		});
	}

	async finished(result: TensorResult): Promise<void> {
		await this.#step(async () => {
			await this.#note({ kind: 'tensor', result });
			this.kept = result.index + 1;
		});
	}

	async commit(): Promise<void> {
		await this.#step(async () => {
			const names = this.files.map(({ name }) => name);
			await this.#note({ kind: 'commit', files: names });
			await this.#journal?.datasync();
			await this.#journal?.close();
			this.#journal = null;
			await moveParts(this.#folder, names);
		});
	}

	async abort(): Promise<void> {
		this.#aborted = true;
		await this.#pending.catch(() => undefined);
		await this.#current?.handle.close();
		await this.#journal?.close();
		[this.#current, this.#journal] = [null, null];
		await rm(join(this.#folder, LOCK), { force: true });
		if (this.kept > 0) return;
		await removeRun(this.#folder);
		await this.#removeMade();
	}

	/** Makes the folders and begins the journal, when the first file is opened. */
	async #begin(): Promise<void> {
		if (this.#journal !== null) return;
		this.#made = await mkdir(join(this.#folder, PARTS), { recursive: true });
		await writeFile(join(this.#folder, LOCK), await ownIdentity());
		const path = join(this.#folder, JOURNAL);
		const { digest, leftovers } = this.#options;
		const lines: JournalLine[] = [{ kind: 'plan', digest }];
		for (const result of leftovers?.results ?? []) lines.push({ kind: 'tensor', result });
		// An earlier journal stays until this one says as much.
		const handle = await open(`${path}.next`, 'w');
		this.#journal = handle;
		await handle.appendFile(lines.map(journalText).join(''));
		await rename(`${path}.next`, path);
	}

	async #note(line: JournalLine): Promise<void> {
		await this.#journal?.appendFile(journalText(line));
	}

	#part(name: string): string {
		return join(this.#folder, PARTS, name);
	}

	/** Removes the folders that were made, as long as nobody else has put anything there. */
	async #removeMade(): Promise<void> {
		if (this.#made === undefined) return;
		const top = dirname(this.#made);
		for (let folder = join(this.#folder, HIDDEN); folder !== top; folder = dirname(folder)) {
			const gone = await rmdir(folder).then(
				() => true,
				() => false,
			);
			if (!gone || folder === this.#made) return;
		}
	}

	/** Runs one call's work so that `abort` can wait for it. */
	async #step(work: () => Promise<void>): Promise<void> {
		if (this.#aborted) throw new RemeltError('aborted', 'Writing was cancelled.');
		const step = work();
		this.#pending = step;
		try {
			await step;
		} catch (error) {
			throw new RemeltError('sink-failed', `${this.#folder} could not be written.`, {
				hint: 'See whether the disk is full and the folder writable.',
				details: { folder: this.#folder, cause: String(error) },
				cause: error,
			});
		}
	}
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
	for (let done = 0; done < bytes.byteLength;) {
		const length = bytes.byteLength - done;
		const { bytesWritten } = await handle.write(bytes, done, length, at + done);
		done += bytesWritten;
	}
}

/** Moves complete files to where they belong, those that are still in the hidden folder. */
export async function moveParts(folder: string, names: readonly string[]): Promise<void> {
	for (const name of names)
		await rename(join(folder, PARTS, name), join(folder, name)).catch((error: unknown) => {
			// An earlier run has moved it and was ended before the last one.
			if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
		});
	await removeRun(folder);
	// What else there is belongs to other merges of the same recipe.
	await rmdir(join(folder, HIDDEN)).catch(() => undefined);
}

/** Removes what a run has in the hidden folder. */
export async function removeRun(folder: string): Promise<void> {
	await rm(join(folder, PARTS), { recursive: true, force: true });
	await rm(join(folder, `${JOURNAL}.next`), { force: true });
	await rm(join(folder, JOURNAL), { force: true });
	await rm(join(folder, LOCK), { force: true });
}
