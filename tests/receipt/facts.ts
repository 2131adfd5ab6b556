import type { Comparison } from '../../src/kernels/index.ts';
import { planMerge } from '../../src/merge/index.ts';
import type {
	MergeOutcome,
	MergePlan,
	SourceFile,
	TensorResult,
	Witness,
} from '../../src/merge/index.ts';
import { lockOf, makeReceipt, reportOfFull } from '../../src/receipt/index.ts';
import type { Lock, Receipt, ReceiptFacts } from '../../src/receipt/index.ts';
import type { Recipe } from '../../src/recipe/index.ts';
import type { ModelHeaders } from '../../src/tensors/index.ts';
import { judge } from '../../src/verify/index.ts';
import { headersOf, recipeOf, tinyModel, type TinyModelOptions } from '../support/tinyModel.ts';

export const COMMITS = { a: 'a'.repeat(40), b: 'b'.repeat(40), published: 'c'.repeat(40) } as const;

export const SLERP =
	'models: [{model: a}, {model: b}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: [0, 0.3, 1]}\n';

/** Elements per tensor. */
export const ELEMENTS = 10_000;

/** Headers as the Hub gives them: with a commit. */
export function hubHeaders(
	id: string,
	revision: string,
	options: TinyModelOptions = {},
): ModelHeaders {
	const { headers } = tinyModel(id, { layers: 2, elements: ELEMENTS, ...options });
	return { ...headers, id, revision };
}

/** A plan of a small slerp with a published model, all of them on the Hub. */
export function slerpPlan(
	options: { readonly published?: TinyModelOptions; readonly recipe?: Recipe } = {},
): MergePlan {
	return planMerge(options.recipe ?? recipeOf(SLERP), {
		headers: new Map([
			['a', hubHeaders('o/a', COMMITS.a)],
			['b', hubHeaders('o/b', COMMITS.b)],
		]),
		published: hubHeaders('o/p', COMMITS.published, options.published),
	});
}

/** A plan of models in folders. */
export function folderPlan(): MergePlan {
	const [a, b] = [tinyModel('a', { layers: 1 }), tinyModel('b', { layers: 1 })];
	return planMerge(recipeOf(SLERP), { headers: headersOf({ a, b }), published: a.headers });
}

const files = (digit: string, from: SourceFile['from'] = 'hub'): Record<string, SourceFile> => ({
	'model.safetensors': { size: 123_456, sha256: digit.repeat(64), from },
});

export const FILES = { a: files('1'), b: files('2'), published: files('3') } as const;

export async function slerpLock(plan: MergePlan): Promise<Lock> {
	return lockOf(plan, { recipeText: SLERP, files: FILES });
}

/** Counts of a tensor of which `near` elements are one ulp away. */
export function comparisonOf(near: number): Comparison {
	return {
		elements: ELEMENTS,
		identical: ELEMENTS - near,
		maxUlp: near > 0 ? 1 : 0,
		histogram: [ELEMENTS - near, near, 0, 0, 0, 0, 0],
		signOfZero: 0,
		worstIndex: near > 0 ? 42 : 0,
	};
}

export const WITNESS: Witness = {
	kind: 'slerp',
	branch: 'great-circle',
	w0: Math.fround(0.7),
	w1: Math.fround(0.31),
	cosine: [0.4999, 0.5001],
	exact: 0.5,
	others: 1,
};

/** By index, how many elements differ; null: the tensor was not compared. */
export type Near = (index: number) => number | null;

/** A run in which tensors differ as `near` says, by index; null: it was not compared. */
export function outcomeOf(plan: MergePlan, near: Near = () => 0): MergeOutcome {
	const results = plan.tensors.map((_, index): TensorResult => {
		const angle = { t: 0.3, cosine: 0.5, branch: 'great-circle', w0: 0.7, w1: 0.31 } as const;
		const outcome = { angle, kept: [], ratio: null, weights: null };
		const differing = near(index);
		const comparison = differing === null ? null : comparisonOf(differing);
		return { index, outcome, digests: null, comparison, explanation: null, bytesRead: 0 };
	});
	return { results, bytesRead: 0 };
}

export const RUN: ReceiptFacts['run'] = {
	time: '2026-11-25T12:00:00Z',
	where: 'cli',
	agent: 'Node 24 on Linux',
	backend: 'wasm',
	workers: 4,
	retries: 0,
	milliseconds: { all: 12_345.5 },
};

/** All that a receipt of a small slerp is made of. */
export async function slerpFacts(near?: Near): Promise<ReceiptFacts> {
	return factsOf(slerpPlan(), near);
}

/** All that a receipt of a plan is made of. */
export async function factsOf(plan: MergePlan, near: Near = () => 0): Promise<ReceiptFacts> {
	const outcome = outcomeOf(plan, near);
	const verdict = judge(plan, outcome);
	if (verdict === null) throw new Error('the plan has a published model');
	return {
		plan,
		recipe: recipeOf(SLERP),
		lock: await slerpLock(plan),
		report: reportOfFull(plan, outcome, verdict),
		wasmSha256: 'd'.repeat(64),
		run: RUN,
	};
}

/** A receipt of a small slerp; with a witness and all optional facts where `rich`. */
export async function slerpReceipt(near?: Near, rich = false): Promise<Receipt> {
	const facts = await slerpFacts(near);
	if (!rich) return makeReceipt(facts);
	const tensors = facts.report.tensors.map((tensor) => ({
		...tensor,
		published: 'e'.repeat(64),
		witness: WITNESS,
		found: [0.1, 0.9] as const,
		reason: 'Rounding.',
	}));
	return makeReceipt({ ...facts, report: { ...facts.report, tensors } });
}
