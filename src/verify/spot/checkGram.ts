import type { ModelStockFormula, NuslerpFormula } from '../../kernels/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import { isFew } from './checkCopy.ts';
import { TELLING_WIDTH } from './checkSlerp.ts';
import { findingOf, inputValues, type FloatSample } from './context.ts';
import { circleFit } from './circle.ts';
import { holds, linearRange } from './fitSlerp.ts';
import { boundsOf, rounder, unitOf, type Bounds } from '../floats.ts';
import { leastSquares } from './leastSquares.ts';
import { fitPairs, type PairFit } from './pairs.ts';
import { elementsText, rangeText } from './texts.ts';
import type { Interval, SpotFinding } from './types.ts';

/** Coefficients beyond this are those of vectors that all but cancel. */
const USUAL = 16;

/** Two vectors of which the published window is a sum, group by group with coefficients of its own. */
interface Groups {
	readonly a: Float32Array;
	readonly b: Float32Array;
	readonly bounds: Bounds;
	/** Relative error of each product. */
	readonly unit: number;
	readonly groups: readonly Int32Array[];
}

/** NuSLERP of two models: do some coefficients of an arc explain the window, and with which t? */
export function checkNuslerp(sample: FloatSample, spec: NuslerpFormula): SpotFinding {
	const unit = coarsest(sample, spec.work);
	const [first, second] = spec.base ? [1, 2] : [0, 1];
	const published = boundsOf(sample.bytes.published, sample.dtype, sample.own);
	const [a, b] = [inputValues(sample, first), inputValues(sample, second)];
	const base = spec.base ? inputValues(sample, 0) : null;
	const round = rounder(spec.work);
	const from = (values: Float32Array): Float32Array =>
		base === null ? values : values.map((value, i) => round(value - (base[i] ?? NaN)));
	const problem: Groups = {
		a: from(a),
		b: from(b),
		bounds: base === null ? published : shifted(published, base, unit),
		// The difference, the product, the sum and the quotient.
		unit: 4 * unit,
		groups: groupsOf(sample, spec.along),
	};
	const fits = problem.groups.map((indices) => fitPairs({ ...problem, indices }));
	const [outliers, checked] = [fits.flatMap((fit) => fit.outliers), sumOf(fits)];
	if (outliers.length > 0)
		return contradicts(sample, problem, { outliers, checked, what: 'two weights' });
	const found = fits.map((fit) => arcOf(fit, unit)).reduce(intersect, [-Infinity, Infinity]);
	return judgeRange(sample, { found, claimed: spec.t, checked, what: 't' });
}

/** Every t with which an arc or an average explains a group; null where none does. */
function arcOf(fit: PairFit, unit: number): Interval | null {
	if (fit.checked === 0) return [-Infinity, Infinity];
	// Both sines, the angles that they are taken of and the divisor are rounded.
	const circle = circleFit(fit.polygon, { least: 1e-9, most: 2 }, unit)?.t ?? null;
	const linear = linearRange(fit.polygon.grown(8 * unit), unit);
	if (circle === null || linear === null) return circle ?? linear;
	return [Math.min(circle[0], linear[0]), Math.max(circle[1], linear[1])];
}

/** Model Stock: does some share of the models' average explain the window, the rest being the base? */
export function checkModelStock(sample: FloatSample, spec: ModelStockFormula): SpotFinding {
	const unit = coarsest(sample, spec.work);
	const models = sample.inputs.slice(1).map((_, i) => inputValues(sample, i + 1));
	const round = rounder(spec.work);
	const average = inputValues(sample, 0).map((_, i) => {
		const sum = models.reduce((total, model) => round(total + (model[i] ?? NaN)), 0);
		return round(sum / models.length);
	});
	const problem: Groups = {
		a: inputValues(sample, 0),
		b: average,
		bounds: boundsOf(sample.bytes.published, sample.dtype, sample.own),
		// The products, and an average that another release has rounded otherwise.
		unit: spec.work === sample.own ? 2 * unit : (2 + models.length) * unit,
		groups: groupsOf(sample, spec.along),
	};
	const fits = problem.groups.map((indices) => fitPairs({ ...problem, indices }));
	const [outliers, checked] = [fits.flatMap((fit) => fit.outliers), sumOf(fits)];
	if (outliers.length > 0)
		return contradicts(sample, problem, { outliers, checked, what: 'share of the average' });
	const ranges = fits.map((fit) =>
		fit.checked === 0 ? ([-Infinity, Infinity] as const) : linearRange(fit.polygon, 2 * unit),
	);
	const some = ranges.filter((range) => range !== null);
	if (some.length < ranges.length)
		return findingOf(sample, {
			finding: 'different',
			checked,
			mismatch: checked,
			cause: 'another-method',
			reason:
				'The window is a sum of the base and the models’ average, but with weights that do not add up to 1.',
		});
	const [only] = some;
	return judgeRange(sample, {
		found: some.length === 1 ? (only ?? null) : null,
		claimed: null,
		checked,
		what: 'share of the average',
	});
}

/** What an element's bounds are once the base is taken away, which the last addition rounds. */
function shifted({ low, high }: Bounds, base: Float32Array, unit: number): Bounds {
	// In the published dtype itself the last rounding is the bounds’ own; float32 adds nothing to it.
	const error = (i: number): number => Math.abs(base[i] ?? 0) * Math.min(unit, unitOf('F32')) * 2;
	return {
		low: low.map((value, i) => value - (base[i] ?? NaN) - error(i)),
		high: high.map((value, i) => value - (base[i] ?? NaN) + error(i)),
	};
}

/** The coarsest rounding that a release or `precise` makes on the way. */
function coarsest({ own }: FloatSample, work: FloatDtype): number {
	return Math.max(unitOf(own), unitOf(work));
}

/** Which elements of a window share coefficients. */
function groupsOf(
	{ tensor, window }: FloatSample,
	along: 'all' | 'rows' | 'columns',
): Int32Array[] {
	const indices = Int32Array.from({ length: window.elements }, (_, i) => i);
	if (along === 'all') return [indices];
	const row = tensor.shape.at(-1) ?? tensor.elements;
	const groupOf = (i: number): number => {
		const at = window.start + i;
		return along === 'rows' ? Math.floor(at / row) : at % row;
	};
	const groups = new Map<number, number[]>();
	for (const i of indices) {
		const group = groupOf(i);
		const list = groups.get(group);
		if (list === undefined) groups.set(group, [i]);
		else list.push(i);
	}
	return [...groups.values()].map((list) => Int32Array.from(list));
}

function intersect(one: Interval | null, other: Interval | null): Interval | null {
	if (one === null || other === null) return null;
	const both: Interval = [Math.max(one[0], other[0]), Math.min(one[1], other[1])];
	return both[0] <= both[1] ? both : null;
}

function sumOf(fits: readonly PairFit[]): number {
	return fits.reduce((sum, { checked }) => sum + checked, 0);
}

interface RangeCheck {
	readonly found: Interval | null;
	readonly claimed: number | null;
	readonly checked: number;
	/** What the range is of. */
	readonly what: string;
}

function judgeRange(
	sample: FloatSample,
	{ found, claimed, checked, what }: RangeCheck,
): SpotFinding {
	const finite = found !== null && Number.isFinite(found[0]) && Number.isFinite(found[1]);
	const common = { claimed, checked, found: finite ? found : null };
	if (claimed === null)
		return findingOf(sample, {
			...common,
			finding: checked === 0 ? 'undecidable' : 'agrees',
			reason: `Some ${what} explains every element${finite ? `: ${rangeText(found)}` : ''}. Which it should be only the whole tensor tells.`,
		});
	if (found === null || !holds(found, claimed)) {
		const swapped = holds(found, 1 - claimed);
		return findingOf(sample, {
			...common,
			finding: 'different',
			mismatch: checked,
			cause: found === null ? 'another-method' : swapped ? 'swapped' : 'another-t',
			reason:
				found === null
					? 'The window is a sum of the two, but with weights that are on no arc between them.'
					: `${what} lies in ${rangeText(found)}; the recipe’s weights say ${claimed}.${swapped ? ' The parents changed places.' : ''}`,
		});
	}
	const wide = !finite || found[1] - found[0] > TELLING_WIDTH;
	return findingOf(sample, {
		...common,
		finding: wide ? 'undecidable' : 'agrees',
		reason: wide
			? `Some coefficients explain every element, but this method’s roundings hide ${what}${finite ? `, which is anywhere from ${rangeText(found)}` : ''}: the recipe’s weights say ${claimed}.`
			: `Some coefficients explain every element, with ${what} in ${rangeText(found)}; the recipe’s weights say ${claimed}.`,
	});
}

interface Contradiction {
	readonly outliers: readonly number[];
	readonly checked: number;
	readonly what: string;
}

function contradicts(
	sample: FloatSample,
	{ a, b, bounds }: Groups,
	{ outliers, checked, what }: Contradiction,
): SpotFinding {
	const middle = bounds.low.map((low, i) => (low + (bounds.high[i] ?? NaN)) / 2);
	const closest = leastSquares([a, b], middle)?.weights ?? [];
	if (closest.some((weight) => Math.abs(weight) > USUAL) || opposite(a, b))
		return findingOf(sample, {
			finding: 'undecidable',
			checked,
			reason:
				'The two vectors all but cancel each other, and the method’s coefficients have no bound there.',
		});
	const few = isFew(outliers.length, checked);
	return findingOf(sample, {
		finding: 'different',
		checked,
		mismatch: outliers.length,
		worst: outliers[0] ?? null,
		cause: few ? 'altered-elements' : 'unexplained',
		reason: few
			? `${elementsText(outliers.length)} of ${elementsText(checked)} cannot come from these models; ${what} can explain all others.`
			: `No ${what} can explain at least ${elementsText(outliers.length)} of ${elementsText(checked)}: another parent or revision, another method, or a change afterwards.`,
	});
}

/** Whether two windows point in almost opposite directions. */
function opposite(a: Float32Array, b: Float32Array): boolean {
	const products = [0, 0, 0];
	a.forEach((x, i) => {
		const y = b[i] ?? NaN;
		[x * x, x * y, y * y].forEach((product, k) => (products[k] = (products[k] ?? 0) + product));
	});
	const [aa = 0, ab = 0, bb = 0] = products;
	return ab < -0.99 * Math.sqrt(aa * bb);
}
