import { PUBLISHED } from '../merge/index.ts';
import type { SourceFile } from '../merge/index.ts';
import { lockOf, makeReceipt, receiptDigest, receiptText } from '../receipt/index.ts';
import type { VerificationReport } from '../receipt/index.ts';
import type { OpenedModel } from './models.ts';
import type { Planned } from './planned.ts';

/** What making a receipt does to the world. */
export interface ReceiptEffects {
	/** Digests of a repository's large files as the Hub says them, by path; empty where it says none. */
	readonly digests: (location: {
		base: string;
		repo: string;
		revision: string;
	}) => Promise<ReadonlyMap<string, string>>;
	/** The module of the kernels that did the arithmetic. */
	readonly kernelBytes: () => Promise<Uint8Array>;
	/** Milliseconds since 1970. */
	readonly time: () => number;
	/** What the browser calls itself. */
	readonly agent: string;
}

/** What was found, and how it was come by. */
export interface Verified {
	readonly report: VerificationReport;
	readonly backend: string;
	readonly workers: number;
	readonly seconds: number;
}

/** A receipt to be saved, or why there is none. */
export type PageReceipt =
	| { readonly kind: 'made'; readonly text: string; readonly digest: string }
	| { readonly kind: 'refused'; readonly reason: string };

/** Why there is no receipt of what was made of a reader's own folders. */
export const NO_FOLDERS =
	'There is no receipt of folders of yours: a receipt names every weight file by its digest, which nobody has said. At a terminal, Remelt takes the digests.';

/**
 * The receipt of what a page found. Digests of weight files are quoted from the Hub; where it does not
 * say all of them there is no receipt. Rejects as `effects.digests` and `effects.kernelBytes` do.
 */
export async function makePageReceipt(
	{ plan, recipe, models }: Planned,
	{ report, backend, workers, seconds }: Verified,
	effects: ReceiptEffects,
): Promise<PageReceipt> {
	const files: Record<string, Record<string, SourceFile>> = {};
	if ([...models.values()].some(({ forWorker }) => forWorker.kind !== 'hub'))
		return { kind: 'refused', reason: NO_FOLDERS };
	for (const [reference, model] of models) {
		const described = await quoteDigests(model, effects);
		if (described === null) {
			const name = reference === PUBLISHED ? 'the published model' : reference;
			const reason = `The Hub does not say the digests of the weight files of ${name}, and a receipt names every file by its digest.`;
			return { kind: 'refused', reason };
		}
		files[reference] = described;
	}
	const milliseconds = Math.round(seconds * 1000);
	const receipt = await makeReceipt({
		plan,
		recipe,
		lock: await lockOf(plan, { recipeText: recipe.text, files }),
		report,
		wasmSha256: await sha256(await effects.kernelBytes()),
		run: {
			time: new Date(effects.time()).toISOString(),
			where: 'page',
			agent: effects.agent,
			backend,
			workers,
			retries: 0,
			milliseconds: { verifying: milliseconds },
		},
	});
	return { kind: 'made', text: receiptText(receipt), digest: await receiptDigest(receipt) };
}

/** A model's weight files with their digests; null where one of them is not said. */
async function quoteDigests(
	{ forWorker, headers }: OpenedModel,
	effects: ReceiptEffects,
): Promise<Record<string, SourceFile> | null> {
	if (forWorker.kind !== 'hub') return null;
	const { base, repo, revision } = forWorker;
	const digests = await effects.digests({ base, repo, revision });
	const described: Record<string, SourceFile> = {};
	for (const [name, { size }] of headers.files) {
		const sha256 = digests.get(name);
		if (sha256 === undefined) return null;
		described[name] = { size, sha256, from: 'hub' };
	}
	return described;
}

async function sha256(bytes: Uint8Array): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
