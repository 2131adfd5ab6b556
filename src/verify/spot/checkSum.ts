import type { Comparison, SumFormula } from '../../kernels/index.ts';
import { isFew } from './checkCopy.ts';
import {
	compareWindow,
	computeWindow,
	differences,
	findingOf,
	inputValues,
	type FloatSample,
} from './context.ts';
import { boundsOf, unitOf, valuesOf } from '../floats.ts';
import { leastSquares } from './leastSquares.ts';
import { FLOAT32, fitPairs, type PairFit } from './pairs.ts';
import { countText, elementsText, rangeText } from './texts.ts';
import type { SpotFinding } from './types.ts';

/** How releases of mergekit round a sum; docs/methods/linear.md. */
const ROUNDINGS: readonly (readonly [rounding: SumFormula['rounding'], said: string])[] = [
	['stepwise', 'as mergekit up to 0.1.4 rounds'],
	['fused', 'as mergekit since 0.1.5 rounds'],
	['once', 'rounded once'],
];

/** A sum with known weights, element by element. */
export async function checkSum(sample: FloatSample, spec: SumFormula): Promise<SpotFinding> {
	const own = compareWindow(sample, await computeWindow(sample, spec));
	if (own.identical === own.elements) return exactly(sample, own, '');
	for (const [rounding, said] of ROUNDINGS) {
		const other = otherRounding(sample, spec, rounding);
		const comparison = compareWindow(sample, await computeWindow(sample, other));
		if (comparison.identical === comparison.elements)
			return exactly(sample, comparison, `, ${said}`);
	}
	const fit = spec.weights.length === 2 ? pairOf(sample) : null;
	if (fit !== null && fit.checked > 0 && fit.outliers.length === 0) {
		const byWeights = judgePair(sample, spec, { fit, own });
		if (byWeights !== null) return byWeights;
	}
	return judgeRest(sample, spec, own);
}

function exactly(sample: FloatSample, { signOfZero }: Comparison, said: string): SpotFinding {
	const zeros =
		signOfZero === 0 ? '' : `, but for the sign of ${elementsText(signOfZero)} that are zero`;
	return findingOf(sample, {
		finding: signOfZero === 0 ? 'agrees' : 'close',
		maxUlp: 0,
		reason: `Every element is the recipe’s sum${said}${zeros}.`,
	});
}

/** The same sum as another release has it, in the dtype that mergekit works in. */
function otherRounding(
	{ own, tensor }: FloatSample,
	spec: SumFormula,
	rounding: SumFormula['rounding'],
): SumFormula {
	if (rounding === 'once')
		return { ...spec, weights: sharesOf(spec), rounding, divide: false, work: 'F32' };
	// `precise` has divided the weights already, which a release rounds as the recipe has them.
	const { weight, normalize } = tensor.parameters;
	const raw = tensor.inputs.map(({ model }) =>
		typeof weight === 'object' ? (weight[model] ?? null) : null,
	);
	const weights = raw.filter((one) => one !== null);
	return weights.length === raw.length && normalize === true
		? { ...spec, weights, divide: true, rounding, work: own }
		: { ...spec, rounding, work: own };
}

/** The factors that a sum comes down to. */
export function sharesOf({ weights, divide }: SumFormula): number[] {
	const total = divide ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
	return weights.map((weight) => weight / total);
}

function pairOf(sample: FloatSample): PairFit {
	const { dtype, own, bytes } = sample;
	return fitPairs({
		a: inputValues(sample, 0),
		b: inputValues(sample, 1),
		bounds: boundsOf(bytes.published, dtype, own),
		// A quotient is rounded once more than a sum, and so are weights.
		unit: 2 * FLOAT32,
	});
}

/** Where some two weights, with one rounding at the end, explain the window. */
function judgePair(
	sample: FloatSample,
	spec: SumFormula,
	{ fit, own }: { fit: PairFit; own: Comparison },
): SpotFinding | null {
	const [first = NaN, second = NaN] = sharesOf(spec);
	const polygon = fit.polygon.grown(4 * FLOAT32 * (Math.abs(first) + Math.abs(second)));
	if (polygon.contains(first + second, second))
		return findingOf(sample, {
			finding: 'agrees',
			checked: fit.checked,
			reason: 'The recipe’s weights explain every element, with one rounding at the end.',
		});
	if (isTiny(own)) return null;
	const swapped = polygon.contains(first + second, first);
	const { width, height } = polygon;
	return findingOf(sample, {
		finding: 'different',
		checked: fit.checked,
		...differences(own),
		cause: swapped ? 'swapped' : 'other-weights',
		reason: swapped
			? 'The weights fit in exchange: the parents changed places.'
			: `Explained by other weights: ${rangeText(height)} of the second parent, ${rangeText(width)} in all; the recipe says ${second} and ${first + second}.`,
	});
}

/** One ulp in a handful of elements: nobody can tell it from a rounding that no release is known for. */
export function isTiny({ identical, elements, maxUlp }: Comparison): boolean {
	return maxUlp <= 1 && isFew(elements - identical, elements);
}

/** Where no release's rounding gives the window. */
function judgeRest(sample: FloatSample, spec: SumFormula, own: Comparison): SpotFinding {
	const inputs = spec.weights.map((_, i) => inputValues(sample, i));
	const target = valuesOf(sample.bytes.published, sample.dtype);
	return judgeWeights(sample, { inputs, target, claimed: sharesOf(spec), own });
}

/** A window that is not the claimed weighted sum of some inputs. */
export interface OffSum {
	readonly inputs: readonly Float32Array[];
	readonly target: ArrayLike<number>;
	readonly claimed: readonly number[];
	readonly own: Comparison;
}

/** Tells what is behind a difference, by the weights that come closest. */
export function judgeWeights(sample: FloatSample, off: OffSum): SpotFinding {
	const { own, claimed, target } = off;
	const differing = own.elements - own.identical;
	if (isTiny(own))
		return findingOf(sample, {
			finding: 'close',
			...differences(own),
			reason: `${elementsText(differing)} of ${countText(own.elements)} are one unit in the last place off: another rounding, or weights that hardly differ.`,
		});
	const different = { finding: 'different', ...differences(own) } as const;
	if (isFew(differing, own.elements))
		return findingOf(sample, {
			...different,
			cause: 'altered-elements',
			reason: `${elementsText(differing)} of ${countText(own.elements)} are not the recipe’s sum; all others are.`,
		});
	const weights = closestWeights(sample, off);
	if (weights === null)
		return findingOf(sample, {
			...different,
			cause: 'unexplained',
			reason: `${elementsText(differing)} of ${countText(own.elements)} are not the recipe’s sum, and no weights come as close as rounding: another parent or revision, another method, or a change afterwards.`,
		});
	const list = weights.map((weight) => weight.toFixed(3)).join(', ');
	const swapped = isSwap(weights, claimed);
	return findingOf(sample, {
		...different,
		cause: swapped ? 'swapped' : 'other-weights',
		reason: `${elementsText(differing)} of ${countText(target.length)} are not the recipe’s sum. ${swapped ? 'The parents seem to have changed places' : 'Other weights come closer'}: about ${list} instead of ${claimed.map((weight) => weight.toFixed(3)).join(', ')}.`,
	});
}

/** Weights that leave no more than roundings; null where none do, or where they are the claimed ones. */
function closestWeights(sample: FloatSample, { inputs, target, claimed }: OffSum): number[] | null {
	const fit = leastSquares(inputs, target);
	if (fit === null) return null;
	const unit = Math.max(unitOf(sample.dtype), unitOf(sample.own));
	const values = valuesOf(sample.bytes.published, sample.dtype).filter(Number.isFinite);
	const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
	// A rounding is off by 0.4 units of a number in the mean; a sum, its products and a quotient by 0.7.
	if (fit.rest > 0.8 * unit * size) return null;
	const apart = Math.max(...fit.weights.map((weight, i) => Math.abs(weight - (claimed[i] ?? 0))));
	return apart > 1e-3 ? [...fit.weights] : null;
}

function isSwap(weights: readonly number[], claimed: readonly number[]): boolean {
	const [first = 0, second = 0] = claimed;
	const apart = Math.abs(first - second);
	if (claimed.length !== 2 || apart < 1e-3) return false;
	const [one = 0, other = 0] = weights;
	return Math.abs(one - second) + Math.abs(other - first) < apart / 2;
}
