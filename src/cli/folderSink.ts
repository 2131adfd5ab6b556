import { mkdir, open, readdir, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RemeltError } from '../errors/index.ts';
import type { MergeSink } from '../merge/index.ts';

/** Ends the names of files that are not complete. */
const PART = '.remelt-part';

/**
 * A sink that writes a model folder. Files have temporary names until everything is there; `abort`
 * removes them, and the folders that were made for them.
 * @throws `sink-failed` where the folder exists and is not empty.
 */
export async function createNodeFolderSink(folder: string): Promise<MergeSink> {
	await requireEmpty(folder);
	return new FolderSink(folder);
}

async function requireEmpty(folder: string): Promise<void> {
	const entries = await readdir(folder).catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
		throw new RemeltError('sink-failed', `${folder} cannot be written to.`, {
			hint: 'Give --out a folder that does not exist yet.',
			details: { folder },
			cause: error,
		});
	});
	if (entries.length === 0) return;
	throw new RemeltError('sink-failed', `${folder} is not empty.`, {
		hint: 'Give --out an empty folder or one that does not exist yet; nothing is overwritten.',
		details: { folder, entries: entries.length },
	});
}

class FolderSink implements MergeSink {
	readonly #folder: string;
	readonly #parts: string[] = [];
	readonly #visible: string[] = [];
	/** The outermost folder that had to be made. */
	#made: string | undefined;
	#handle: FileHandle | null = null;
	#pending: Promise<unknown> = Promise.resolve();
	#aborted = false;

	constructor(folder: string) {
		this.#folder = folder;
	}

	async open(name: string, size: number): Promise<void> {
		await this.#step(async () => {
			if (this.#parts.length === 0) this.#made = await mkdir(this.#folder, { recursive: true });
			this.#parts.push(name);
			this.#handle = await open(this.#path(name) + PART, 'w');
			// Asks for the space now, so that a full disk is known before hours of work.
			await this.#handle.truncate(size);
		});
	}

	async write(bytes: Uint8Array): Promise<void> {
		await this.#step(async () => {
			for (let done = 0; done < bytes.byteLength;) {
				const result = await this.#handle?.write(bytes, done);
				if (result === undefined) throw new RangeError('no file is open');
				done += result.bytesWritten;
			}
		});
	}

	async close(): Promise<void> {
		await this.#step(async () => {
			await this.#handle?.datasync();
			await this.#handle?.close();
			this.#handle = null;
		});
	}

	async commit(): Promise<void> {
		await this.#step(async () => {
			for (const name of this.#parts) {
				await rename(this.#path(name) + PART, this.#path(name));
				this.#visible.push(name);
			}
		});
	}

	async abort(): Promise<void> {
		this.#aborted = true;
		await this.#pending.catch(() => undefined);
		await this.#handle?.close();
		this.#handle = null;
		for (const name of this.#parts) await rm(this.#path(name) + PART, { force: true });
		for (const name of this.#visible) await rm(this.#path(name), { force: true });
		await this.#removeMade();
	}

	/** Removes the folders that were made, as long as nobody else has put anything there. */
	async #removeMade(): Promise<void> {
		if (this.#made === undefined) return;
		const top = dirname(this.#made);
		for (let folder = this.#folder; folder !== top; folder = dirname(folder)) {
			const gone = await rmdir(folder).then(
				() => true,
				() => false,
			);
			if (!gone || folder === this.#made) return;
		}
	}

	#path(name: string): string {
		return join(this.#folder, name);
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
