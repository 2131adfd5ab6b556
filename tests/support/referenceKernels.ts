import type {
	Comparison,
	Formula,
	FormulaOutcome,
	FormulaSpec,
	FormulaTensor,
	KernelChunk,
	Kernels,
	KnownDraw,
	SlerpWeights,
} from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import { applyFormula, type Applied } from '../kernels/formulaReference.ts';
import {
	bytesOf,
	cast,
	combine,
	compare,
	elementCount,
	gram,
	valuesOf,
	type Operand,
} from '../kernels/reference.ts';

/**
 * The kernels in plain TypeScript as a backend, written from the formulas and independent of the
 * WASM ones, so that whole merges can be run with either. Slow and clear.
 */
export function createReferenceKernels(): Kernels {
	return {
		backend: 'wasm',
		chunk: () => new ReferenceChunk(),
		formula: (spec, tensor) => new ReferenceFormula(spec, tensor),
		reduceGram(blocks, inputs) {
			const products = (inputs * (inputs + 1)) / 2;
			const sums = new Float64Array(products);
			for (const [i, sum] of blocks.entries())
				sums[i % products] = (sums[i % products] ?? NaN) + sum;
			return sums;
		},
		slerpWeights,
		findSeeds: findSeeds,
		cast: (bytes, dtype, to) => cast({ dtype, bytes }, to),
		compare: (expected, actual, dtype) =>
			compare({ dtype, bytes: expected }, { dtype, bytes: actual }),
	};
}

/** One seed after another, with the generator's whole state. */
function findSeeds(first: number, count: number, known: readonly KnownDraw[]): Uint32Array {
	const seeds = Array.from({ length: count }, (_, i) => (first + i) >>> 0);
	const fits = (seed: number): boolean => {
		const words = seeded(seed);
		return known.every(({ place, limit, kept }) => drawAt(words, place) < limit === kept);
	};
	return Uint32Array.from(seeds.filter(fits));
}

/** MT19937's state: M. Matsumoto, T. Nishimura, ACM TOMACS 8(1), 1998; seeding of 2002-01-26. */
function seeded(seed: number): Uint32Array {
	const words = new Uint32Array(624);
	words[0] = seed;
	for (let i = 1; i < words.length; i++) {
		const last = words[i - 1] ?? 0;
		words[i] = Math.imul(last ^ (last >>> 30), 1_812_433_253) + i;
	}
	return words;
}

/** The low 24 bits of one of the first 227 numbers. */
function drawAt(words: Uint32Array, place: number): number {
	const [word = 0, next = 0] = words.subarray(place);
	const joined = (word & 0x8000_0000) | (next & 0x7fff_ffff);
	let number = (words[place + 397] ?? 0) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908_b0df : 0);
	number ^= number >>> 11;
	number ^= (number << 7) & 0x9d2c_5680;
	number ^= (number << 15) & 0xefc6_0000;
	return (number ^ (number >>> 18)) & 0xff_ffff;
}

class ReferenceChunk implements KernelChunk {
	inputs: Operand[] = [];

	get elements(): number {
		return this.inputs[0] ? elementCount(this.inputs[0]) : 0;
	}

	push(dtype: FloatDtype, bytes: Uint8Array): void {
		this.inputs.push({ dtype, bytes: bytes.slice() });
	}

	reserve(dtype: FloatDtype, elements: number): Uint8Array {
		const bytes = new Uint8Array(elements * (dtype === 'F32' ? 4 : 2));
		this.inputs.push({ dtype, bytes });
		return bytes;
	}

	gram(): Float64Array {
		return gram(this.inputs);
	}

	combine(weights: readonly number[], dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		const result = combine(this.inputs, weights, dtype);
		into?.set(result);
		return into ?? result;
	}

	compare(weights: readonly number[], dtype: FloatDtype, expected: Uint8Array): Comparison {
		return compare({ dtype, bytes: expected }, { dtype, bytes: this.combine(weights, dtype) });
	}

	clear(): void {
		this.inputs = [];
	}

	free(): void {
		this.clear();
	}
}

/** The values of a chunk's inputs. */
function inputsOf(chunk: KernelChunk): number[][] {
	if (!(chunk instanceof ReferenceChunk)) throw new TypeError('the chunk is of another backend');
	return chunk.inputs.map(valuesOf);
}

/** Sums go chunk by chunk; everything else looks at the whole tensor first, in one pass. */
class ReferenceFormula implements Formula {
	readonly #spec: FormulaSpec;
	readonly #tensor: FormulaTensor;
	readonly #whole: number[][] = [];
	#result: Applied | null = null;
	#done = 0;

	constructor(spec: FormulaSpec, tensor: FormulaTensor) {
		this.#spec = spec;
		this.#tensor = tensor;
	}

	get pending(): boolean {
		return this.#spec.kind !== 'sum' && this.#result === null;
	}

	observe(chunk: KernelChunk): void {
		for (const [i, values] of inputsOf(chunk).entries())
			this.#whole[i] = [...(this.#whole[i] ?? []), ...values];
	}

	nextPass(): void {
		this.#result = applyFormula(this.#spec, this.#tensor, this.#whole);
	}

	write(chunk: KernelChunk, dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		const bytes = this.view(chunk, dtype);
		into?.set(bytes);
		return into ?? bytes;
	}

	view(chunk: KernelChunk, dtype: FloatDtype): Uint8Array {
		return bytesOf(this.#values(chunk), dtype);
	}

	compare(chunk: KernelChunk, dtype: FloatDtype, expected: Uint8Array): Comparison {
		return compare({ dtype, bytes: expected }, { dtype, bytes: this.view(chunk, dtype) });
	}

	outcome(): FormulaOutcome {
		return this.#result?.outcome ?? { angle: null, kept: [], ratio: null, weights: null };
	}

	free(): void {
		this.#whole.length = 0;
	}

	#values(chunk: KernelChunk): readonly number[] {
		const { elements } = chunk;
		if (this.#spec.kind === 'sum') {
			this.#result = applyFormula(this.#spec, { elements, row: elements }, inputsOf(chunk));
			return this.#result.values;
		}
		this.#done += elements;
		return this.#result?.values.slice(this.#done - elements, this.#done) ?? [];
	}
}

/** docs/methods/slerp.md: the weights from the angle between the two vectors. */
function slerpWeights([n0 = NaN, dot = NaN, n1 = NaN]: Float64Array, t: number): SlerpWeights {
	const unit = (square: number): number => (square > 1e-16 ? Math.sqrt(square) : 1);
	const cosine = dot / (unit(n0) * unit(n1));
	const theta = Math.acos(Math.min(1, Math.max(-1, cosine)));
	const linear = Math.abs(cosine) > 0.9995;
	return {
		w0: Math.fround(linear ? 1 - t : Math.sin((1 - t) * theta) / Math.sin(theta)),
		w1: Math.fround(linear ? t : Math.sin(t * theta) / Math.sin(theta)),
		cosine,
		theta,
		branch: linear ? 'linear' : 'great-circle',
	};
}
