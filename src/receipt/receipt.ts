import { VERSION, type MergePlan, type Witness } from '../merge/index.ts';
import type { Recipe } from '../recipe/index.ts';
import { canonicalJson } from './canonical.ts';
import type { Lock, LockedModel } from './lockSchema.ts';
import { plainData } from './plainData.ts';
import {
	PREDICATE_TYPE,
	STATEMENT_TYPE,
	type Receipt,
	type ReceiptRun,
	type ReceiptTensor,
} from './receiptSchema.ts';
import type { TensorReport, VerificationReport } from './report.ts';
import { sha256 } from './sha256.ts';
import { count, float32Bits, float64Bits, outward } from './values.ts';

/** Limits of what a receipt says, for whoever has nothing but the receipt. */
export const DOES_NOT_PROVE: readonly string[] = [
	'Who made this receipt: it is not signed, and anybody can write one. A signature around it says who vouches for it.',
	'Anything about tensors and bytes that the coverage does not count.',
	'That this recipe is what the author ran: other recipes can come to the same weights.',
	'Who published the model, what the parents were trained on, and whether any of the models is safe or good.',
	'That Remelt is right: receipts of the same version share its errors. Another program that comes to the same is worth more than another receipt.',
];

/** Fine beside any interval of t or angle that can be found, coarse beside errors of Math.sin. */
const ANGLE_STEP = 2 ** -24;

/** The same for a witness's cosines, which are a few float32 apart. */
const COSINE_STEP = 2 ** -30;

/** What a receipt is made of. */
export interface ReceiptFacts {
	readonly plan: MergePlan;
	readonly recipe: Recipe;
	/** Made of the same plan and recipe, with the published model and digests of all of its files. */
	readonly lock: Lock;
	readonly report: VerificationReport;
	/** SHA-256 of the kernels' WASM. */
	readonly wasmSha256: string;
	/** What differs between runs. */
	readonly run: Omit<ReceiptRun, 'receiptSha256'>;
}

/**
 * A receipt of a verification. What it says apart from `run` depends on the models, the recipe and
 * Remelt's version only, and so does its digest.
 * @throws RangeError where the lock has no published model or no digests of its files: ask first
 */
export async function makeReceipt(facts: ReceiptFacts): Promise<Receipt> {
	const { plan, recipe, lock, report, wasmSha256 } = facts;
	const { level, finding, sentence, coverage, sampleSeed, causes } = report;
	const receipt: Receipt = {
		_type: STATEMENT_TYPE,
		subject: subjectsOf(lock.published),
		predicateType: PREDICATE_TYPE,
		predicate: {
			signed: false,
			definition: {
				methods: [...new Set(plan.tensors.map(({ method }) => method))].toSorted(),
				recipe: { sha256: lock.recipe.sha256, parsed: plainData({ ...recipe, text: undefined }) },
				lock,
			},
			engine: { version: VERSION, wasmSha256 },
			semantics: plan.semantics,
			level,
			finding,
			sentence,
			coverage: {
				tensors: coverage.tensors,
				of: coverage.of,
				bytes: count(coverage.bytes),
				ofBytes: count(coverage.ofBytes),
			},
			sampleSeed,
			tensors: report.tensors.map(tensorOf),
			causes: causes.map(({ code, text }) => ({ code, text })),
			doesNotProve: [...DOES_NOT_PROVE],
			run: { receiptSha256: '', ...facts.run },
		},
	};
	receipt.predicate.run.receiptSha256 = await receiptDigest(receipt);
	return receipt;
}

/**
 * The receipt's digest: SHA-256 of the canonical JSON of all but `predicate.run`, in lower-case hex. Two
 * readers of the same model get the same one, whatever they ran it on.
 */
export async function receiptDigest(receipt: Receipt): Promise<string> {
	return sha256(canonicalJson(digestedPart(receipt)));
}

/** All of a receipt but `predicate.run`. */
export function digestedPart(receipt: Receipt): object {
	const members = Object.entries(receipt.predicate).filter(([key]) => key !== 'run');
	return { ...receipt, predicate: Object.fromEntries(members) };
}

/** A receipt as it is kept: JSON with tabs. */
export function receiptText(receipt: Receipt): string {
	return `${JSON.stringify(receipt, null, '\t')}\n`;
}

function subjectsOf(published: LockedModel | null): Receipt['subject'] {
	if (published === null) throw new RangeError('a receipt is about a published model');
	const { repo, commit, files } = published;
	return Object.entries(files).map(([name, { size, sha256: digest, from }]) => {
		if (digest === null || from === null) throw new RangeError(`no digest of ${name}`);
		return {
			name,
			...(repo !== null && commit !== null && { uri: packageUrl(repo, commit, name) }),
			digest: { sha256: digest },
			annotations: { size: count(size), digest: from },
		};
	});
}

/** A file on the Hub, whatever mirror it is read from: https://github.com/package-url/purl-spec */
export function packageUrl(repo: string, commit: string, file: string): string {
	const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
	return `pkg:huggingface/${encode(repo)}@${commit}#${encode(file)}`;
}

function tensorOf(tensor: TensorReport): ReceiptTensor {
	const { name, dtype, shape, method, finding, branch, published, reason } = tensor;
	const { checked, differences, witness, claimed, found, theta } = tensor;
	return {
		name,
		dtype,
		shape: [...shape],
		method,
		finding,
		checked: count(checked),
		mismatch: optional(differences?.mismatch, count),
		maxUlp: differences?.maxUlp ?? null,
		histogram: optional(differences?.histogram, (counts) => counts.map(count)),
		signOfZero: optional(differences?.signOfZero, count),
		worst: optional(differences?.worst, count),
		witness: optional(witness, witnessOf),
		claimed: optional(claimed, float64Bits),
		found: optional(found, (ends) => outward(ends, ANGLE_STEP)),
		theta: optional(theta, (ends) => outward(ends, ANGLE_STEP)),
		branch,
		published,
		reason,
	};
}

function optional<T, U>(value: T | null | undefined, write: (value: T) => U): U | null {
	return value === null || value === undefined ? null : write(value);
}

function witnessOf({
	kind,
	branch,
	w0,
	w1,
	cosine,
	exact,
	others,
}: Witness): NonNullable<ReceiptTensor['witness']> {
	return {
		kind,
		branch,
		w0: float32Bits(w0),
		w1: float32Bits(w1),
		cosine: optional(cosine, (ends) => outward(ends, COSINE_STEP)),
		exact: float64Bits(exact),
		others,
	};
}
