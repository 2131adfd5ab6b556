import type { TaskVectorFormula } from '../../kernels/index.ts';
import { isFew } from './checkCopy.ts';
import { judgeWeights } from './checkSum.ts';
import {
	compareWindow,
	computeWindow,
	findingOf,
	inputValues,
	type FloatSample,
} from './context.ts';
import { boundsOf, rounder, valuesOf, type Bounds } from '../floats.ts';
import { Choices, factorsOf, MOST_TERMS, thins } from './terms.ts';
import { elementsText } from './texts.ts';
import type { SpotFinding } from './types.ts';

/** Elements on which it is tried whether a wrong window would be noticed. */
const POWER_ELEMENTS = 1024;

/** A window of which less would be noticed says nothing. */
const LEAST_POWER = 0.02;

/** Combinations of terms and elements that are tried, at most. */
const MOST_WORK = 2 ** 20;

/** Sums of task vectors: exactly, or where elements are dropped, element by element. */
export async function checkTerms(
	sample: FloatSample,
	spec: TaskVectorFormula,
): Promise<SpotFinding> {
	const dropping = spec.terms.some((_, i) => thins(spec, i));
	if (!dropping) return checkWhole(sample, spec);
	if (spec.terms.length > MOST_TERMS)
		return findingOf(sample, {
			finding: 'undecidable',
			reason: `Of ${spec.terms.length} models elements are dropped, and so many allow almost any value.`,
		});
	return checkMembership(sample, spec);
}

/** Nothing is dropped: a formula like any other. */
async function checkWhole(sample: FloatSample, spec: TaskVectorFormula): Promise<SpotFinding> {
	const specs = [spec, ...(['F32', sample.own] as const).map((work) => ({ ...spec, work }))];
	const comparisons = [];
	for (const one of specs)
		comparisons.push(compareWindow(sample, await computeWindow(sample, one)));
	const [own] = comparisons;
	const same = comparisons.find(({ identical, elements }) => identical === elements);
	if (own === undefined) throw new RangeError('nothing was compared');
	if (same !== undefined)
		return findingOf(sample, {
			finding: same.signOfZero === 0 ? 'agrees' : 'close',
			maxUlp: 0,
			reason:
				same.signOfZero === 0
					? 'Every element is what the recipe gives.'
					: `Every element is what the recipe gives, but for the sign of ${elementsText(same.signOfZero)} that are zero.`,
		});
	const { inputs, target } = deltasOf(sample, spec);
	const total = spec.terms.reduce((sum, { weight }) => sum + weight, 0);
	const scale = (spec.normalize && Math.abs(total) >= 1e-8 ? 1 / total : 1) * spec.lambda;
	const claimed = spec.terms.map(({ weight }) => weight * scale);
	return judgeWeights(sample, { inputs, target, claimed, own });
}

/** Distances from the base, of the models and of the published tensor. */
function deltasOf(
	sample: FloatSample,
	spec: TaskVectorFormula,
): { inputs: Float32Array[]; target: Float32Array } {
	const base = inputValues(sample, 0);
	const from = (values: Float32Array): Float32Array =>
		values.map((value, i) => value - (base[i] ?? NaN));
	return {
		inputs: spec.terms.map((_, i) => from(inputValues(sample, i + 1))),
		target: from(valuesOf(sample.bytes.published, sample.dtype)),
	};
}

/** What a window's elements are held against. */
interface Membership {
	readonly base: Float32Array;
	readonly models: readonly Float32Array[];
	readonly bounds: Bounds;
	/** Every so many-th element is tried. */
	readonly step: number;
}

function checkMembership(sample: FloatSample, spec: TaskVectorFormula): SpotFinding {
	const { dtype, bytes, window } = sample;
	const step = Math.max(1, Math.ceil((window.elements * 2 ** spec.terms.length) / MOST_WORK));
	const held: Membership = {
		base: inputValues(sample, 0),
		models: spec.terms.map((_, i) => inputValues(sample, i + 1)),
		bounds: boundsOf(bytes.published, dtype),
		step,
	};
	let fewest: Unreachable | null = null;
	for (const variant of variantsOf(sample, spec)) {
		const choices = new Choices(variant, factorsOf(variant, 'nominal'));
		const off = unreachable(held, choices);
		if (off.list.length === 0) return explained(sample, { held, choices, variant, spec, off });
		if (fewest === null || off.list.length < fewest.list.length) fewest = off;
	}
	const free = new Choices(
		{ ...spec, rescale: spec.rescale === 'none' ? 'none' : 'l1' },
		factorsOf({ ...spec, rescale: spec.rescale === 'none' ? 'none' : 'l1' }, 'any'),
	);
	const off = spec.rescale === 'none' ? fewest : unreachable(held, free);
	if (off !== null && off.list.length > 0 && fewest !== null)
		return contradicts(sample, off.list.length < fewest.list.length ? off : fewest);
	return findingOf(sample, {
		finding: 'undecidable',
		checked: off?.checked ?? 0,
		reason:
			'What is kept is scaled by a ratio that only the whole tensor tells. With the ratio that is usual in large tensors the window is not explained, with some ratio it is.',
	});
}

/** The formula, and what other releases and `precise` make of the same recipe. */
function variantsOf({ own }: FloatSample, spec: TaskVectorFormula): TaskVectorFormula[] {
	const rescales = [...new Set([spec.rescale, ...RESCALES[spec.select]])];
	const works = [...new Set([spec.work, own])];
	return rescales.flatMap((rescale) => works.map((work) => ({ ...spec, rescale, work })));
}

/** How releases have made up for what is dropped; docs/semantics.md. */
const RESCALES: Readonly<Record<TaskVectorFormula['select'], TaskVectorFormula['rescale'][]>> = {
	none: [],
	magnitude: ['none'],
	outliers: ['none'],
	random: ['density', 'l1'],
	magprune: ['probability', 'l1'],
};

interface Explanation {
	readonly held: Membership;
	readonly choices: Choices;
	/** The formula that explains the window, and the plan's. */
	readonly variant: TaskVectorFormula;
	readonly spec: TaskVectorFormula;
	readonly off: Unreachable;
}

function explained(
	sample: FloatSample,
	{ held, choices, variant, spec, off: { checked } }: Explanation,
): SpotFinding {
	const power = powerOf(sample, held, choices);
	if (checked === 0 || power < LEAST_POWER)
		return findingOf(sample, {
			checked,
			finding: 'undecidable',
			reason: `The method can give almost any value here: of changes put in another element’s place ${percentText(power)} would be noticed.`,
		});
	const factor = variant.rescale === 'l1' ? ', with a scale near the usual one' : '';
	const release =
		variant.rescale === spec.rescale
			? ''
			: ` Other releases of mergekit scale so (${variant.rescale}); ${spec.rescale} does not fit.`;
	return findingOf(sample, {
		checked,
		finding: 'consistent',
		reason: `Every element is one that keeping or dropping each model’s change gives${factor}; which were dropped is not checked. Of changes put in another element’s place ${percentText(power)} would be noticed.${release}`,
	});
}

function percentText(share: number): string {
	return `${Math.floor(share * 100)} %`;
}

interface Unreachable {
	readonly list: readonly number[];
	readonly checked: number;
}

/** Elements that no choice gives. Those with infinities and NaN are left out. */
function unreachable({ base, models, bounds, step }: Membership, choices: Choices): Unreachable {
	const list: number[] = [];
	let checked = 0;
	const values = models.map(() => 0);
	for (let i = 0; i < base.length; i += step) {
		for (const [k, model] of models.entries()) values[k] = model[i] ?? NaN;
		const first = base[i] ?? NaN;
		if (!Number.isFinite(first) || !values.every(Number.isFinite)) continue;
		checked++;
		const [low, high] = [bounds.low[i] ?? NaN, bounds.high[i] ?? NaN];
		if (!choices.reach(first, values, low, high)) list.push(i);
	}
	return { list, checked };
}

/** The share of elements in which another element’s change would not pass. */
function powerOf(sample: FloatSample, held: Membership, choices: Choices): number {
	const { base, models, step } = held;
	const published = valuesOf(sample.bytes.published, sample.dtype);
	const round = rounder(sample.dtype);
	const values = models.map(() => 0);
	let [tried, refused] = [0, 0];
	const stride = step * Math.max(1, Math.floor(base.length / step / POWER_ELEMENTS));
	for (let i = 0; i < base.length; i += stride) {
		const j = (i + 1) % base.length;
		const wrong = round((base[i] ?? NaN) + (published[j] ?? NaN) - (base[j] ?? NaN));
		for (const [k, model] of models.entries()) values[k] = model[i] ?? NaN;
		if (!Number.isFinite(wrong) || !values.every(Number.isFinite)) continue;
		tried++;
		const margin = Math.abs(wrong) * 2 ** -30;
		if (!choices.reach(base[i] ?? NaN, values, wrong - margin, wrong + margin)) refused++;
	}
	return tried === 0 ? 0 : refused / tried;
}

function contradicts(sample: FloatSample, { list, checked }: Unreachable): SpotFinding {
	const few = isFew(list.length, checked);
	return findingOf(sample, {
		finding: 'different',
		checked,
		mismatch: list.length,
		worst: list[0] ?? null,
		cause: few ? 'altered-elements' : 'unexplained',
		reason: few
			? `${elementsText(list.length)} of ${elementsText(checked)} are values that no choice of kept and dropped changes gives.`
			: `${elementsText(list.length)} of ${elementsText(checked)} are values that no choice of kept and dropped changes gives: other weights, another parent or revision, another method, or a change afterwards.`,
	});
}
