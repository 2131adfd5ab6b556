import type { TaskVectorFormula } from '../../kernels/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import { rounder, unitOf } from '../floats.ts';
import type { Interval } from './types.ts';

/** Most terms for which every choice of kept and dropped ones is tried. */
export const MOST_TERMS = 6;

/** What nothing in a float32 is larger than: an end of a range that has none. */
const ENDLESS = 2 ** 100;

/** The dtypes of a formula's steps; docs/methods/task_arithmetic.md. */
interface Formats {
	/** Of task vectors and the result. */
	readonly work: FloatDtype;
	/** Of selections. */
	readonly select: FloatDtype;
	/** Of what comes after them. */
	readonly after: FloatDtype;
}

function formatsOf({ work, select, rescale }: TaskVectorFormula): Formats {
	const random = select === 'random' || select === 'magprune';
	if (work !== 'F16' || !random) return { work, select: work, after: work };
	const lasts = select === 'magprune' && rescale === 'probability';
	return { work, select: 'F32', after: lasts ? 'F32' : work };
}

/** Which factors make up for dropped elements, term by term. */
export type Factors = readonly Interval[];

/**
 * What the factors can be where only a whole tensor would tell: for L1 norms `nominal` is from 0.8 to
 * 1.25 of 1/density, around which a large tensor's lie, and 1; `any` has no upper end.
 */
export function factorsOf(spec: TaskVectorFormula, l1: 'nominal' | 'any'): Factors {
	return spec.terms.map(({ density, epsilon }): Interval => {
		if (density >= 1 || spec.rescale === 'none') return [1, 1];
		const coarse = 1 - 8 * unitOf('BF16');
		switch (spec.rescale) {
			case 'density':
				return [1 / density, 1 / density];
			case 'probability':
				return [coarse / (density + epsilon), 1 / (coarse * Math.max(1e-6, density - epsilon))];
			case 'l1': {
				if (l1 === 'any') return [coarse, ENDLESS];
				// What is kept by size has more than its share of the norm.
				const least = spec.select === 'magnitude' ? coarse : Math.max(coarse, 0.8 / density);
				return [least, 1.25 / Math.max(1e-6, density)];
			}
		}
	});
}

/** Whether a term may drop elements. */
export function thins(spec: TaskVectorFormula, term: number): boolean {
	return spec.select !== 'none' && (spec.terms[term]?.density ?? 1) < 1;
}

/**
 * What a formula on task vectors can give an element, whichever of its terms are dropped there: a
 * range for each choice, a single number where every factor is known. Roundings are those of the kernels.
 */
export class Choices {
	readonly #spec: TaskVectorFormula;
	readonly #factors: Factors;
	readonly #weights: readonly number[];
	readonly #lambda: number;
	readonly #divisor: number;
	readonly #work: (value: number) => number;
	readonly #select: (value: number) => number;
	readonly #after: (value: number) => number;
	readonly #low: Float64Array;
	readonly #high: Float64Array;
	/** Bits of the terms that may be dropped. */
	readonly #optional: number;

	constructor(spec: TaskVectorFormula, factors: Factors) {
		const formats = formatsOf(spec);
		this.#spec = spec;
		this.#factors = factors;
		this.#work = rounder(formats.work);
		this.#select = rounder(formats.select);
		this.#after = rounder(formats.after);
		this.#weights = spec.terms.map(({ weight }) => this.#after(weight));
		this.#lambda = Math.fround(spec.lambda);
		const total = this.#after(this.#weights.reduce((sum, one) => Math.fround(sum + one), 0));
		this.#divisor = Math.abs(total) < 1e-8 ? 1 : total;
		this.#low = new Float64Array(spec.terms.length);
		this.#high = new Float64Array(spec.terms.length);
		this.#optional = spec.terms.reduce((bits, _, i) => bits | (thins(spec, i) ? 1 << i : 0), 0);
	}

	/** Whether some choice gives a number between two. Models are in the terms' order. */
	reach(base: number, models: readonly number[], low: number, high: number): boolean {
		return this.masks(base, models, low, high).next().done !== true;
	}

	/** The choices that give a number between two: bit i tells whether term i is kept. */
	*masks(base: number, models: readonly number[], low: number, high: number): Generator<number> {
		const start = this.#work(base);
		for (const [i, value] of models.entries())
			this.#setTerm(i, this.#work(this.#work(value) - start));
		const all = 2 ** models.length;
		for (let kept = 0; kept < all; kept++) {
			// Terms that drop nothing are always there.
			if ((kept | this.#optional) !== all - 1) continue;
			const reached = this.#spec.consensus
				? this.#elected(start, kept, low, high)
				: this.#summed(start, kept, low, high);
			if (reached) yield kept;
		}
	}

	/** A term's range where it is kept. */
	#setTerm(i: number, delta: number): void {
		const [least, most] = this.#factors[i] ?? [1, 1];
		const weight = this.#weights[i] ?? 0;
		const one = this.#weighted(delta, least, weight);
		const other = least === most ? one : this.#weighted(delta, most, weight);
		this.#low[i] = Math.min(one, other);
		this.#high[i] = Math.max(one, other);
	}

	#weighted(delta: number, factor: number, weight: number): number {
		const scaled = factor === 1 ? delta : this.#select(this.#scale(delta, factor));
		const product = this.#after(this.#thinned(scaled) * weight);
		return Math.min(ENDLESS, Math.max(-ENDLESS, product));
	}

	#scale(delta: number, factor: number): number {
		const exact = this.#spec.rescale === 'density';
		return exact ? delta / Math.fround(1 / factor) : delta * factor;
	}

	/** Between selection and weight a number is rounded to the working dtype. */
	#thinned(value: number): number {
		return this.#spec.rescale === 'probability' ? value : this.#work(value);
	}

	#summed(base: number, kept: number, low: number, high: number): boolean {
		let [least, most] = [0, 0];
		for (let i = 0; i < this.#low.length; i++) {
			if ((kept & (1 << i)) === 0) continue;
			least = Math.fround(least + (this.#low[i] ?? 0));
			most = Math.fround(most + (this.#high[i] ?? 0));
		}
		return this.#ends(base, this.#after(least), this.#after(most), this.#divisor, low, high);
	}

	#elected(base: number, kept: number, low: number, high: number): boolean {
		let [least, most] = [0, 0];
		for (let i = 0; i < this.#low.length; i++) {
			if ((kept & (1 << i)) === 0) continue;
			least = Math.fround(least + (this.#low[i] ?? 0));
			most = Math.fround(most + (this.#high[i] ?? 0));
		}
		const up = this.#after(most) >= 0 && this.#agreeing(base, kept, 1, low, high);
		return up || (this.#after(least) < 0 && this.#agreeing(base, kept, -1, low, high));
	}

	/** The sum of the terms with the elected sign. */
	#agreeing(base: number, kept: number, sign: 1 | -1, low: number, high: number): boolean {
		let [least, most, divisor] = [0, 0, 0];
		for (let i = 0; i < this.#low.length; i++) {
			const [from, to] = [this.#low[i] ?? 0, this.#high[i] ?? 0];
			if ((kept & (1 << i)) === 0 || (sign > 0 ? to <= 0 : from >= 0)) continue;
			least = Math.fround(least + from);
			most = Math.fround(most + to);
			divisor = Math.fround(divisor + (this.#weights[i] ?? 0));
		}
		divisor = this.#after(divisor);
		return this.#ends(
			base,
			this.#after(least),
			this.#after(most),
			divisor === 0 ? 1 : divisor,
			low,
			high,
		);
	}

	/** Divisor, λ and base; and whether what comes out meets a range. */
	#ends(
		base: number,
		least: number,
		most: number,
		divisor: number,
		low: number,
		high: number,
	): boolean {
		const one = this.#end(base, least, divisor);
		const other = least === most ? one : this.#end(base, most, divisor);
		return Math.min(one, other) <= high && Math.max(one, other) >= low;
	}

	#end(base: number, sum: number, divisor: number): number {
		let mixed = Math.min(ENDLESS, Math.max(-ENDLESS, sum));
		if (this.#spec.normalize) mixed = this.#after(mixed / divisor);
		if (this.#lambda !== 1) mixed = this.#after(mixed * this.#lambda);
		return this.#work(base + mixed);
	}
}
