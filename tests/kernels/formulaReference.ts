/**
 * The formulas once more, in the plainest TypeScript: whole tensors as arrays of numbers, written
 * from the methods' pages. Slow, and meant to be checked by reading.
 */
import type {
	FormulaOutcome,
	FormulaSpec,
	FormulaTensor,
	ModelStockFormula,
	NuslerpFormula,
	SlerpFormula,
	SumFormula,
} from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import { bitsOf, valueOf } from './reference.ts';

type Vector = readonly number[];

export interface Applied {
	/** Rounded to the formula's `work`. */
	readonly values: Vector;
	readonly outcome: FormulaOutcome;
}

const f32 = Math.fround;
const NOTHING: FormulaOutcome = { angle: null, kept: [], ratio: null, weights: null };

/** What a formula makes of whole tensors; task vectors have tests of their own. */
export function applyFormula(
	spec: FormulaSpec,
	tensor: FormulaTensor,
	inputs: readonly Vector[],
): Applied {
	switch (spec.kind) {
		case 'sum':
			return sum(spec, inputs);
		case 'slerp':
			return slerp(spec, inputs);
		case 'nuslerp':
			return nuslerp(spec, tensor, inputs);
		case 'model-stock':
			return modelStock(spec, tensor, inputs);
		case 'task-vectors':
			throw new TypeError('no plain reference of task vectors');
	}
}

function rounding(dtype: FloatDtype): (value: number) => number {
	return (value) => valueOf(bitsOf(f32(value), dtype), dtype);
}

function elementwise(inputs: readonly Vector[], make: (elements: number[]) => number): number[] {
	return (inputs[0] ?? []).map((_, i) => make(inputs.map((input) => input[i] ?? NaN)));
}

/** Added in float32, in order. */
function total(terms: Vector): number {
	return terms.reduce((a, b) => f32(a + b), 0);
}

/** a·b + c rounded once, by way of whole multiples of 2^-298, which all three of them are. */
export function fused(a: number, b: number, c: number): number {
	const product = a * b;
	if (!Number.isFinite(product) || !Number.isFinite(c)) return f32(product + c);
	const exact = BigInt(product * 2 ** 298) + BigInt(c * 2 ** 298);
	if (exact === 0n) return f32(product + c);
	const size = exact < 0n ? -exact : exact;
	// 24 bits are kept, and nothing below 2^-149.
	const dropped = BigInt(Math.max(size.toString(2).length - 24, 149));
	const unit = 1n << dropped;
	const [floor, rest] = [size / unit, (size % unit) * 2n];
	const up = rest > unit || (rest === unit && floor % 2n === 1n);
	const rounded = Number(up ? floor + 1n : floor) * 2 ** (Number(dropped) - 298);
	return f32(exact < 0n ? -rounded : rounded);
}

function sum(spec: SumFormula, inputs: readonly Vector[]): Applied {
	const R = rounding(spec.work);
	const weights = spec.weights.map(f32);
	if (spec.rounding === 'once') {
		const once = (x: Vector): number =>
			x.map((value, k) => f32((weights[k] ?? NaN) * value)).reduce((a, b) => f32(a + b));
		const values = elementwise(inputs, (x) => R(once(x)));
		return { values, outcome: { ...NOTHING, weights } };
	}
	if (spec.rounding === 'fused') {
		const chain = (x: Vector): number =>
			x.reduce((acc, value, k) => fused(value, weights[k] ?? NaN, acc), 0);
		const divisor = spec.divide ? total(weights) : 1;
		return { values: elementwise(inputs, (x) => R(f32(chain(x) / divisor))), outcome: NOTHING };
	}
	const factors = weights.map(R);
	const divisor = R(total(factors));
	const values = elementwise(inputs, (x) => {
		const all = R(total(x.map((value, k) => R(f32((factors[k] ?? NaN) * value)))));
		return spec.divide ? R(f32(all / divisor)) : all;
	});
	return { values, outcome: NOTHING };
}

function dot(a: Vector, b: Vector): number {
	return a.reduce((acc, value, i) => acc + value * (b[i] ?? NaN), 0);
}

function slerp({ work, t, scalars }: SlerpFormula, inputs: readonly Vector[]): Applied {
	const [a = [], b = []] = inputs;
	const S = scalars === 'precise' ? (x: number): number => x : f32;
	const norm = (v: Vector): number => {
		const length = S(Math.sqrt(dot(v, v)));
		return length <= 1e-8 ? 1 : length;
	};
	const raw = S(dot(a, b) / (norm(a) * norm(b)));
	const numpy = scalars.startsWith('numpy');
	const cosine = numpy ? raw : Math.min(1, Math.max(-1, raw));
	const theta = S(Math.acos(cosine));
	const linear = Math.abs(cosine) > 0.9995;
	// Of numpy 1, θ and its sine are float32, and what is made with t is float64.
	const N = scalars === 'numpy1' ? (x: number): number => x : S;
	const part = N(theta * N(t));
	const rest = numpy ? N(theta - part) : S(S(1 - t) * theta);
	const arc = (angle: number): number => N(Math.sin(angle)) / S(Math.sin(theta));
	const weights = (linear ? [1 - t, t] : [arc(rest), arc(part)]).map(f32);
	const [w0 = NaN, w1 = NaN] = weights;
	const branch = linear ? ('linear' as const) : ('great-circle' as const);
	const spec: SumFormula = { kind: 'sum', work, weights, rounding: 'once', divide: false };
	const { values } = sum(spec, inputs);
	return { values, outcome: { ...NOTHING, angle: { t, cosine, branch, w0, w1 }, weights } };
}

/** The vector that each element belongs to. A tensor of one row is one vector. */
function vectorOf(along: 'all' | 'rows' | 'columns', { elements, row }: FormulaTensor): number[] {
	return Array.from({ length: elements }, (_, i) => {
		if (along === 'all' || row === elements) return 0;
		return along === 'rows' ? Math.floor(i / row) : i % row;
	});
}

/** One sum per vector of products of two tensors' elements. */
function sums(vectors: Vector, a: Vector, b: Vector): number[] {
	const list: number[] = [];
	vectors.forEach((vector, i) => {
		list[vector] = (list[vector] ?? 0) + (a[i] ?? NaN) * (b[i] ?? NaN);
	});
	return list;
}

function nuslerp(spec: NuslerpFormula, tensor: FormulaTensor, inputs: readonly Vector[]): Applied {
	const { work, t } = spec;
	const R = rounding(work);
	const [a = [], b = []] = inputs.slice(-2);
	const base = spec.base ? inputs[0] : undefined;
	const from = (x: Vector): number[] =>
		x.map((value, i) => R(value - (base ? (base[i] ?? NaN) : 0)));
	const [v0, v1] = base ? [from(a), from(b)] : [a, b];
	const vectors = vectorOf(spec.along, tensor);
	const norms = (v: Vector): number[] =>
		sums(vectors, v, v).map((square) => Math.max(R(Math.sqrt(square)), R(1e-7)));
	const [n0, n1] = [norms(v0), norms(v1)];
	const unit = (v: Vector, n: Vector): number[] =>
		v.map((value, i) => R(value / (n[vectors[i] ?? 0] ?? NaN)));
	const [u0, u1] = [unit(v0, n0), unit(v1, n1)];
	const products = u0.map((value, i) => R(value * (u1[i] ?? NaN)));
	const ones = products.map(() => 1);
	const arcs = sums(vectors, products, ones).map((product) => {
		const cosine = Math.min(1, Math.max(-1, R(product)));
		const theta = R(Math.acos(cosine));
		const sine = R(Math.sin(theta));
		const part = (share: number): number => R(Math.sin(R(f32(theta * f32(share)))));
		return Math.abs(sine) < 1e-8
			? { cosine, w0: f32(1 - t), w1: f32(t), sine: 1, branch: 'linear' as const }
			: { cosine, w0: part(1 - t), w1: part(t), sine, branch: 'great-circle' as const };
	});
	const values = v0.map((value, i) => {
		const { w0, w1, sine } = arcs[vectors[i] ?? 0] ?? { w0: NaN, w1: NaN, sine: NaN };
		const result = R(R(R(w0 * value) + R(w1 * (v1[i] ?? NaN))) / sine);
		return base ? R(result + (base[i] ?? NaN)) : result;
	});
	const [first] = arcs;
	if (spec.along !== 'all' || !first) return { values, outcome: NOTHING };
	const { cosine, branch, w0, w1, sine } = first;
	return {
		values,
		outcome: { ...NOTHING, angle: { t, cosine, branch, w0: w0 / sine, w1: w1 / sine } },
	};
}

function modelStock(
	spec: ModelStockFormula,
	tensor: FormulaTensor,
	[base = [], ...models]: readonly Vector[],
): Applied {
	const R = rounding(spec.work);
	const vectors = vectorOf(spec.along, tensor);
	const offsets = models.map((model) => model.map((value, i) => R(value - (base[i] ?? NaN))));
	const norms = offsets.map((o) => sums(vectors, o, o).map((square) => R(Math.sqrt(square))));
	const ones = base.map(() => 1);
	const cosines = offsets.flatMap((a, i) =>
		offsets.slice(i + 1).map((b, j) => {
			const products = a.map((value, e) => R(value * (b[e] ?? NaN)));
			return sums(vectors, products, ones).map((product, v) => {
				const scale = R((norms[i]?.[v] ?? NaN) * (norms[i + 1 + j]?.[v] ?? NaN));
				return Math.min(1, Math.max(-1, R(R(product) / Math.max(scale, R(1e-6)))));
			});
		}),
	);
	const count = spec.ratio === 'two' ? 2 : models.length;
	const ratios = (cosines[0] ?? []).map((_, v) => {
		const cosine = R(f32(total(cosines.map((list) => list[v] ?? NaN)) / cosines.length));
		const denominator = R(R(cosine * (count - 1)) + 1);
		return spec.guard && Math.abs(denominator) < f32(1e-6) ? 0 : R(R(cosine * count) / denominator);
	});
	const values = elementwise([vectors, base, ...models], ([v = 0, b = NaN, ...x]) => {
		const average = R(f32(x.reduce((acc, value) => R(acc + value), 0) / models.length));
		const ratio = ratios[v] ?? NaN;
		return R(R(ratio * average) + R(R(1 - ratio) * b));
	});
	return {
		values,
		outcome: { ...NOTHING, ratio: spec.along === 'all' ? (ratios[0] ?? null) : null },
	};
}
