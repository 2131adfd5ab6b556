import { angleOf, scaleOf } from '../merge/index.ts';
import type { MergeOutcome, MergePlan, PlannedTensor, TensorResult } from '../merge/index.ts';
import { judge, type Verdict } from './verdict.ts';

/** What was done to one tensor, in one word. */
export type Treatment = 'slerped' | 'averaged' | 'merged' | 'copied' | 'scaled' | 'set to zero';

/** One line of a result's table. */
export interface SummaryRow {
	/** Index in the plan. */
	readonly index: number;
	readonly name: string;
	readonly kind: string;
	readonly layer: number | null;
	readonly treatment: Treatment;
	/** slerp only. */
	readonly t: number | null;
	/** Between the parents, in degrees; slerp only. */
	readonly angle: number | null;
	readonly branch: 'great-circle' | 'linear' | null;
	/** Share of elements that are identical to the published ones; null where none were compared. */
	readonly identical: number | null;
	/** Largest distance from the published element in ulps. */
	readonly maxUlp: number | null;
}

export interface Summary {
	/** What a result begins with. */
	readonly sentence: string;
	/** null where there was no published model to compare with. */
	readonly verdict: Verdict | null;
	/** In plan order. */
	readonly rows: readonly SummaryRow[];
}

const COUNT = new Intl.NumberFormat('en');

/**
 * A run's outcome for a reader: what was done to how many tensors, how the result compares with the
 * published model, and a row per tensor. A rehearsal is said to be one and is never compared.
 */
export function summarize(
	plan: MergePlan,
	outcome: MergeOutcome,
	options: { readonly rehearsal?: boolean | undefined } = {},
): Summary {
	const rows = outcome.results.flatMap((result) => {
		const tensor = plan.tensors[result.index];
		return tensor === undefined ? [] : [rowOf(tensor, result)];
	});
	const done = countTreatments(rows);
	if (options.rehearsal === true) {
		const sentence = `On toy weights ${done}, which says nothing about the real model.`;
		return { sentence, verdict: null, rows };
	}
	const verdict = judge(plan, outcome);
	const first = `${done.charAt(0).toUpperCase()}${done.slice(1)}.`;
	return { sentence: verdict ? `${first} ${comparedSentence(verdict)}` : first, verdict, rows };
}

function rowOf(tensor: PlannedTensor, result: TensorResult): SummaryRow {
	const { index, comparison } = result;
	const angle = angleOf(result);
	const { name, kind, layer } = tensor;
	return {
		index,
		name,
		kind,
		layer,
		treatment: treatmentOf(tensor, angle),
		t: angle?.t ?? null,
		angle: angle === null ? null : degrees(angle.cosine),
		branch: angle?.branch ?? null,
		identical: comparison === null ? null : share(comparison.identical, comparison.elements),
		maxUlp: comparison?.maxUlp ?? null,
	};
}

function treatmentOf({ operation }: PlannedTensor, angle: ReturnType<typeof angleOf>): Treatment {
	const scale = scaleOf(operation);
	if (scale !== null) return scale === 0 ? 'set to zero' : 'scaled';
	switch (operation.kind) {
		case 'copy':
			return 'copied';
		case 'sum':
			return 'averaged';
		case 'slerp':
		case 'nuslerp':
			return angle?.branch === 'linear' ? 'averaged' : 'slerped';
		case 'model-stock':
		case 'task-vectors':
			return 'merged';
	}
}

/** The angle of a cosine in degrees; rounding may take a cosine beyond 1. */
function degrees(cosine: number): number {
	return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
}

/** `9 of 291 tensors were slerped, the rest averaged`. */
function countTreatments(rows: readonly SummaryRow[]): string {
	const order: readonly Treatment[] = [
		'slerped',
		'merged',
		'averaged',
		'copied',
		'scaled',
		'set to zero',
	];
	const counts = order
		.map((treatment) => ({
			treatment,
			count: rows.filter((row) => row.treatment === treatment).length,
		}))
		.filter(({ count }) => count > 0);
	const [first, second, ...more] = counts;
	const total = `${COUNT.format(rows.length)} ${rows.length === 1 ? 'tensor' : 'tensors'}`;
	if (first === undefined) return 'no tensors were merged';
	if (second === undefined)
		return rows.length === 1
			? `the one tensor was ${first.treatment}`
			: `all ${total} were ${first.treatment}`;
	const start = `${COUNT.format(first.count)} of ${total} ${first.count === 1 ? 'was' : 'were'} ${first.treatment}`;
	if (more.length === 0) return `${start}, the rest ${second.treatment}`;
	const others = [second, ...more].map(
		({ treatment, count }) => `${COUNT.format(count)} ${treatment}`,
	);
	return `${start}, ${others.slice(0, -1).join(', ')} and ${others.at(-1) ?? ''}`;
}

function comparedSentence({ word, elements, tensors, witnesses, worst }: Verdict): string {
	const { identical, compared } = elements;
	if (compared === 0) return 'Nothing could be compared with the published weights.';
	const among =
		tensors.compared === tensors.of
			? ''
			: ` in the ${COUNT.format(tensors.compared)} tensors that could be compared`;
	if (word === 'identical')
		return `All ${COUNT.format(compared)} elements are identical to the published weights, bit for bit.`;
	if (word === 'explained')
		return `All ${COUNT.format(compared)} elements are identical to the published weights, bit for bit, with the ${witnesses === 1 ? 'cosine that one slerp' : `cosines that ${COUNT.format(witnesses)} slerps`} came to on the author’s machine.`;
	if (identical === compared)
		return `All ${COUNT.format(compared)} elements${among} equal the published ones.`;
	const ulp = worst?.ulp ?? 0;
	const furthest =
		ulp >= 2 ** 32 - 1
			? `in ${worst?.tensor ?? ''} one of the two is not a number`
			: `the furthest is ${COUNT.format(ulp)} ulp away, in ${worst?.tensor ?? ''}`;
	return `${percent(share(identical, compared))} of the elements${among} are identical to the published weights; ${furthest}.`;
}

function share(part: number, whole: number): number {
	return whole === 0 ? 1 : part / whole;
}

/** A share in percent, rounded down, but not to 0: what is not all never reads as 100 %. */
export function percent(value: number): string {
	if (value === 1) return '100 %';
	if (value === 0) return '0 %';
	const digits = value > 0.99 || value < 0.01 ? 4 : 2;
	const scale = 10 ** digits;
	const shown = Math.max(1, Math.floor(value * 100 * scale)) / scale;
	return `${shown.toFixed(digits)} %`;
}
