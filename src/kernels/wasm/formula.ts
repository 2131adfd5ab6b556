import type { ErrorDetails } from '../../errors/index.ts';
import type { FloatDtype } from '../../tensors/index.ts';
import type { FormulaOutcome, FormulaSpec } from '../formula.ts';
import type { Comparison, Formula, FormulaTensor, KernelChunk } from '../types.ts';
import { WasmChunk } from './chunk.ts';
import { dtypeOf, SIZES, toComparison, type Guard } from './guard.ts';
import * as wasm from '../../../wasm/pkg/remelt_kernels.js';

/** A formula over chunks of the same instance. */
export class WasmFormula implements Formula {
	readonly #formula: wasm.Formula;
	readonly #guard: Guard;
	readonly #about: ErrorDetails;

	constructor(guard: Guard, spec: FormulaSpec, { elements, row }: FormulaTensor) {
		this.#guard = guard;
		this.#about = { formula: spec.kind, tensor: elements, row };
		this.#formula = guard('formula', this.#about, () => new wasm.Formula(spec, { elements, row }));
	}

	get pending(): boolean {
		return this.#guard('pending', this.#about, () => this.#formula.pending);
	}

	observe(chunk: KernelChunk): void {
		this.#run('observe', chunk, {}, (inner) => {
			this.#formula.observe(inner);
		});
	}

	nextPass(): void {
		this.#guard('nextPass', this.#about, () => {
			this.#formula.next_pass();
		});
	}

	write(chunk: KernelChunk, dtype: FloatDtype, into?: Uint8Array): Uint8Array {
		return this.#run('write', chunk, { dtype }, (inner) => {
			const code = dtypeOf(dtype);
			const output = into ?? new Uint8Array(chunk.elements * SIZES[dtype]);
			this.#formula.write(inner, code, output);
			return output;
		});
	}

	view(chunk: KernelChunk, dtype: FloatDtype): Uint8Array {
		return this.#run('view', chunk, { dtype }, (inner) =>
			this.#formula.view(inner, dtypeOf(dtype)),
		);
	}

	compare(chunk: KernelChunk, dtype: FloatDtype, expected: Uint8Array): Comparison {
		const details = { dtype, bytes: expected.byteLength };
		return this.#run('compare', chunk, details, (inner) =>
			toComparison(this.#formula.compare(inner, dtypeOf(dtype), expected)),
		);
	}

	outcome(): FormulaOutcome {
		return this.#guard('outcome', this.#about, () => this.#formula.outcome() as FormulaOutcome);
	}

	free(): void {
		this.#formula.free();
	}

	#run<T>(name: string, chunk: KernelChunk, more: ErrorDetails, run: (inner: wasm.Chunk) => T): T {
		const details = { ...this.#about, elements: chunk.elements, ...more };
		return this.#guard(name, details, () => {
			if (!(chunk instanceof WasmChunk)) throw new TypeError('the chunk is of another backend');
			return run(chunk.inner);
		});
	}
}
