import { findSemantics, type Semantics } from '../recipe/index.ts';
import type { MergeOutcome, MergePlan, PlannedTensor, TensorResult, TiesOrder } from './types.ts';

/** The file's name in a merged folder. */
export const REMELT_JSON = 'remelt.json';

/** A written file's size and SHA-256 digest in lower-case hex. */
export interface FileDigest {
	readonly name: string;
	readonly size: number;
	/** null where nobody took it: of weight files, whose tensors have digests of their own. */
	readonly sha256: string | null;
}

/** What is known of a whole weight file that was read from. */
export interface SourceFile {
	readonly size: number;
	/** null where nobody said it and nobody took it. */
	readonly sha256: string | null;
	/** Who says so: the Hub, or we, who read all of it. */
	readonly from: 'hub' | 'read' | null;
}

export interface RemeltJsonFacts {
	/** Remelt's version. */
	readonly version: string;
	readonly plan: MergePlan;
	readonly outcome: MergeOutcome;
	/** The model that the tokenizer files were taken from; null where there were none. */
	readonly tokenizer: string | null;
	/** Model reference -> weight files by name. */
	readonly sources: Readonly<Record<string, Readonly<Record<string, SourceFile>>>>;
	/** Every other file that was written. */
	readonly files: readonly FileDigest[];
	/** What was said of models that were made on the way, by reference. */
	readonly merges?: Readonly<Record<string, RemeltJson>> | undefined;
}

/** What `remelt.json` says: how an output was made, from which bytes, and which bytes it came to. */
export interface RemeltJson {
	readonly remelt: string;
	readonly method: string;
	/** By name and in full: names are given anew, flags are not. */
	readonly semantics: Semantics;
	readonly seed: number | null;
	readonly ties: TiesOrder;
	readonly tokenizer: string | null;
	readonly models: Readonly<
		Record<
			string,
			{
				readonly id: string;
				readonly revision: string;
				readonly files: readonly (SourceFile & { readonly name: string })[];
			}
		>
	>;
	readonly tensors: readonly TensorRecord[];
	readonly files: readonly FileDigest[];
	/** Merges whose results this one reads, and which are not kept themselves. */
	readonly merges: Readonly<Record<string, RemeltJson>>;
}

interface TensorRecord {
	readonly name: string;
	readonly file: string;
	/** The place in its file. */
	readonly start: number;
	readonly end: number;
	readonly sha256: string | null;
	readonly inputs: readonly {
		readonly model: string;
		readonly tensor: string;
		readonly file: string;
		readonly start: number;
		readonly end: number;
		readonly sha256: string | null;
	}[];
}

/**
 * The text of `remelt.json`. It depends on what was merged and what it came to, not on when, where, or
 * with how many workers: two runs that agree write the same bytes.
 */
export function remeltJson(facts: RemeltJsonFacts): string {
	const { plan, outcome } = facts;
	const { name, date, ...flags } = findSemantics(plan.semantics);
	const results = new Map(outcome.results.map((result) => [result.index, result]));
	const content: RemeltJson = {
		remelt: facts.version,
		method: plan.method,
		semantics: { name, date, ...flags },
		seed: plan.seed,
		ties: plan.ties,
		tokenizer: facts.tokenizer,
		models: modelsOf(facts),
		tensors: plan.tensors.map((tensor, index) => tensorRecord(tensor, results.get(index))),
		files: facts.files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
		merges: facts.merges ?? {},
	};
	return `${JSON.stringify(content, null, '\t')}\n`;
}

function modelsOf({ plan, sources }: RemeltJsonFacts): RemeltJson['models'] {
	const models = Object.entries(plan.models).map(([reference, { id, revision }]) => {
		const files = Object.entries(sources[reference] ?? {}).map(
			([name, { size, sha256, from }]) => ({ name, size, sha256, from }),
		);
		return [reference, { id, revision, files }] as const;
	});
	return Object.fromEntries(models);
}

function tensorRecord(tensor: PlannedTensor, result: TensorResult | undefined): TensorRecord {
	const { name, file, offset, bytes } = tensor;
	const digests = result?.digests ?? null;
	return {
		name,
		file,
		start: offset,
		end: offset + bytes,
		sha256: digests?.output ?? null,
		inputs: tensor.inputs.map((input, index) => ({
			model: input.model,
			tensor: input.tensor,
			file: input.file,
			start: input.start,
			end: input.end,
			sha256: digests?.inputs[index] ?? null,
		})),
	};
}
