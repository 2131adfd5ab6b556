import type { SlerpFormula } from '../../kernels/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import { isFew } from './checkCopy.ts';
import {
	compareWindow,
	computeWindow,
	differences,
	findingOf,
	inputValues,
	type FloatSample,
	type Outcome,
} from './context.ts';
import { rounder, valuesOf } from '../floats.ts';
import { fitSlerp, holds, type SlerpFit } from './fitSlerp.ts';
import { elementsText, numberText, rangeText } from './texts.ts';
import type { Interval, SpotFinding } from './types.ts';

/** A range of t wider than this says nothing about t. */
export const TELLING_WIDTH = 0.05;

/** Vectors of a square below this are near those that mergekit does not normalise. */
const LEAST_SQUARE = 1e-12;

/** A slerp of two tensors: is the recipe's t among those that explain the window? */
export async function checkSlerp(sample: FloatSample, spec: SlerpFormula): Promise<SpotFinding> {
	const { dtype, bytes } = sample;
	const [a, b] = [inputValues(sample, 0), inputValues(sample, 1)];
	const cosine = wholeCosine(sample, a, b);
	const fitWith = (work: FloatDtype): SlerpFit =>
		fitSlerp({ a, b, published: bytes.published, dtype, work, cosine });
	const fit = fitWith(sample.own);
	const { t } = spec;
	const found = foundOf(fit, t);
	const common: Partial<Outcome> = {
		claimed: t,
		found: found.range,
		theta: fit.greatCircle?.theta ?? null,
		branch: found.branch,
		checked: fit.checked,
	};
	const nothing = nothingToTell(fit, a, b);
	if (nothing !== null) return findingOf(sample, { ...common, ...nothing });
	if (!fit.empty && found.holds) return findingOf(sample, { ...common, ...agreeing(found, t) });
	// Beyond its ends an arc may go round so far that angles no longer tell t.
	if (!fit.empty && (t < 0 || t > 1) && fit.greatCircle !== null)
		return findingOf(sample, {
			...common,
			finding: 'undecidable',
			reason: `t = ${t} continues an arc beyond its ends, where a window does not tell it from another t.`,
		});
	const made = await computeWindow(sample, sumOf(fit, spec));
	const distance = differences(compareWindow(sample, made));
	const coarser = coarserThan(sample, fit, (work) => explains(fitWith(work), t));
	const why = causeOf(fit, { t, found: found.range, coarser });
	const outliers = why.cause === 'altered-elements';
	return findingOf(sample, {
		...common,
		...distance,
		...(outliers && { mismatch: fit.outliers.length }),
		finding: 'different',
		...why,
	});
}

/** The cosine of tensors that were read whole; undefined for all others, and for those that are next to 0. */
function wholeCosine(
	{ tensor, window }: FloatSample,
	a: Float32Array,
	b: Float32Array,
): number | undefined {
	if (window.elements < tensor.elements) return undefined;
	let [aa, ab, bb] = [0, 0, 0];
	for (const [i, x] of a.entries()) {
		const y = b[i] ?? NaN;
		aa += x * x;
		ab += x * y;
		bb += y * y;
	}
	const cosine = ab / Math.sqrt(aa * bb);
	return Math.min(aa, bb) > LEAST_SQUARE && Number.isFinite(cosine) ? cosine : undefined;
}

interface Found {
	readonly range: Interval | null;
	readonly branch: SpotFinding['branch'];
	readonly holds: boolean;
}

/** What explains the window: the branch that has the claimed t, else all there is. */
function foundOf({ linear, greatCircle }: SlerpFit, t: number): Found {
	const circle = greatCircle?.t ?? null;
	const [onLine, onCircle] = [holds(linear, t), holds(circle, t)];
	const [useLine, useCircle] =
		onLine || onCircle ? [onLine, onCircle] : [linear !== null, circle !== null];
	const ranges = [useLine ? linear : null, useCircle ? circle : null].filter((one) => one !== null);
	const range: Interval | null =
		ranges.length === 0
			? null
			: [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
	const branch = useLine === useCircle ? null : useLine ? 'linear' : 'great-circle';
	return { range, branch, holds: onLine || onCircle };
}

function agreeing({ range }: Found, t: number): Outcome {
	const [low, high] = range ?? [t, t];
	return high - low > TELLING_WIDTH
		? {
				finding: 'undecidable',
				reason: `Any t from ${rangeText([low, high])} gives this window, which the claimed ${t} is among: the parents are too alike, or the window too small, to tell.`,
			}
		: {
				finding: 'agrees',
				reason: `t lies between ${numberText(low, high - low)} and ${numberText(high, high - low)}; the recipe says ${t}.`,
			};
}

/** Why a window cannot tell any t; null where it can. */
function nothingToTell(fit: SlerpFit, a: Float32Array, b: Float32Array): Outcome | null {
	const undecidable = (reason: string): Outcome => ({
		finding: 'undecidable',
		reason,
		found: null,
	});
	if (fit.checked === 0)
		return undecidable(
			'No element of the window is a number in both parents and the published tensor.',
		);
	const equal = a.every((value, i) => value === b[i]);
	if (!equal || fit.empty || (fit.linear === null && fit.greatCircle === null)) return null;
	return undecidable('The parents are equal here, and so is the result, whatever t is.');
}

/** The weighted sum that the claimed t stands for, at the angle that was found. */
function sumOf(
	{ greatCircle, linear }: SlerpFit,
	{ t, work }: SlerpFormula,
): Parameters<typeof computeWindow>[1] {
	const [low, high] = greatCircle?.theta ?? [0, 0];
	const theta = (low + high) / 2;
	const arc = linear === null && theta > 0 && Math.sin(theta) > 0;
	const weights = arc
		? [Math.sin((1 - t) * theta) / Math.sin(theta), Math.sin(t * theta) / Math.sin(theta)]
		: [1 - t, t];
	return { kind: 'sum', weights, rounding: 'once', divide: false, work };
}

function explains({ empty, linear, greatCircle }: SlerpFit, t: number): boolean {
	return !empty && (holds(linear, t) || holds(greatCircle?.t, t));
}

/**
 * A dtype through which the window may have gone on its way: a coarser one that all published elements
 * fit, or F16 before BF16, which tips few roundings. null where the claimed t is not explained by it.
 */
function coarserThan(
	{ dtype, bytes }: FloatSample,
	{ empty, outliers, checked }: SlerpFit,
	explained: (work: FloatDtype) => boolean,
): FloatDtype | null {
	if (!empty || isFew(outliers.length, checked)) return null;
	if (dtype === 'BF16') return outliers.length < checked / 8 && explained('F16') ? 'F16' : null;
	const values = valuesOf(bytes.published, dtype);
	const fits = (coarse: FloatDtype): boolean => {
		const round = rounder(coarse);
		return coarse !== dtype && values.every((value) => Object.is(round(value), value));
	};
	return (['BF16', 'F16'] as const).find((coarse) => fits(coarse) && explained(coarse)) ?? null;
}

interface Clues {
	readonly t: number;
	readonly found: Interval | null;
	readonly coarser: FloatDtype | null;
}

function causeOf(
	fit: SlerpFit,
	{ t, found, coarser }: Clues,
): Pick<SpotFinding, 'reason' | 'cause'> {
	const { checked, outliers, pairs, empty } = fit;
	if (empty && isFew(outliers.length, checked) && holds(found, t))
		return {
			cause: 'altered-elements',
			reason: `${elementsText(outliers.length)} of ${elementsText(checked)} cannot come from these parents; all others agree with t = ${t}.`,
		};
	if (coarser !== null)
		return {
			cause: 'another-dtype',
			reason: `Explained with t = ${t} if the result went through ${coarser} on its way.`,
		};
	if (empty && !isFew(outliers.length, checked))
		return {
			cause: 'unexplained',
			reason: `No t explains the window, and no two weights of these parents do, as far as at least ${elementsText(outliers.length)} of ${elementsText(checked)}: another parent or revision, another method, or a change afterwards.`,
		};
	if (found === null)
		return {
			cause: 'another-method',
			reason: `The window is a sum of the parents, with weights that no slerp gives: ${rangeText(pairs.s1)} of the second, ${rangeText(pairs.sum)} in all.`,
		};
	if (holds(found, 1 - t))
		return {
			cause: 'swapped',
			reason: `t lies between ${rangeText(found).replace(' to ', ' and ')}, not at ${t}: the parents changed places, or t and 1 − t did.`,
		};
	return {
		cause: 'another-t',
		reason: `t lies in ${rangeText(found)}; the recipe says ${t}.`,
	};
}
