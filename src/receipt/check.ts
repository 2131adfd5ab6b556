import { checkArithmetic } from './arithmetic.ts';
import { checkFindings } from './ladder.ts';
import { parseWith, type Parsed, type Problem } from './problems.ts';
import { receiptDigest } from './receipt.ts';
import { PREDICATE_TYPE, receiptSchema, STATEMENT_TYPE, type Receipt } from './receiptSchema.ts';
import { parseStrictJson } from './strictJson.ts';

/** What checking a receipt came to. */
export type ReceiptCheck =
	/** It is no receipt of this version, and nothing more can be said. */
	| { readonly kind: 'malformed'; readonly problems: readonly Problem[] }
	| {
			readonly kind: 'read';
			readonly receipt: Receipt;
			/** SHA-256 of its canonical JSON without `run`, taken now. */
			readonly digest: string;
			/** Empty: it is whole, and its numbers agree with one another. */
			readonly problems: readonly Problem[];
	  };

/**
 * Checks a receipt by itself: its schema, its digest, and whether its counts and findings follow from
 * one another. That shows accidents and careless edits; who writes a receipt can make it agree with
 * itself, so that only running the merge again, or a signature, shows more. Never rejects for what
 * is in the text.
 */
export async function checkReceipt(text: string): Promise<ReceiptCheck> {
	const parsed = parseReceipt(text);
	if (!parsed.ok) return { kind: 'malformed', problems: parsed.problems };
	const receipt = parsed.value;
	const digest = await receiptDigest(receipt);
	const { receiptSha256 } = receipt.predicate.run;
	const changed: Problem = {
		path: 'predicate.run.receiptSha256',
		message: `The receipt’s digest is ${digest}, and it says ${receiptSha256}: something was changed after it was written.`,
		hint: 'Do not rely on it; get it from where it was published, or verify the model again.',
	};
	const problems = [
		...(digest === receiptSha256 ? [] : [changed]),
		...checkArithmetic(receipt),
		...checkFindings(receipt),
	];
	return { kind: 'read', receipt, digest, problems };
}

/** Reads a receipt and checks its schema; what is wrong is said with its key. Never throws. */
export function parseReceipt(text: string): Parsed<Receipt> {
	const json = parseStrictJson(text);
	if (!json.ok) return json;
	const other = otherKind(json.value);
	if (other !== null) return { ok: false, problems: [other] };
	return parseWith(receiptSchema, json.value, 'Receipts');
}

/** One plain sentence instead of all that a document of another kind lacks. */
function otherKind(data: unknown): Problem | null {
	const { _type, predicateType, payloadType }: Readonly<Record<string, unknown>> =
		typeof data === 'object' && data !== null ? { ...data } : {};
	if (payloadType !== undefined || _type !== STATEMENT_TYPE)
		return {
			path: '_type',
			message:
				payloadType === undefined
					? 'The file is no receipt: it is no in-toto statement.'
					: 'The file is a signed envelope, with a statement inside.',
			hint:
				payloadType === undefined
					? `Its key "_type" has to be "${STATEMENT_TYPE}".`
					: 'Check its signature with the tool that made it, take out the payload (base64), and check that.',
		};
	if (predicateType === PREDICATE_TYPE) return null;
	return {
		path: 'predicateType',
		message: `The statement is none of Remelt’s receipts: its type is ${JSON.stringify(predicateType ?? null)}.`,
		hint: `This Remelt reads ${PREDICATE_TYPE}.`,
	};
}
