import { RemeltError, type ErrorDetails } from '../../errors/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import type { Comparison } from '../types.ts';
import * as wasm from '../../../wasm/pkg/remelt_kernels.js';

const DTYPES: Readonly<Record<FloatDtype, wasm.Dtype>> = {
	F32: wasm.Dtype.F32,
	F16: wasm.Dtype.F16,
	BF16: wasm.Dtype.BF16,
};

/** Bytes per element. */
export const SIZES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Runs a kernel and gives whatever it throws a code, the numbers that it was called with, a hint. */
export type Guard = <T>(name: string, details: ErrorDetails, run: () => T) => T;

/** The guard of an instance, whose memory is `memory`. */
export function createGuard(memory: WebAssembly.Memory): Guard {
	return (name, details, run) => {
		try {
			return run();
		} catch (thrown) {
			if (thrown instanceof RemeltError) throw thrown;
			const used = memory.buffer.byteLength;
			// Allocation inside wasm-bindgen's glue does not return an error: it traps.
			const trap = thrown instanceof WebAssembly.RuntimeError;
			const reason = trap ? `trapped with ${used} bytes of memory in use` : messageOf(thrown);
			const full = trap || reason.endsWith(' could not be allocated');
			throw new RemeltError('kernel-failed', `${name}: ${reason}`, {
				hint: full
					? 'Most likely memory ran out: use a smaller memory budget or fewer workers.'
					: 'This is a mistake in the program, not in the model; please report it.',
				details: { ...details, memory: used },
				cause: thrown,
			});
		}
	};
}

function messageOf(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Names also come from files, where they can be any. */
export function dtypeOf(name: FloatDtype): wasm.Dtype {
	if (!Object.hasOwn(DTYPES, name)) throw new TypeError(`no kernel computes in ${name}`);
	return DTYPES[name];
}

/** A comparison from the numbers that the kernels return. */
export function toComparison(numbers: Uint32Array): Comparison {
	const [elements = 0, identical = 0, maxUlp = 0] = numbers;
	const [signOfZero = 0, worstIndex = 0] = numbers.subarray(10);
	const histogram = [...numbers.subarray(3, 10)];
	return { elements, identical, maxUlp, histogram, signOfZero, worstIndex };
}
