import type { Kernels, SlerpFormula } from '../../../src/kernels/index.ts';
import type { FloatDtype } from '../../../src/tensors/index.ts';
import { fitSlerp, type SlerpFit } from '../../../src/verify/spot/fitSlerp.ts';
import { rounder, valuesOf } from '../../../src/verify/floats.ts';

/** A made-up tensor of two parents and what slerp makes of it. */
export interface Trial {
	readonly elements: number;
	/** ‖b − a‖ / ‖a‖; null: parents that have nothing to do with each other. */
	readonly distance: number | null;
	/** In which parents are stored and the result is published. */
	readonly dtype: FloatDtype;
	readonly t: number;
	readonly scalars: SlerpFormula['scalars'];
	/** What the author's machine added to the cosine. */
	readonly cosineError: number;
}

export interface TrialResult {
	readonly trial: Trial;
	readonly fit: SlerpFit;
	readonly branch: 'linear' | 'great-circle';
	readonly theta: number;
	/** Whether the fit has the true t in the true branch, and θ with it. */
	readonly contains: boolean;
	/** Width of the true branch's range of t. */
	readonly width: number;
}

/** Random numbers from 0 to 1. Source: S. Vigna's xorshift in 32 bits, G. Marsaglia 2003. */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = (seed * 2654435761 + 88675123) >>> 0 || 1;
		for (let i = 0; i < 8; i++) this.next();
	}

	next(): number {
		let state = this.#state;
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		this.#state = state >>> 0;
		return this.#state / 2 ** 32;
	}

	pick<T>(list: readonly T[]): T {
		const item = list[Math.floor(this.next() * list.length)];
		if (item === undefined) throw new RangeError('nothing to pick from');
		return item;
	}

	/** Normally distributed with variance 1 (Box and Muller). */
	normal(): number {
		const size = Math.sqrt(-2 * Math.log(1 - this.next()));
		return size * Math.cos(2 * Math.PI * this.next());
	}
}

/** Elements of the made-up parents that trials take their tensors from. */
const POOL = 2 ** 20;

let normals: readonly [Float32Array, Float32Array] | undefined;
const parents = new Map<string, readonly [Uint8Array, Uint8Array]>();

/**
 * Two parents of {@link POOL} elements, normally distributed with a deviation of 0.02 as weights are;
 * the same for all trials of a distance and dtype, since making them takes longer than all the rest.
 */
function parentsOf({ distance, dtype }: Trial): readonly [Uint8Array, Uint8Array] {
	const key = `${distance ?? 'unrelated'} ${dtype}`;
	const known = parents.get(key);
	if (known !== undefined) return known;
	const random = new Random(1);
	const make = (): Float32Array =>
		Float32Array.from({ length: POOL }, () => 0.02 * random.normal());
	normals ??= [make(), make()];
	const [first, other] = normals;
	const second = first.map((value, i) =>
		distance === null ? (other[i] ?? 0) : value + distance * (other[i] ?? 0),
	);
	const made = [bytesFrom(first, dtype), bytesFrom(second, dtype)] as const;
	parents.set(key, made);
	return made;
}

/** Numbers as little-endian bytes of a dtype. */
export function bytesFrom(values: ArrayLike<number>, dtype: FloatDtype): Uint8Array {
	const round = rounder(dtype);
	const wide = Float32Array.from(values, round);
	if (dtype === 'F32') return new Uint8Array(wide.buffer);
	const words = new Uint32Array(wide.buffer);
	if (dtype === 'BF16')
		return new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);
	const bytes = new Uint8Array(2 * wide.length);
	const view = new DataView(bytes.buffer);
	wide.forEach((value, i) => view.setFloat16(2 * i, value, true));
	return bytes;
}

/** slerp's branch and coefficients from a cosine, in the numbers of a release; docs/methods/slerp.md. */
function weightsOf(
	cosine: number,
	t: number,
	scalars: Trial['scalars'],
): { linear: boolean; theta: number; weights: [number, number] } {
	const float = Math.fround;
	const rounded = scalars === 'precise' ? cosine : float(cosine);
	const clamped =
		scalars === 'numpy1' || scalars === 'numpy2' ? rounded : Math.min(1, Math.max(-1, rounded));
	const theta = scalars === 'precise' ? Math.acos(clamped) : float(Math.acos(clamped));
	if (Math.abs(clamped) > 0.9995) return { linear: true, theta, weights: [1 - t, t] };
	const round = scalars === 'numpy1' || scalars === 'precise' ? (x: number): number => x : float;
	const sine = scalars === 'precise' ? Math.sin(theta) : float(Math.sin(theta));
	const part = round(theta * round(t));
	const rest = scalars === 'torch' ? float(float(1 - t) * theta) : round(theta - part);
	return {
		linear: false,
		theta,
		weights: [round(Math.sin(rest)) / sine, round(Math.sin(part)) / sine],
	};
}

/** Makes a trial's tensors and fits a window of them. */
export function runTrial(kernels: Kernels, trial: Trial, random: Random): TrialResult {
	const { elements, dtype, t, scalars } = trial;
	const size = dtype === 'F32' ? 4 : 2;
	const offset = 8 * Math.floor((random.next() * (POOL - elements + 1)) / 8);
	const [a, b] = parentsOf(trial).map((bytes) =>
		bytes.subarray(offset * size, (offset + elements) * size),
	);
	if (a === undefined || b === undefined) throw new RangeError('a slerp has two parents');
	const chunk = kernels.chunk();
	chunk.push(dtype, a);
	chunk.push(dtype, b);
	const gram = kernels.reduceGram(chunk.gram(), 2);
	const exact = kernels.slerpWeights(gram, t).cosine;
	const { linear, theta, weights } = weightsOf(exact + trial.cosineError, t, scalars);
	const published = chunk.combine(weights, dtype);
	chunk.free();
	const window = Math.min(32_768, elements);
	const start = 8 * Math.floor((random.next() * (elements - window + 1)) / 8);
	const part = (bytes: Uint8Array): Uint8Array =>
		bytes.subarray(start * size, (start + window) * size);
	const fit = fitSlerp({
		a: valuesOf(part(a), dtype),
		b: valuesOf(part(b), dtype),
		published: part(published),
		dtype,
		cosine: window === elements ? exact : undefined,
	});
	const range = linear ? fit.linear : (fit.greatCircle?.t ?? null);
	const angle = linear ? null : (fit.greatCircle?.theta ?? null);
	const within = (value: number, [low, high]: readonly [number, number]): boolean =>
		low <= value && value <= high;
	return {
		trial,
		fit,
		branch: linear ? 'linear' : 'great-circle',
		theta,
		contains:
			!fit.empty && range !== null && within(t, range) && (angle === null || within(theta, angle)),
		width: range === null ? 0 : range[1] - range[0],
	};
}

export const DISTANCES = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 5e-2, null] as const;

/** Sizes of tensors; most of the time goes into the largest, whose window is no larger than others'. */
const SIZES = [4096, 4096, 8192, 32_768, 32_768, 65_536, 65_536, 131_072, 2 ** 20] as const;

/** A trial of any kind. A distance of 0.03 and errors of the cosine put tensors on both branches. */
export function randomTrial(random: Random, largest: number): Trial {
	const kind = random.next();
	return {
		elements: Math.min(largest, random.pick(SIZES)),
		distance: random.pick(DISTANCES),
		dtype: random.pick(['BF16', 'BF16', 'F16', 'F16', 'F32'] as const),
		t: kind < 0.05 ? 0 : kind < 0.1 ? 1 : kind < 0.2 ? 0.5 : random.next(),
		scalars: random.pick(['numpy1', 'numpy2', 'torch', 'precise'] as const),
		cosineError: random.next() < 0.5 ? 0 : (random.next() * 2 - 1) * 2e-3,
	};
}
