/**
 * What the GPU tests do inside of a page: the GPU's kernels beside WASM's. Served by
 * `gpuServer.ts`; no part of the site.
 */
import { toRemeltError } from '../../../src/errors/index.ts';
import {
	GRAM_BLOCK,
	loadWasmKernels,
	type Comparison,
	type FormulaSpec,
	type KernelChunk,
	type Kernels,
} from '../../../src/kernels/index.ts';
import { calibrate, type Calibration } from '../../../src/kernels/webgpu/calibrate.ts';
import { openGpuSum } from '../../../src/kernels/webgpu/choose.ts';
import { comparisonOf } from '../../../src/kernels/webgpu/counts.ts';
import { openDevice } from '../../../src/kernels/webgpu/device.ts';
import { SHADERS } from '../../../src/kernels/webgpu/shaders.ts';
import { createGpuSum } from '../../../src/kernels/webgpu/sum.ts';
import type { GpuSum, Primitive, SumTask } from '../../../src/kernels/webgpu/types.ts';
import { withWebGpu } from '../../../src/kernels/webgpu/withWebGpu.ts';
import type { FloatDtype } from '../../../src/tensors/index.ts';
import fused from '../../kernels/webgpu/fused.wgsl?raw';
import { makeOperand, type Pattern } from '../../kernels/patterns.ts';

const SIZES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

type Shaders = Readonly<Record<Primitive, string>>;

/** Shaders that are wrong in one way. */
export type Mistake = 'fused' | 'half-up' | 'floats';

function replaced(part: RegExp, by: string): Shaders {
	const change = (code: string): string => {
		if (!part.test(code)) throw new Error(`no shader has ${String(part)}`);
		return code.replace(part, by);
	};
	return { combine: change(SHADERS.combine), compare: change(SHADERS.compare) };
}

const MULTIPLY_ADD = /fn multiply_add\([\s\S]*?\n}\n/;

function wrongShaders(mistake: Mistake): Shaders {
	if (mistake === 'fused') return replaced(MULTIPLY_ADD, fused);
	if (mistake === 'half-up')
		return replaced(/rest > SIGN \|\| \(rest == SIGN && [^;]*;/, 'rest >= SIGN;');
	const code = 'bitcast<f32>(sum) + bitcast<f32>(weight) * bitcast<f32>(x)';
	return replaced(
		MULTIPLY_ADD,
		`fn multiply_add(weight: u32, x: u32, sum: u32) -> u32 { return bitcast<u32>(${code}); }\n`,
	);
}

/** A request for a sum of test data. */
export interface Asked {
	readonly pattern: Pattern;
	readonly inputs: readonly FloatDtype[];
	readonly dtype: FloatDtype;
	readonly weights: readonly number[];
	readonly elements: number;
}

function taskOf({ pattern, inputs, dtype, weights, elements }: Asked): SumTask {
	const made = inputs.map((input, i) =>
		makeOperand({ dtype: input, pattern, elements, seed: 31 * i + elements }),
	);
	return { elements, inputs: made, weights, dtype };
}

function filled(kernels: Kernels, { inputs }: SumTask): KernelChunk {
	const chunk = kernels.chunk();
	for (const { dtype, bytes } of inputs) chunk.push(dtype, bytes);
	return chunk;
}

/** A published tensor to compare with: some blocks as they should be, some elements near, some not. */
function publish(right: Uint8Array, { dtype, elements }: SumTask): Uint8Array {
	const bytes = right.slice();
	const noise = makeOperand({ dtype, pattern: 'bits', elements, seed: 5 }).bytes;
	const size = SIZES[dtype];
	for (let i = 0; i < elements; i++) {
		if (i % (3 * GRAM_BLOCK) < GRAM_BLOCK) continue;
		if (i % 5 === 1) bytes.set(noise.subarray(i * size, (i + 1) * size), i * size);
		if (i % 5 === 2) bytes[i * size] = ((bytes[i * size] ?? 0) + (i % 40)) & 0xff;
		if (i % 5 === 3) bytes[(i + 1) * size - 1] = (bytes[(i + 1) * size - 1] ?? 0) ^ 0x80;
	}
	return bytes;
}

/** The first element in which two results differ; null where there is none. */
function firstDifference(a: Uint8Array, b: Uint8Array, dtype: FloatDtype): number | null {
	const at = a.findIndex((byte, i) => byte !== b[i]);
	return at < 0 && a.length === b.length ? null : Math.floor(at / SIZES[dtype]);
}

/** How the GPU's answers compare with those of WASM. */
export interface Agreement {
	readonly asked: Asked;
	readonly difference: number | null;
	readonly counts: { readonly gpu: Comparison; readonly wasm: Comparison };
}

/** Both backends' bits and counts of sums; `pieceBytes` makes the GPU work in small pieces. */
export async function compareBackends(
	list: readonly Asked[],
	pieceBytes?: number,
): Promise<Agreement[]> {
	const wasm = await loadWasmKernels();
	const device = await openDevice(navigator.gpu);
	const gpu = await createGpuSum(device, pieceBytes === undefined ? {} : { pieceBytes });
	const results: Agreement[] = [];
	for (const asked of list) results.push(await compareOne(wasm, gpu, asked));
	gpu.close();
	return results;
}

async function compareOne(wasm: Kernels, gpu: GpuSum, asked: Asked): Promise<Agreement> {
	const task = taskOf(asked);
	const chunk = filled(wasm, task);
	const right = chunk.combine(task.weights, task.dtype);
	const actual = new Uint8Array(right.length);
	await gpu.combine(task, actual);
	const published = publish(right, task);
	const counts = await gpu.compare(task, published);
	const result = {
		asked,
		difference: firstDifference(right, actual, task.dtype),
		counts: {
			gpu: comparisonOf(counts, task.elements),
			wasm: chunk.compare(task.weights, task.dtype, published),
		},
	};
	chunk.clear();
	return result;
}

/** What the self-test says of shaders with a mistake; null where it finds nothing. */
export async function selfTestOf(mistake: Mistake | null): Promise<string | null> {
	try {
		const sum = await openGpuSum(navigator.gpu, mistake === null ? SHADERS : wrongShaders(mistake));
		sum.close();
		return null;
	} catch (thrown) {
		const { code, message } = toRemeltError(thrown, 'worker-failed');
		return `${code}: ${message}`;
	}
}

/** What came of a merge of two tensors in chunks of 2^18 elements. */
export interface MergeReport {
	/** Why the GPU was left, in order. */
	readonly left: readonly string[];
	readonly difference: number | null;
	/** Elements of WASM's result that compared as identical. */
	readonly identical: number;
}

const STEP = 2 ** 18;

/**
 * Merges twice, to write and to compare, with kernels whose GPU has passed no self-test. Chunks are
 * counted from 1 through both; while chunk `destroyAt` is computed, the device is destroyed.
 */
export async function mergeWith(
	mistake: Mistake | null,
	asked: Asked,
	destroyAt = Infinity,
): Promise<MergeReport> {
	const wasm = await loadWasmKernels();
	const device = await openDevice(navigator.gpu);
	const shaders = mistake === null ? SHADERS : wrongShaders(mistake);
	const sum = await createGpuSum(device, { shaders });
	const left: string[] = [];
	const kernels = withWebGpu(wasm, sum, {
		use: { compare: true, combine: true },
		random: () => 0.5,
		onLeave: ({ code, message }) => left.push(`${code}: ${message}`),
	});
	const task = taskOf(asked);
	const chunk = filled(wasm, task);
	const right = chunk.combine(task.weights, task.dtype);
	chunk.clear();
	const merge = new ChunkedMerge(kernels, task);
	let chunks = 0;
	const beforeChunk = (): void => {
		if (++chunks === destroyAt) queueMicrotask(() => device.destroy());
	};
	const output = await merge.write(beforeChunk);
	const identical = await merge.compare(right, beforeChunk);
	sum.close();
	return { left, difference: firstDifference(right, output, task.dtype), identical };
}

/** A merger as `src/merge` has it, without its reads. */
class ChunkedMerge {
	readonly #kernels: Kernels;
	readonly #task: SumTask;
	readonly #spec: FormulaSpec;

	constructor(kernels: Kernels, task: SumTask) {
		this.#kernels = kernels;
		this.#task = task;
		const { weights } = task;
		this.#spec = { kind: 'sum', weights, rounding: 'once', divide: false, work: 'F32' };
	}

	async write(beforeChunk: () => void): Promise<Uint8Array> {
		const { elements, dtype } = this.#task;
		const formula = this.#kernels.formula(this.#spec, { elements, row: elements });
		const output = new Uint8Array(elements * SIZES[dtype]);
		await this.#pass(beforeChunk, async (chunk, part) => {
			await formula.write(chunk, dtype, part(output, dtype));
		});
		return output;
	}

	async compare(published: Uint8Array, beforeChunk: () => void): Promise<number> {
		const { elements, dtype } = this.#task;
		const formula = this.#kernels.formula(this.#spec, { elements, row: elements });
		let identical = 0;
		await this.#pass(beforeChunk, async (chunk, part) => {
			identical += (await formula.compare(chunk, dtype, part(published, dtype))).identical;
		});
		return identical;
	}

	async #pass(
		beforeChunk: () => void,
		use: (
			chunk: KernelChunk,
			part: (bytes: Uint8Array, dtype: FloatDtype) => Uint8Array,
		) => Promise<void>,
	): Promise<void> {
		const chunk = this.#kernels.chunk();
		for (let start = 0; start < this.#task.elements; start += STEP) {
			const part = (bytes: Uint8Array, dtype: FloatDtype): Uint8Array =>
				bytes.subarray(start * SIZES[dtype], (start + STEP) * SIZES[dtype]);
			for (const { dtype, bytes } of this.#task.inputs) chunk.push(dtype, part(bytes, dtype));
			beforeChunk();
			await use(chunk, part);
			chunk.clear();
		}
	}
}

/** How fast the two backends are here. */
export async function measure(): Promise<Calibration> {
	const sum = await openGpuSum(navigator.gpu);
	const calibration = await calibrate(await loadWasmKernels(), sum);
	sum.close();
	return calibration;
}

declare global {
	var gpuPage: {
		compareBackends: typeof compareBackends;
		measure: typeof measure;
		mergeWith: typeof mergeWith;
		selfTestOf: typeof selfTestOf;
	};
}

globalThis.gpuPage = { compareBackends, measure, mergeWith, selfTestOf };
