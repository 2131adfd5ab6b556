import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism, platform, release } from 'node:os';
import { RemeltError } from '../errors/index.ts';
import { WASM_MODULE } from '../kernels/index.ts';
import {
	lockOf,
	makeReceipt,
	receiptDigest,
	receiptText,
	type Lock,
	type VerificationReport,
} from '../receipt/index.ts';
import type { PreparedRun } from './inputs.ts';
import { weightFiles } from './lockFile.ts';
import type { Terminal } from './terminal.ts';

export interface ReceiptSettings {
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
	readonly jobs: number | undefined;
	/** When verifying began, in milliseconds since 1970. */
	readonly began: number;
}

/** A receipt names the published files by their digests. @throws `http-status` where one is not known */
function requireDigests(lock: Lock): void {
	const open = Object.entries(lock.published?.files ?? {}).filter(
		([, file]) => file.sha256 === null,
	);
	if (open.length === 0) return;
	throw new RemeltError(
		'http-status',
		`There is no digest of ${open.map(([name]) => name).join(', ')}, which a receipt needs.`,
		{
			hint: 'The Hub tells digests of the files that it stores as LFS. Try again later, or verify a folder.',
			details: { files: open.length },
		},
	);
}

/** A receipt as text, and its digest. */
export interface WrittenReceipt {
	readonly text: string;
	readonly digest: string;
}

/**
 * Makes the receipt of a verification. Digests of weight files are quoted from the Hub, and taken of
 * files on disk, which are read for them.
 */
export async function receiptOf(
	run: PreparedRun,
	report: VerificationReport,
	{ terminal, signal, jobs = availableParallelism(), began }: ReceiptSettings,
): Promise<WrittenReceipt> {
	const { recipe, plan } = run.last;
	const verified = Date.now() - began;
	const lock = await lockOf(plan, {
		recipeText: recipe.text,
		files: await weightFiles(run, terminal, signal),
	});
	requireDigests(lock);
	const receipt = await makeReceipt({
		plan,
		recipe,
		lock,
		report,
		wasmSha256: createHash('sha256')
			.update(await readFile(WASM_MODULE))
			.digest('hex'),
		run: {
			time: new Date(began).toISOString(),
			where: 'cli',
			agent: `Node ${process.versions.node}, ${platform()} ${release()}`,
			backend: 'wasm',
			workers: report.level === 'full' || report.level === 'tensor' ? jobs : 0,
			retries: 0,
			milliseconds: { verifying: verified },
		},
	});
	return { text: receiptText(receipt), digest: await receiptDigest(receipt) };
}
