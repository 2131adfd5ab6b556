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
const ELEMENTS = 2 ** 18;

/** A first try has this share of them: who is slow at that is not asked for more. */
const TRIAL = 1 / 32;

/** Milliseconds after which nothing is repeated. */
const ENOUGH = 30;

/** Most repetitions; the fastest counts. */
const REPEATS = 4;

export interface CalibrateOptions {
	readonly elements?: number;
	/** Milliseconds. */
	readonly now?: () => number;
}

/** What is timed, with so many elements. */
type Run = (elements: number) => unknown;

/** Times both backends on a sum of two bf16 tensors. Takes a fraction of a second. */
export async function calibrate(
	wasm: Kernels,
	sum: GpuSum,
	{ elements = ELEMENTS, now = () => performance.now() }: CalibrateOptions = {},
): Promise<Calibration> {
	const data = [sample(elements, 3), sample(elements, 5)];
	const output = new Uint8Array(2 * elements);
	const taskOf = (count: number): SumTask => ({
		elements: count,
		inputs: data.map((bytes): SumInput => ({ dtype: 'BF16', bytes: bytes.subarray(0, 2 * count) })),
		weights: [0.3, 0.7],
		dtype: 'BF16',
	});
	const chunk = wasm.chunk();
	const inWasm = (primitive: Primitive, count: number): void => {
		const { inputs, weights, dtype } = taskOf(count);
		for (const input of inputs) chunk.push(input.dtype, input.bytes);
		chunk[primitive](weights, dtype, output.subarray(0, 2 * count));
		chunk.clear();
	};
	const time = async (primitive: Primitive): Promise<Timing> => ({
		wasm: await rate(elements, now, (count) => inWasm(primitive, count)),
		webgpu: await rate(elements, now, (count) =>
			sum[primitive](taskOf(count), output.subarray(0, 2 * count)),
		),
	});
	return { combine: await time('combine'), compare: await time('compare') };
}

/**
 * How many times as fast as WASM the GPU is, where `workers` threads compute at once: they share the
 * one GPU, but each has a processor of its own.
 */
export function advantage({ wasm, webgpu }: Timing, workers: number): number {
	return webgpu / (wasm * workers);
}

/** Elements per second of a trial, or of the whole where the trial is quick. */
async function rate(elements: number, now: () => number, run: Run): Promise<number> {
	const trial = Math.ceil(elements * TRIAL);
	const short = await fastest(() => run(trial), now);
	if (short >= ENOUGH) return (trial * 1000) / short;
	return (elements * 1000) / (await fastest(() => run(elements), now));
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

/** Bytes of bf16 numbers of a trained weight's size. */
function sample(elements: number, step: number): Uint8Array {
	const bits = Uint16Array.from({ length: elements }, (_, i) => 0x3c00 | ((i * step) & 0x81ff));
	return new Uint8Array(bits.buffer);
}
