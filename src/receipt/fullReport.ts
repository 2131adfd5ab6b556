import { angleOf } from '../merge/index.ts';
import type { MergeOutcome, MergePlan, PlannedTensor, TensorResult } from '../merge/index.ts';
import { judge, summarize, type Verdict } from '../verify/index.ts';
import type {
	Cause,
	Differences,
	FindingWord,
	TensorReport,
	VerificationReport,
} from './report.ts';

export interface FullReportOptions {
	/** SHA-256 digests of published tensors by name, where somebody took them. */
	readonly published?: ReadonlyMap<string, string> | undefined;
}

/**
 * A comparison of all bytes as a report. `verdict` is what `judge` says of the same plan and outcome;
 * tensors are judged one by one by the same rules.
 */
export function reportOfFull(
	plan: MergePlan,
	outcome: MergeOutcome,
	verdict: Verdict,
	{ published }: FullReportOptions = {},
): VerificationReport {
	const results = new Map(outcome.results.map((result) => [result.index, result]));
	const tensors = plan.tensors.map((tensor, index): TensorReport => {
		const result = results.get(index) ?? null;
		const digest = published?.get(tensor.name) ?? null;
		return { ...tensorReport(plan, tensor, result), published: digest };
	});
	const compared = plan.tensors.filter((_, index) => results.get(index)?.comparison != null);
	return {
		level: 'full',
		finding: verdict.word,
		sentence: summarize(plan, outcome).sentence,
		coverage: {
			tensors: compared.length,
			of: plan.tensors.length,
			bytes: sumOfBytes(compared),
			ofBytes: sumOfBytes(plan.tensors),
		},
		tensors,
		causes: causesOf(plan, verdict),
		sampleSeed: null,
	};
}

const REFUTED =
	'No number that the author’s mergekit can have come to gives the published bits from these parents with this t.';

function sumOfBytes(tensors: readonly PlannedTensor[]): number {
	return tensors.reduce((sum, { bytes }) => sum + bytes, 0);
}

function tensorReport(
	plan: MergePlan,
	tensor: PlannedTensor,
	result: TensorResult | null,
): Omit<TensorReport, 'published'> {
	const { name, dtype, shape, method, operation } = tensor;
	const angle = angleOf(result);
	const theta = angle === null ? null : Math.acos(Math.min(1, Math.max(-1, angle.cosine)));
	return {
		name,
		dtype,
		shape,
		method,
		finding: result === null ? 'incomplete' : findingOf(plan, tensor, result),
		checked: result?.comparison?.elements ?? 0,
		differences: result === null ? null : differencesOf(result),
		witness: result?.explanation?.witness ?? null,
		claimed: operation.kind === 'slerp' || operation.kind === 'nuslerp' ? operation.t : null,
		found: null,
		theta: theta === null ? null : [theta, theta],
		branch: angle?.branch ?? null,
		reason: result?.explanation?.refuted === true ? REFUTED : null,
	};
}

/** What `judge` says of a model that has this tensor only. */
function findingOf(plan: MergePlan, tensor: PlannedTensor, result: TensorResult): FindingWord {
	const alone: MergePlan = { ...plan, tensors: [tensor], findings: [] };
	const outcome: MergeOutcome = { results: [{ ...result, index: 0 }], bytesRead: 0 };
	return judge(alone, outcome)?.word ?? 'incomplete';
}

function differencesOf({ comparison }: TensorResult): Differences | null {
	if (comparison === null) return null;
	const { elements, identical, maxUlp, histogram, signOfZero, worstIndex } = comparison;
	const mismatch = elements - identical;
	return { mismatch, maxUlp, histogram, signOfZero, worst: mismatch === 0 ? null : worstIndex };
}

/** What keeps a model from being identical: the verdict's reason, and what the published files lack. */
function causesOf(plan: MergePlan, { word, reason }: Verdict): Cause[] {
	if (word === 'identical') return [];
	const files = plan.findings
		.filter(({ code }) => code.startsWith('published-'))
		.map(({ code, message }) => ({ code, text: message }));
	return word === 'incomplete' && files.length > 0
		? files
		: [{ code: word, text: reason }, ...files];
}
