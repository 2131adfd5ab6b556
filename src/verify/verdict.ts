import type { Comparison, TaskVectorFormula } from '../kernels/index.ts';
import { angleOf, PUBLISHED } from '../merge/index.ts';
import type { MergeOutcome, MergePlan, PlannedTensor, TensorResult } from '../merge/index.ts';
import type { FloatDtype } from '../tensors/index.ts';
import { COSINE_REACH } from './witness/index.ts';

/** What a full comparison showed: design.md's verdicts as far as whole tensors decide them. */
export type VerdictWord =
	'identical' | 'explained' | 'close' | 'different' | 'undecidable' | 'incomplete';

/** A verdict with what it covers and why. */
export interface Verdict {
	readonly word: VerdictWord;
	/** One or two sentences: what was found, within which bound, and why that bound. */
	readonly reason: string;
	readonly tensors: { readonly compared: number; readonly of: number };
	readonly elements: { readonly identical: number; readonly compared: number };
	/** Tensors that agree in every bit given a recovered witness. */
	readonly witnesses: number;
	/** The element furthest from the published one; null where all are identical. */
	readonly worst: {
		readonly tensor: string;
		/** Row-major index within the tensor. */
		readonly element: number;
		readonly ulp: number;
	} | null;
}

/**
 * How far a great-circle slerp may be from mergekit's and still be called close. Two honest runs of
 * mergekit on different processors differ in 0.06 to 5.6 % of the bf16 elements, because its norms are
 * float32 sums; where the two weighted parents nearly cancel, a few elements differ by more.
 */
const GREAT_CIRCLE = { differing: 0.06, beyond: 0.001 } as const;

/** On the linear branch no norm enters, only the order of float32 operations. */
const LINEAR = { differing: 0.001, beyond: 0 } as const;

/** Elements that may differ in a tensor too small for shares to mean anything. */
const FEW = 2;

/** Largest distance that still counts as one rounding, as an index into a comparison's histogram. */
const NEAR_BUCKET = { BF16: 1, F16: 3, F32: 5 } as const;

/** Most ulps between two releases of mergekit that round a sum once or after each operation. */
const RELEASES_APART = 2;

/** Share of a tensor's elements that can differ by which of equal magnitudes a cut keeps. */
const EQUAL_MAGNITUDES = 0.1;

/** The same in a tensor of a few dozen elements, of which many have equal magnitudes. */
const EQUAL_FEW = 8;

/** Share of float32 elements that a norm's error can move by more than 16 ulps, where sums nearly cancel. */
const NORMS_FAR = 0.05;

type Judgement = 'identical' | 'explained' | 'close' | 'different' | 'undecidable';

/** Judges a run's comparison with the published model; null where there was none to compare with. */
export function judge(plan: MergePlan, outcome: MergeOutcome): Verdict | null {
	if (!(PUBLISHED in plan.models)) return null;
	const judged = outcome.results.flatMap((result) => {
		const tensor = plan.tensors[result.index];
		if (tensor === undefined || result.comparison === null) return [];
		const { comparison } = result;
		return [{ tensor, comparison, judgement: judgeTensor(tensor, result, comparison) }];
	});
	const has = (judgement: Judgement): boolean => judged.some((one) => one.judgement === judgement);
	const compared = judged.reduce((sum, { comparison }) => sum + comparison.elements, 0);
	const identical = judged.reduce((sum, { comparison }) => sum + comparison.identical, 0);
	const all = judged.length === plan.tensors.length && !hasExtra(plan);
	const word = has('different')
		? 'different'
		: !all
			? 'incomplete'
			: has('undecidable')
				? 'undecidable'
				: has('close')
					? 'close'
					: has('explained')
						? 'explained'
						: 'identical';
	const worst = worstOf(judged);
	const witnesses = judged.filter(({ judgement }) => judgement === 'explained').length;
	const zeros = judged.reduce((sum, { comparison }) => sum + comparison.signOfZero, 0);
	return {
		word,
		reason: reasonFor(word, { zeros, onlyZeros: identical === compared, witnesses, plan }),
		tensors: { compared: judged.length, of: plan.tensors.length },
		elements: { identical, compared },
		witnesses,
		worst,
	};
}

function hasExtra(plan: MergePlan): boolean {
	return plan.findings.some(({ code }) => code === 'published-extra');
}

function judgeTensor(
	tensor: PlannedTensor,
	result: TensorResult,
	comparison: Comparison,
): Judgement {
	const { elements, identical, signOfZero, histogram } = comparison;
	if (identical === elements) return signOfZero === 0 ? 'identical' : 'close';
	if (result.explanation?.witness) return 'explained';
	if (result.explanation?.refuted === true) return 'different';
	const { dtype, operation } = tensor;
	if (dtype !== 'BF16' && dtype !== 'F16' && dtype !== 'F32') return 'different';
	if (operation.kind === 'copy') return 'different';
	if (operation.kind === 'sum')
		return comparison.maxUlp <= RELEASES_APART ? 'undecidable' : 'different';
	if (operation.kind === 'task-vectors') return judgeTaskVectors(operation, dtype, comparison);
	// Without an angle, as in model_stock, norms decide as well.
	const circle = angleOf(result)?.branch !== 'linear';
	const bound = circle ? GREAT_CIRCLE : LINEAR;
	const beyond = histogram.slice(NEAR_BUCKET[dtype] + 1).reduce((sum, count) => sum + count, 0);
	const few = beyond <= Math.max(FEW, bound.beyond * elements);
	// A float32 shows the whole error of the author's norms, thousands of its ulps: not a roundings' question.
	if (dtype === 'F32') return few ? 'close' : circle ? 'undecidable' : 'different';
	const differing = elements - identical;
	return few && differing <= Math.max(FEW, bound.differing * elements) ? 'close' : 'different';
}

/** Random masks and the order of equal magnitudes are accidents of the author's run. */
function judgeTaskVectors(
	{ random, rescale, select }: TaskVectorFormula,
	dtype: FloatDtype,
	{ elements, identical, maxUlp, histogram }: Comparison,
): Judgement {
	if (random !== null) return 'undecidable';
	// A float32 shows the error of the norms by which what is kept was scaled up.
	const far = histogram.at(-1) ?? 0;
	if (dtype === 'F32' && rescale !== 'none' && far <= Math.max(FEW, NORMS_FAR * elements))
		return 'undecidable';
	if (select === 'none') return maxUlp <= RELEASES_APART ? 'undecidable' : 'different';
	const differing = elements - identical;
	return differing <= Math.max(EQUAL_FEW, EQUAL_MAGNITUDES * elements)
		? 'undecidable'
		: 'different';
}

function worstOf(
	judged: readonly { tensor: PlannedTensor; comparison: Comparison }[],
): Verdict['worst'] {
	const differing = judged.filter(({ comparison }) => comparison.maxUlp > 0);
	const worst = differing.toSorted((a, b) => b.comparison.maxUlp - a.comparison.maxUlp)[0];
	if (worst === undefined) return null;
	const { maxUlp, worstIndex } = worst.comparison;
	return { tensor: worst.tensor.name, element: worstIndex, ulp: maxUlp };
}

function reasonFor(
	word: VerdictWord,
	{
		zeros,
		onlyZeros,
		witnesses,
		plan,
	}: { zeros: number; onlyZeros: boolean; witnesses: number; plan: MergePlan },
): string {
	switch (word) {
		case 'identical':
			return 'Every bit of every tensor agrees with the published model.';
		case 'explained':
			return `Every bit of every tensor agrees with the published model, given the weights that slerp came to in ${witnesses === 1 ? 'one of them' : `${witnesses} of them`}: mergekit takes norms in float32, with an error that depends on the processor, so that nobody else can compute them. They were recovered from the published bits, and each belongs to a cosine within ${COSINE_REACH} of the exact one.`;
		case 'close':
			return onlyZeros
				? `The published model differs only in the sign of ${zeros} zeros.`
				: 'The differences stay within what two honest runs of mergekit can show: it takes slerp’s norms in float32, with an error that depends on the processor. The bound is, per tensor, 6 % of the elements, and one in a thousand further away than one rounding. A slightly different t is not excluded.';
		case 'undecidable':
			return undecidableReason(plan);
		case 'different':
			return 'The published weights do not follow from these parents by this recipe, as far as rounding can explain. Likely causes: another value of a parameter, parents swapped, another revision of a parent, or a change afterwards.';
		case 'incomplete': {
			const causes = plan.findings.filter(({ code }) => code.startsWith('published-'));
			return causes.map(({ message }) => message).join(' ') || 'Not every tensor was compared.';
		}
	}
}

/** What an honest author's run may have had that nobody recorded. */
function undecidableReason({ tensors, semantics }: MergePlan): string {
	const operations = tensors.map(({ operation }) => operation);
	if (operations.some((one) => one.kind === 'task-vectors' && one.random !== null))
		return 'The method drops elements at random, by a seed that is in no recipe: with another seed other elements differ, and comparing cannot tell that from another recipe.';
	if (operations.some((one) => one.kind === 'task-vectors' && one.select !== 'none'))
		return 'The differences may come from which of equal magnitudes the author’s mergekit kept at the cut, or from another recipe: comparing cannot tell.';
	if (operations.some((one) => one.kind === 'sum' || one.kind === 'task-vectors'))
		return `The differences are as small as those between releases of mergekit that round elsewhere than ${semantics} does, or come from another recipe: comparing cannot tell.`;
	return 'The differences may come from mergekit’s float32 norms, whose error a float32 result shows in full, or from another recipe: comparing cannot tell.';
}
