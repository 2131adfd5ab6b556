import type { Kernels } from '../types.ts';
import type { GpuSum, Primitive, SumInput, SumTask } from './types.ts';

/** Elements per second, from bytes in JavaScript's memory to an answer there. */
export interface Timing {
	readonly wasm: number;
	readonly webgpu: number;
}

/** How fast the two backends are on this machine, per primitive. */
export type Calibration = Readonly<Record<Primitive, Timing>>;

/** As many elements as a merge gives to a kernel at a time. */
const ELEMENTS = 2 ** 20;

/** Milliseconds after which a measurement is not repeated. */
const ENOUGH = 150;

/** Most repetitions; the fastest counts. */
const REPEATS = 4;

export interface CalibrateOptions {
	readonly elements?: number;
	/** Milliseconds. */
	readonly now?: () => number;
}

/** Times both backends on a sum of two bf16 tensors. Takes a fraction of a second. */
export async function calibrate(
	wasm: Kernels,
	sum: GpuSum,
	{ elements = ELEMENTS, now = () => performance.now() }: CalibrateOptions = {},
): Promise<Calibration> {
	const inputs = [sample(elements, 3), sample(elements, 5)];
	const task: SumTask = { elements, inputs, weights: [0.3, 0.7], dtype: 'BF16' };
	const output = new Uint8Array(2 * elements);
	const chunk = wasm.chunk();
	const inChunk = (use: () => unknown): void => {
		for (const { dtype, bytes } of inputs) chunk.push(dtype, bytes);
		use();
		chunk.clear();
	};
	const rate = async (run: () => unknown): Promise<number> =>
		(elements * 1000) / (await fastest(run, now));
	return {
		combine: {
			wasm: await rate(() => inChunk(() => chunk.combine(task.weights, 'BF16', output))),
			webgpu: await rate(() => sum.combine(task, output)),
		},
		compare: {
			wasm: await rate(() => inChunk(() => chunk.compare(task.weights, 'BF16', output))),
			webgpu: await rate(() => sum.compare(task, output)),
		},
	};
}

/**
 * How many times as fast as WASM the GPU is, where `workers` threads compute at once: they share the
 * one GPU, but each has a processor of its own.
 */
export function advantage({ wasm, webgpu }: Timing, workers: number): number {
	return webgpu / (wasm * workers);
}

/** Milliseconds of the fastest of some runs; the first only warms up, unless it took long. */
async function fastest(run: () => unknown, now: () => number): Promise<number> {
	let best = Infinity;
	let spent = 0;
	for (let i = 0; i < REPEATS && spent < ENOUGH; i++) {
		const start = now();
		await run();
		const took = now() - start;
		spent += took;
		best = Math.min(best, took);
	}
	return best;
}

/** bf16 numbers of a trained weight's size. */
function sample(elements: number, step: number): SumInput {
	const bits = Uint16Array.from({ length: elements }, (_, i) => 0x3c00 | ((i * step) & 0x81ff));
	return { dtype: 'BF16', bytes: new Uint8Array(bits.buffer) };
}
