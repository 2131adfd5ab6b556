import { RemeltError } from '../../errors/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import type { Comparison } from '../types.ts';
import { comparisonOf, sameComparison } from './counts.ts';
import { SIZES } from './slot.ts';
import type { GpuSum, SumTask } from './types.ts';

/** A run of elements as hexadecimal bits, each with as many digits as its dtype needs. */
export interface Elements {
	readonly dtype: FloatDtype;
	readonly bits: string;
}

/** A sum whose result is known. */
export interface KnownSum {
	/** What can go wrong here. */
	readonly name: string;
	readonly inputs: readonly Elements[];
	/** How often the elements are repeated, to reach further blocks. */
	readonly repeat: number;
	readonly weights: readonly number[];
	readonly result: Elements;
}

/** A comparison whose counts are known: of `published` with the one input times 1. */
export interface KnownComparison {
	readonly name: string;
	readonly input: Elements;
	readonly published: Elements;
	readonly repeat: number;
	readonly counts: Comparison;
}

/** Answers made by the reference implementation in tests/kernels, which WASM is held to as well. */
export interface KnownAnswers {
	readonly sums: readonly KnownSum[];
	readonly comparisons: readonly KnownComparison[];
}

/** The answers that belong to this code. */
export async function knownAnswers(): Promise<KnownAnswers> {
	const { default: answers } = await import('./knownAnswers.json');
	return answers as KnownAnswers;
}

/**
 * Has a GPU compute what is known. Rejects with `gpu-wrong`, naming the first element that differs,
 * or with `gpu-unavailable` where it gives no answer.
 */
export async function selfTest(sum: GpuSum, answers: KnownAnswers): Promise<void> {
	for (const known of answers.sums) {
		const task = taskOf(known);
		const actual = new Uint8Array(task.elements * SIZES[task.dtype]);
		await sum.combine(task, actual);
		checkSum(known, actual);
	}
	for (const known of answers.comparisons) {
		const { task, published } = comparisonTask(known);
		const counts = comparisonOf(await sum.compare(task, published), task.elements);
		if (!sameComparison(counts, known.counts)) throw failed(known.name, {});
	}
}

/** What a known sum asks for. */
export function taskOf({ inputs, repeat, weights, result }: KnownSum): SumTask {
	const parts = inputs.map(({ dtype, bits }) => ({
		dtype,
		bytes: bytesOf({ dtype, bits }, repeat),
	}));
	const elements = (result.bits.length / (2 * SIZES[result.dtype])) * repeat;
	return { elements, inputs: parts, weights, dtype: result.dtype };
}

/** What a known comparison asks for. */
export function comparisonTask(known: KnownComparison): { task: SumTask; published: Uint8Array } {
	const { input, published, repeat } = known;
	const task = taskOf({ ...known, inputs: [input], weights: [1], result: published });
	return { task, published: bytesOf(published, repeat) };
}

/** Elements as they lie in a file. */
export function bytesOf({ dtype, bits }: Elements, repeat: number): Uint8Array {
	const size = SIZES[dtype];
	const once = (bits.length / (2 * size)) * size;
	const bytes = new Uint8Array(once * repeat);
	for (let at = 0; at < once; at += size)
		for (let byte = 0; byte < size; byte++) {
			// The first digits are the highest byte, which comes last.
			const digit = 2 * (at + size - 1 - byte);
			bytes[at + byte] = parseInt(bits.slice(digit, digit + 2), 16);
		}
	for (let start = once; start < bytes.length; start += once) bytes.copyWithin(start, 0, once);
	return bytes;
}

function checkSum({ name, repeat, result }: KnownSum, actual: Uint8Array): void {
	const expected = bytesOf(result, repeat);
	const at = expected.findIndex((byte, i) => byte !== actual[i]);
	if (at < 0) return;
	const size = SIZES[result.dtype];
	const element = Math.floor(at / size);
	const hex = (bytes: Uint8Array): string =>
		[...bytes.subarray(element * size, (element + 1) * size)]
			.reverse()
			.map((byte) => byte.toString(16).padStart(2, '0'))
			.join('');
	throw failed(name, { element, expected: hex(expected), actual: hex(actual) });
}

function failed(name: string, details: Readonly<Record<string, string | number>>): RemeltError {
	return new RemeltError('gpu-wrong', `The GPU fails the self-test: ${name}.`, {
		hint: 'Nothing needs to be done: the WASM kernels are used instead.',
		details,
	});
}
