import type { KernelChunk, Kernels, SlerpWeights } from '../../src/kernels/index.ts';
import { cast, combine, compare, elementCount, gram, type Operand } from '../kernels/reference.ts';

/**
 * The kernels in plain TypeScript as a backend, written from the formulas and independent of the
 * WASM ones, so that whole merges can be run with either. Slow and clear.
 */
export function createReferenceKernels(): Kernels {
	return {
		backend: 'wasm',
		chunk: referenceChunk,
		reduceGram(blocks, inputs) {
			const products = (inputs * (inputs + 1)) / 2;
			const sums = new Float64Array(products);
			for (const [i, sum] of blocks.entries())
				sums[i % products] = (sums[i % products] ?? NaN) + sum;
			return sums;
		},
		slerpWeights,
		cast: (bytes, dtype, to) => cast({ dtype, bytes }, to),
		compare: (expected, actual, dtype) =>
			compare({ dtype, bytes: expected }, { dtype, bytes: actual }),
	};
}

function referenceChunk(): KernelChunk {
	let inputs: Operand[] = [];
	return {
		get elements() {
			return inputs[0] ? elementCount(inputs[0]) : 0;
		},
		push: (dtype, bytes) => {
			inputs.push({ dtype, bytes: bytes.slice() });
		},
		gram: () => gram(inputs),
		combine: (weights, dtype, into) => {
			const result = combine(inputs, weights, dtype);
			into?.set(result);
			return into ?? result;
		},
		compare: (weights, dtype, expected) =>
			compare({ dtype, bytes: expected }, { dtype, bytes: combine(inputs, weights, dtype) }),
		clear: () => {
			inputs = [];
		},
	};
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
