import type { FloatDtype } from '../../tensors/index.ts';
import type { FormulaSpec } from '../formula.ts';
import type {
	Comparison,
	FormulaTensor,
	Gram,
	Kernels,
	KnownDraw,
	SlerpWeights,
} from '../types.ts';
import { WasmChunk } from './chunk.ts';
import { WasmFormula } from './formula.ts';
import { createGuard, dtypeOf, SIZES, toComparison } from './guard.ts';
import * as wasm from '../../../wasm/pkg/remelt_kernels.js';

/** The primitives over the instance that has been loaded, whose memory is `memory`. */
export function createWasmKernels(memory: WebAssembly.Memory): Kernels {
	const guard = createGuard(memory);
	return {
		backend: 'wasm',
		chunk: () => new WasmChunk(guard),
		formula: (spec: FormulaSpec, tensor: FormulaTensor) => new WasmFormula(guard, spec, tensor),
		reduceGram: (blocks: Float64Array, inputs: number): Gram =>
			guard('reduceGram', { numbers: blocks.length, inputs }, () =>
				wasm.reduce_gram(blocks, inputs),
			),
		slerpWeights: (gram: Gram, t: number): SlerpWeights =>
			guard('slerpWeights', { numbers: gram.length, t }, () =>
				toSlerpWeights(wasm.slerp_weights(gram, t)),
			),
		findSeeds: (first: number, count: number, known: readonly KnownDraw[]): Uint32Array =>
			guard('findSeeds', { first, count, draws: known.length }, () =>
				wasm.find_seeds(
					first,
					count,
					Uint32Array.from(known, ({ place }) => place),
					Uint32Array.from(known, ({ limit }) => limit),
					Uint8Array.from(known, ({ kept }) => (kept ? 1 : 0)),
				),
			),
		cast: (bytes: Uint8Array, from: FloatDtype, to: FloatDtype): Uint8Array =>
			guard('cast', { bytes: bytes.byteLength, from, to }, () => {
				const [source, target] = [dtypeOf(from), dtypeOf(to)];
				const output = new Uint8Array(Math.floor(bytes.byteLength / SIZES[from]) * SIZES[to]);
				wasm.cast(bytes, source, target, output);
				return output;
			}),
		compare: (expected: Uint8Array, actual: Uint8Array, dtype: FloatDtype): Comparison => {
			const details = { expected: expected.byteLength, actual: actual.byteLength, dtype };
			return guard('compare', details, () =>
				toComparison(wasm.compare(expected, actual, dtypeOf(dtype))),
			);
		},
	};
}

function toSlerpWeights(numbers: Float64Array): SlerpWeights {
	const [w0 = NaN, w1 = NaN, cosine = NaN, theta = NaN, linear = 0] = numbers;
	return { w0, w1, cosine, theta, branch: linear === 1 ? 'linear' : 'great-circle' };
}
