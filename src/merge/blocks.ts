import { RemeltError } from '../errors/index.ts';
import type { Comparison } from '../kernels/index.ts';
import { DTYPE_BITS, type Dtype, type FloatDtype } from '../tensors/index.ts';

/** A run of elements. */
export interface Block {
	readonly dtype: Dtype;
	readonly bytes: Uint8Array;
}

/** The bytes of elements `[start, end)`, not copied. */
export function bytesOf({ dtype, bytes }: Block, start: number, end: number): Uint8Array {
	const width = DTYPE_BITS[dtype] / 8;
	return bytes.subarray(start * width, end * width);
}

/** `[0, size)`, `[size, 2 size)`, … up to `total`. */
export function* ranges(total: number, size: number): Generator<readonly [number, number]> {
	for (let start = 0; start < total; start += size) yield [start, Math.min(start + size, total)];
}

/** Whether kernels compute in a dtype. */
export function isFloat(dtype: Dtype): dtype is FloatDtype {
	return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** Whether a dtype holds whole numbers or truth values, which no method merges. */
export function isInteger(dtype: Dtype): boolean {
	return /^(?:[IU]\d+|BOOL)$/.test(dtype);
}

/** A dtype that kernels compute in. @throws `dtype-unsupported` for any other. */
export function floatDtype(dtype: Dtype): FloatDtype {
	if (isFloat(dtype)) return dtype;
	throw new RemeltError('dtype-unsupported', `No kernel reads ${dtype}.`, {
		hint: 'Remelt computes with F32, F16 and BF16.',
		details: { dtype },
	});
}

/** Compares elements without ulps, which are only ever copied: equal, or as far apart as can be. */
export function compareBits({ dtype, bytes }: Block, actual: Uint8Array): Comparison {
	const width = Math.max(1, DTYPE_BITS[dtype] / 8);
	const elements = Math.ceil(bytes.byteLength / width);
	let differing = 0;
	let worstIndex = 0;
	for (let i = 0; i < elements; i++) {
		let same = true;
		for (let j = i * width; j < (i + 1) * width; j++) same &&= bytes[j] === actual[j];
		if (same) continue;
		if (differing === 0) worstIndex = i;
		differing++;
	}
	const identical = elements - differing;
	const histogram = [identical, 0, 0, 0, 0, 0, differing];
	const maxUlp = differing === 0 ? 0 : 2 ** 32 - 1;
	return { elements, identical, maxUlp, histogram, signOfZero: 0, worstIndex };
}
