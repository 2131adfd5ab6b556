import { beforeAll, describe, expect, test } from 'vitest';
import { loadWasmKernels, type Kernels, type KernelChunk } from '../../src/kernels/index.ts';
import { readCases, makeCases } from './cases.ts';
import { digest, doubleBytes, makeOperand, type PatternSpec } from './patterns.ts';
import { bitsAt, cast, combine, elementCount, gram, type Operand } from './reference.ts';

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

const cases = readCases();

function fill(operands: readonly Operand[]): KernelChunk {
	const chunk = kernels.chunk();
	for (const { dtype, bytes } of operands) chunk.push(dtype, bytes);
	return chunk;
}

function title(...specs: readonly PatternSpec[]): string {
	return specs.map((s) => `${s.elements ?? ''} ${s.dtype} ${s.pattern}`.trim()).join(', ');
}

/** Reports the first element that differs instead of two long arrays. */
function expectElements(actual: Uint8Array, expected: Operand): void {
	const { dtype, bytes } = expected;
	expect(actual.byteLength).toBe(bytes.byteLength);
	for (let i = 0; i < elementCount(expected); i++) {
		const [a, b] = [bitsAt({ dtype, bytes: actual }, i), bitsAt(expected, i)];
		if (a !== b) expect({ i, bits: a.toString(16) }).toEqual({ i, bits: b.toString(16) });
	}
}

test('the recorded cases are those that the reference gives', () => {
	expect(makeCases()).toEqual(cases);
});

describe('WASM gives the bits of the reference, which Rust is held to as well', () => {
	test.each(cases.cast)('cast $input.dtype $input.pattern to $to', (item) => {
		const { dtype, bytes } = makeOperand(item.input);
		const output = kernels.cast(bytes, dtype, item.to);
		expectElements(output, { dtype: item.to, bytes: cast({ dtype, bytes }, item.to) });
		expect(digest(output)).toBe(item.digest);
	});

	test.each(cases.gram.map((item) => ({ ...item, name: title(...item.inputs) })))(
		'gram of $name',
		({ inputs, digest: expected }) => {
			const operands = inputs.map(makeOperand);
			const sums = fill(operands).gram();
			expect(sums).toEqual(gram(operands));
			expect(digest(doubleBytes(sums))).toBe(expected);
		},
	);

	test.each(cases.combine.map((item) => ({ ...item, name: title(...item.inputs) })))(
		'combine $name to $to',
		({ inputs, weights, to, digest: expected }) => {
			const operands = inputs.map(makeOperand);
			const output = fill(operands).combine(weights, to);
			expectElements(output, { dtype: to, bytes: combine(operands, weights, to) });
			expect(digest(output)).toBe(expected);
		},
	);

	test.each(cases.compare.map((item) => ({ ...item, name: title(item.expected, item.actual) })))(
		'compare $name',
		({ expected, actual, counts }) => {
			const [a, b] = [makeOperand(expected), makeOperand(actual)];
			expect(kernels.compare(a.bytes, b.bytes, a.dtype)).toEqual(counts);
		},
	);
});
