/**
 * Cases of formulas that Rust and WASM are both held to: specs, inputs by rule, and digests of the
 * results in `wasm/tests/formulas.json`. `node tests/kernels/formulaCases.ts` writes it from what the
 * WASM kernels give; what is right is said by `formulaReference.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
	loadWasmKernels,
	type FormulaOutcome,
	type FormulaSpec,
	type FormulaTensor,
	type KernelChunk,
	type Kernels,
} from '../../src/kernels/index.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import { digest, makeOperand, type PatternSpec } from './patterns.ts';
import type { Operand } from './reference.ts';

export interface FormulaRun {
	readonly spec: FormulaSpec;
	readonly tensor: FormulaTensor;
	/** The dtype that the result is written in. */
	readonly to: FloatDtype;
}

export interface FormulaCase extends FormulaRun {
	readonly inputs: readonly PatternSpec[];
	readonly digest: string;
}

const FILE = new URL('../../wasm/tests/formulas.json', import.meta.url);

export function readFormulaCases(): FormulaCase[] {
	return JSON.parse(readFileSync(FILE, 'utf8')) as FormulaCase[];
}

export function inputsOf({ inputs }: { readonly inputs: readonly PatternSpec[] }): Operand[] {
	return inputs.map(makeOperand);
}

/** Runs a formula over whole inputs that come in chunks of so many elements. */
export function runFormula(
	kernels: Kernels,
	{ spec, tensor, to }: FormulaRun,
	inputs: readonly Operand[],
	chunkElements: number,
): { readonly bytes: Uint8Array; readonly outcome: FormulaOutcome } {
	const formula = kernels.formula(spec, tensor);
	const chunk = kernels.chunk();
	const each = (use: (chunk: KernelChunk) => void): void => {
		for (let start = 0; start < tensor.elements; start += chunkElements) {
			chunk.clear();
			for (const { dtype, bytes } of inputs) {
				const size = dtype === 'F32' ? 4 : 2;
				chunk.push(dtype, bytes.subarray(start * size, (start + chunkElements) * size));
			}
			use(chunk);
		}
	};
	while (formula.pending) {
		each((part) => {
			formula.observe(part);
		});
		formula.nextPass();
	}
	const parts: Uint8Array[] = [];
	each((part) => {
		const bytes = formula.write(part, to);
		if (bytes instanceof Promise) throw new TypeError('these kernels answer at once');
		parts.push(bytes);
	});
	const outcome = formula.outcome();
	formula.free();
	chunk.clear();
	return { bytes: Uint8Array.from(Buffer.concat(parts)), outcome };
}

/** Elements and rows: whole groups of 8, not so, one row. */
const TENSORS: readonly FormulaTensor[] = [
	{ elements: 8192, row: 64 },
	{ elements: 9 * 917, row: 917 },
	{ elements: 4099, row: 4099 },
];

/** Every formula but task vectors, with the number of inputs that each takes. */
export function specsOf(
	work: FloatDtype,
): { readonly count: number; readonly spec: FormulaSpec }[] {
	const weights = [0.7, 0.35, -1.25];
	return [
		{ count: 2, spec: { kind: 'sum', work, weights: [0.7, 0.3], rounding: 'once', divide: false } },
		...(['fused', 'stepwise'] as const).flatMap((rounding) =>
			[1, 2].map((count) => ({
				count,
				spec: {
					kind: 'sum' as const,
					work,
					weights: weights.slice(0, count),
					rounding,
					divide: count === 2,
				},
			})),
		),
		{ count: 3, spec: { kind: 'sum', work, weights, rounding: 'fused', divide: true } },
		{ count: 3, spec: { kind: 'sum', work, weights, rounding: 'stepwise', divide: true } },
		...(['numpy1', 'numpy2', 'torch', 'precise'] as const).map((scalars) => ({
			count: 2,
			spec: { kind: 'slerp', work, t: 0.3, scalars } as const,
		})),
		...(['all', 'rows', 'columns'] as const).map((along, i) => ({
			count: i === 1 ? 2 : 3,
			spec: { kind: 'nuslerp', work, t: 0.3, base: i !== 1, along } as const,
		})),
		...(['all', 'rows'] as const).map((along) => ({
			count: 4,
			spec: { kind: 'model-stock', work, along, ratio: 'count', guard: true } as const,
		})),
	];
}

function makeFormulaCases(kernels: Kernels): FormulaCase[] {
	const works: readonly FloatDtype[] = ['F32', 'F16', 'BF16'];
	return works.flatMap((work, w) =>
		specsOf(work).map(({ count, spec }, s) => {
			const tensor = TENSORS[(w + s) % 3] ?? { elements: 0, row: 0 };
			const pattern = (['weights', 'bits', 'finite'] as const)[s % 3] ?? 'weights';
			const inputs = Array.from({ length: count }, (_, i) => ({
				dtype: work,
				pattern: spec.kind === 'sum' ? pattern : ('weights' as const),
				elements: tensor.elements,
				seed: 1 + 1000 * i + s,
			}));
			const run = { spec, tensor, to: works[(w + (s % 2)) % 3] ?? work };
			const { bytes } = runFormula(kernels, run, inputsOf({ inputs }), tensor.elements);
			return { ...run, inputs, digest: digest(bytes) };
		}),
	);
}

if (import.meta.main) {
	const cases = makeFormulaCases(await loadWasmKernels());
	writeFileSync(FILE, `${JSON.stringify(cases, null, '\t')}\n`);
}
