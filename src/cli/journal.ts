import { readFile } from 'node:fs/promises';
import type { TensorResult } from '../merge/index.ts';

/**
 * One line of the journal beside an unfinished output: JSON, written after what it tells of.
 * `plan` comes first, then a `tensor` for each that was written, in plan order, then `commit`.
 */
export type JournalLine =
	| { readonly kind: 'plan'; readonly digest: string }
	| { readonly kind: 'tensor'; readonly result: TensorResult }
	/** All is written; these files are being moved to where they belong. */
	| { readonly kind: 'commit'; readonly files: readonly string[] };

/** What a journal tells of an earlier run. */
export interface Journal {
	readonly digest: string;
	/** Results of the first tensors. */
	readonly results: readonly TensorResult[];
	/** The files that were being moved when the run ended; null where it did not come that far. */
	readonly commit: readonly string[] | null;
}

/** JSON has no NaN and no infinities, and results may. */
const ODD = 'number:';

/** A line as it is appended. */
export function journalText(line: JournalLine): string {
	const replace = (_: string, value: unknown): unknown =>
		typeof value === 'number' && !Number.isFinite(value) ? `${ODD}${value}` : value;
	return `${JSON.stringify(line, replace)}\n`;
}

/**
 * Reads a journal as far as it is whole: a run that was killed may have left half a line. Null where
 * there is none, or nothing whole in it.
 */
export async function readJournal(path: string): Promise<Journal | null> {
	const text = await readFile(path, 'utf8').catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
		throw error;
	});
	const results: TensorResult[] = [];
	let digest: string | null = null;
	// What follows the last line break is half a line.
	for (const line of text.split('\n').slice(0, -1)) {
		const entry = parseLine(line);
		if (entry === null) break;
		if (entry.kind === 'plan') digest = entry.digest;
		else if (digest === null) break;
		else if (entry.kind === 'commit') return { digest, results, commit: entry.files };
		else if (entry.result.index !== results.length) break;
		else results.push(entry.result);
	}
	return digest === null ? null : { digest, results, commit: null };
}

function parseLine(line: string): JournalLine | null {
	const revive = (_: string, value: unknown): unknown =>
		typeof value === 'string' && value.startsWith(ODD) ? Number(value.slice(ODD.length)) : value;
	try {
		return JSON.parse(line, revive) as JournalLine;
	} catch {
		return null;
	}
}
