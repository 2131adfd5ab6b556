/**
 * WASM slerp against plain TypeScript and against memcpy, in one thread.
 *
 * The two slerps must first give the same bits. Bytes are those that the job cannot avoid: slerp
 * reads two tensors and writes one (6 per bf16 element), memcpy reads one and writes one (4). The
 * WASM figures include copying into and out of its memory. Rates are those of the median run.
 */
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import type { BenchOptions } from './options.ts';
import { plainCombine, plainGram } from './plain.ts';
import { digits, median, percent, spread, table, times } from './statistics.ts';
import { bytesOf, makeFamily } from './weights.ts';

const T = 0.3;

interface Row {
	readonly name: string;
	/** Per element, read and written. */
	readonly bytes: number;
	readonly run: () => void;
	readonly milliseconds: number[];
}

interface Slerp {
	readonly kernels: Kernels;
	readonly a: Uint16Array;
	readonly b: Uint16Array;
	/** Written again and again, so that no run waits for new memory. */
	readonly output: Uint16Array;
}

function plainSlerp({ kernels, a, b, output }: Slerp): void {
	const { w0, w1 } = kernels.slerpWeights(plainGram(a, b), T);
	plainCombine(a, b, [w0, w1], output);
}

function wasmSlerp({ kernels, a, b, output }: Slerp): void {
	const chunk = kernels.chunk();
	chunk.push('BF16', bytesOf(a));
	chunk.push('BF16', bytesOf(b));
	const { w0, w1 } = kernels.slerpWeights(kernels.reduceGram(chunk.gram(), 2), T);
	chunk.combine([w0, w1], 'BF16', bytesOf(output));
	chunk.clear();
}

/** The parts of the WASM slerp one by one, on a chunk that stays. */
function partRows({ kernels, a, b, output }: Slerp): Row[] {
	const chunk = kernels.chunk();
	const push = (): void => {
		chunk.clear();
		chunk.push('BF16', bytesOf(a));
		chunk.push('BF16', bytesOf(b));
	};
	const combine = (): void => {
		chunk.combine([0.7, 0.3], 'BF16', bytesOf(output));
	};
	return [
		row('of it: push', 8, push),
		row('of it: gram', 4, () => chunk.gram()),
		row('of it: combine', 6, combine),
	];
}

function row(name: string, bytes: number, run: () => void): Row {
	return { name, bytes, run, milliseconds: [] };
}

/** Takes the measurements in turn, so that a slow moment of the machine hits all of them. */
function measure(rows: readonly Row[], runs: number): void {
	// The first round only warms up.
	for (let i = -1; i < runs; i++)
		for (const { run, milliseconds } of rows) {
			const start = performance.now();
			run();
			const time = performance.now() - start;
			if (i >= 0) milliseconds.push(time);
		}
}

/** A tensor of `size` rows and columns in bf16, merged on one thread. Markdown. */
export async function measureKernels({ size, runs }: BenchOptions): Promise<string> {
	const kernels = await loadWasmKernels();
	const elements = size * size;
	const [a = new Uint16Array(), b = new Uint16Array()] = makeFamily(elements, 1, 12345);
	const plain: Slerp = { kernels, a, b, output: new Uint16Array(elements) };
	const wasm: Slerp = { ...plain, output: new Uint16Array(elements) };
	plainSlerp(plain);
	wasmSlerp(wasm);
	const difference = kernels.compare(bytesOf(plain.output), bytesOf(wasm.output), 'BF16');
	if (difference.identical !== elements)
		throw new Error(`the two slerps differ: ${JSON.stringify(difference)}`);

	const slerp = row('WASM slerp', 6, () => wasmSlerp(wasm));
	const typescript = row('plain TypeScript slerp', 6, () => plainSlerp(plain));
	const memcpy = row('memcpy of one tensor', 4, () => wasm.output.set(a));
	const rows = [slerp, typescript, memcpy, ...partRows(wasm)];
	measure(rows, runs);
	return summary(rows, { slerp, typescript, memcpy, elements });
}

function summary(
	rows: readonly Row[],
	parts: { slerp: Row; typescript: Row; memcpy: Row; elements: number },
): string {
	const { slerp, typescript, memcpy, elements } = parts;
	const rate = ({ milliseconds }: Row): number => elements / median(milliseconds) / 1e3;
	const gigabytes = (of: Row): number => (rate(of) * of.bytes) / 1e3;
	const lines = rows.map((of) => [
		of.name,
		median(of.milliseconds).toFixed(2),
		digits(rate(of)),
		digits(gigabytes(of)),
		percent(spread(of.milliseconds)),
	]);
	return [
		`Slerp of two bf16 tensors of ${elements} elements, one thread, median of ${slerp.milliseconds.length} runs; all results of the two slerps are identical.`,
		table(['', 'ms', 'M parameters/s', 'GB/s', 'spread'], lines),
		`WASM is ${times(rate(slerp) / rate(typescript))} as fast as plain TypeScript, and reads and writes ` +
			`${percent(gigabytes(slerp) / gigabytes(memcpy))} of the bytes per second that memcpy does.`,
	].join('\n\n');
}
