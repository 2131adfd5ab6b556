import type { MergePlan, PlannedTensor } from '../merge/index.ts';
import type { SpotCause, SpotFinding, SpotPlan, SpotSummary } from '../verify/index.ts';
import type { Cause, TensorReport, VerificationReport } from './report.ts';

/** A spot check as a report. */
export function reportOfSpot(
	plan: MergePlan,
	spot: SpotPlan,
	findings: readonly SpotFinding[],
	summary: SpotSummary,
): VerificationReport {
	const found = new Map(findings.map((finding) => [finding.index, finding]));
	const windows = new Map(spot.windows.map((window) => [window.index, window]));
	const bytes = findings.reduce((sum, { index }) => {
		const range = windows.get(index)?.published;
		return range === undefined ? sum : sum + range.end - range.start;
	}, 0);
	return {
		level: 'spot',
		finding: summary.finding,
		sentence: summary.sentence,
		coverage: {
			tensors: findings.length,
			of: plan.tensors.length,
			bytes,
			ofBytes: plan.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0),
		},
		tensors: plan.tensors.map((tensor, index) => tensorReport(tensor, found.get(index) ?? null)),
		causes: summary.causes.map(causeOf),
		sampleSeed: spot.sampleSeed,
	};
}

function tensorReport(tensor: PlannedTensor, finding: SpotFinding | null): TensorReport {
	const { name, dtype, shape, method } = tensor;
	const about = { name, dtype, shape, method, witness: null, published: null };
	if (finding === null)
		return {
			...about,
			finding: 'incomplete',
			checked: 0,
			differences: null,
			claimed: null,
			found: null,
			theta: null,
			branch: null,
			reason: 'The published model has no such tensor of this dtype and shape.',
		};
	const { checked, mismatch, maxUlp, worst, claimed, found, theta, branch, reason } = finding;
	return {
		...about,
		finding: finding.finding,
		checked,
		differences:
			maxUlp === null ? null : { mismatch, maxUlp, histogram: null, signOfZero: null, worst },
		claimed,
		found,
		theta,
		branch,
		reason,
	};
}

const CAUSES: Readonly<Record<SpotCause, string>> = {
	'another-t': 'The published tensors are slerps of these parents with another t.',
	swapped: 'The parents have changed places, or t stands for 1 − t.',
	'other-weights': 'The published tensors are sums of these parents with other weights.',
	'altered-elements': 'All but a few elements are as claimed: they were altered afterwards.',
	'another-dtype': 'The tensors were rounded to a coarser dtype on the way.',
	'another-method': 'The tensors were made of these parents in another way.',
	unexplained:
		'No weights of these parents give the published elements: another parent or another revision of one, another method, or a change afterwards, as by a fine-tune.',
};

function causeOf({ cause, tensors }: SpotSummary['causes'][number]): Cause {
	const [first = ''] = tensors;
	const where = tensors.length === 1 ? first : `${first} and ${tensors.length - 1} more`;
	return { code: cause, text: `${CAUSES[cause]} (${where})` };
}
