import type { SlerpFormula } from '../../kernels/index.ts';
import type { Explanation, Unexplained, UnexplainedPart, Witness } from '../../merge/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import { rounder } from '../floats.ts';
import { CosineBounds, elementsOf, type Elements } from './bounds.ts';
import { pairsBetween, passes, type Test, type WeightPair } from './candidates.ts';

/**
 * How far the cosine that an author's machine came to may lie from the exact one: mergekit takes norms
 * as float32 sums, whose error depends on the processor (docs/verification.md).
 */
export const COSINE_REACH = 5e-3;

/** Beyond this, mergekit averages. */
const LINEAR_ABOVE = 0.9995;

/** Elements that are looked at together. */
const BLOCK = 2 ** 16;

/** Elements of the first looks, which leave an interval that is short enough for tangents. */
const FIRST_LOOK = 2 ** 14;
const LOOKS = 4;

/** Most elements that are kept to tell pairs of weights apart; the comparison sees the others. */
const MOST_TESTS = 2 ** 16;

/**
 * Looks for the weights with which a slerp agrees with the published tensor in every bit: those of a
 * cosine near the exact one, on the great circle, or the plain average where a cosine that near would
 * have been called parallel. Refuted where the elements leave no cosine over; null where rounding twice
 * hides what the weights gave.
 */
export async function explainSlerp(
	unexplained: Unexplained,
	formula: SlerpFormula,
	dtype: FloatDtype,
): Promise<Explanation | null> {
	const angle = unexplained.outcome.angle;
	// A result that is rounded twice is not what weights alone give.
	if (angle === null || (formula.work !== 'F32' && formula.work !== dtype)) return null;
	const { t } = formula;
	const exact = angle.cosine;
	const tried = angle.branch === 'linear' ? [] : averageNear(t, exact);
	for (const pair of tried)
		if (await agrees(unexplained, dtype, pair))
			return explained({
				kind: 'slerp',
				branch: 'linear',
				...pair,
				cosine: null,
				exact,
				others: 0,
			});
	return onCircle(unexplained, dtype, { t, exact });
}

/** The weights of an average, where the author's cosine may have been on the other side of the branch. */
function averageNear(t: number, exact: number): WeightPair[] {
	if (Math.abs(exact) < LINEAR_ABOVE - COSINE_REACH) return [];
	return [{ w0: Math.fround(1 - t), w1: Math.fround(t) }];
}

async function onCircle(
	unexplained: Unexplained,
	dtype: FloatDtype,
	{ t, exact }: { readonly t: number; readonly exact: number },
): Promise<Explanation> {
	const bounds = new CosineBounds(
		t,
		Math.max(exact - COSINE_REACH, -LINEAR_ABOVE),
		Math.min(exact + COSINE_REACH, LINEAR_ABOVE),
	);
	const tests = await boundBy(unexplained, dtype, bounds);
	if (tests === null) return REFUTED;
	const interval = [bounds.least, bounds.most] as const;
	const pairs = pairsBetween(t, interval, exact);
	if (pairs === null) return UNTOLD;
	const round = rounder(dtype);
	const left = pairs.filter((pair) => passes(pair, tests, round));
	for (const pair of left)
		if (await agrees(unexplained, dtype, pair))
			return explained({
				kind: 'slerp',
				branch: 'great-circle',
				...pair,
				cosine: interval,
				exact,
				others: left.length - 1,
			});
	return UNTOLD;
}

const REFUTED: Explanation = { witness: null, refuted: true };

/** Cosines are left over, and none of the weights that were tried agrees in every bit. */
const UNTOLD: Explanation = { witness: null, refuted: false };

function explained(witness: Witness): Explanation {
	return { witness, refuted: false };
}

/** Looks at every element once; those that may tell weights apart, or null where no cosine is left. */
async function boundBy(
	unexplained: Unexplained,
	dtype: FloatDtype,
	bounds: CosineBounds,
): Promise<Test[] | null> {
	const tests: Test[] = [];
	let looks = LOOKS;
	for await (const part of unexplained.parts())
		for (const elements of blocksOf(part, dtype)) {
			for (; looks > 0 && !bounds.empty; looks--) bounds.add(beginningOf(elements));
			const open = bounds.add(elements);
			if (bounds.empty) return null;
			for (const place of open) if (tests.length < MOST_TESTS) tests.push(testAt(elements, place));
		}
	return tests;
}

function beginningOf({ a, b, published, low, high }: Elements): Elements {
	return {
		a: a.subarray(0, FIRST_LOOK),
		b: b.subarray(0, FIRST_LOOK),
		published: published.subarray(0, FIRST_LOOK),
		low: low.subarray(0, FIRST_LOOK),
		high: high.subarray(0, FIRST_LOOK),
	};
}

function testAt({ a, b, published }: Elements, place: number): Test {
	return { a: a[place] ?? NaN, b: b[place] ?? NaN, published: published[place] ?? NaN };
}

function* blocksOf(part: UnexplainedPart, dtype: FloatDtype): Generator<Elements> {
	const [a, b] = part.inputs;
	if (a === undefined || b === undefined) throw new RangeError('a slerp has two inputs');
	const all = [a, b, { dtype, bytes: part.published }];
	const count = part.published.byteLength / widthOf(dtype);
	for (let start = 0; start < count; start += BLOCK) {
		const [x, y, p] = all.map(({ dtype, bytes }) => {
			const width = widthOf(dtype);
			return { dtype, bytes: bytes.subarray(start * width, (start + BLOCK) * width) };
		});
		if (x && y && p) yield elementsOf([x, y], p);
	}
}

function widthOf(dtype: FloatDtype): number {
	return dtype === 'F32' ? 4 : 2;
}

/** Whether weights give every published element, by the kernels that merge. */
async function agrees(
	{ kernels, parts }: Unexplained,
	dtype: FloatDtype,
	{ w0, w1 }: WeightPair,
): Promise<boolean> {
	const chunk = kernels.chunk();
	try {
		for await (const { inputs, published } of parts()) {
			chunk.clear();
			for (const { dtype, bytes } of inputs) chunk.push(dtype, bytes);
			const { elements, identical, signOfZero } = chunk.compare([w0, w1], dtype, published);
			if (identical < elements || signOfZero > 0) return false;
		}
		return true;
	} finally {
		chunk.free();
	}
}
