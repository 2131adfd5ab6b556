/**
 * WASM slerp against plain TypeScript and against memcpy, on the same data in the same run and one
 * thread: `npm run bench -- [--elements 16777216] [--runs 9]`.
 *
 * The two slerps must first give the same bits. Bytes are those that the job cannot avoid: slerp
 * reads two tensors and writes one (6 per bf16 element), memcpy reads one and writes one (4). The
 * WASM figures include copying into and out of its memory. Rates are those of the best run.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { loadWasmKernels, type Kernels } from '../src/kernels/index.ts';
import { plainCombine, plainGram } from './benchPlain.ts';

const T = 0.3;

interface Row {
	readonly name: string;
	/** Per element, read and written. */
	readonly bytes: number;
	readonly run: () => void;
	readonly milliseconds: number[];
}

/** A bf16 tensor as weights are: roughly normal with a standard deviation of 0.02. */
function makeTensor(elements: number, seed: number): Uint16Array {
	const values = new Float32Array(1);
	const bits = new Uint32Array(values.buffer);
	let x = seed;
	return new Uint16Array(elements).map(() => {
		let sum = 0;
		for (let i = 0; i < 4; i++) {
			x ^= x << 13;
			x ^= x >>> 17;
			x ^= x << 5;
			sum += x;
		}
		// Four uniforms of ±2^31 have a standard deviation of 2^32/√3.
		values[0] = (sum / 2 ** 32) * Math.sqrt(3) * 0.02;
		return (bits[0] ?? 0) >>> 16;
	});
}

function bytesOf(elements: Uint16Array): Uint8Array {
	return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}

interface Job {
	readonly kernels: Kernels;
	readonly a: Uint16Array;
	readonly b: Uint16Array;
	/** Written again and again, so that no run waits for new memory. */
	readonly output: Uint16Array;
}

function plainSlerp({ kernels, a, b, output }: Job): void {
	const { w0, w1 } = kernels.slerpWeights(plainGram(a, b), T);
	plainCombine(a, b, [w0, w1], output);
}

function wasmSlerp({ kernels, a, b, output }: Job): void {
	const chunk = kernels.chunk();
	chunk.push('BF16', bytesOf(a));
	chunk.push('BF16', bytesOf(b));
	const { w0, w1 } = kernels.slerpWeights(kernels.reduceGram(chunk.gram(), 2), T);
	chunk.combine([w0, w1], 'BF16', bytesOf(output));
	chunk.clear();
}

/** The parts of the WASM slerp one by one, on a chunk that stays. */
function partRows({ kernels, a, b, output }: Job): Row[] {
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
		row('  of it: push', 8, push),
		row('  of it: gram', 4, () => chunk.gram()),
		row('  of it: combine', 6, combine),
	];
}

function row(name: string, bytes: number, run: () => void): Row {
	return { name, bytes, run, milliseconds: [] };
}

function median(numbers: readonly number[]): number {
	const sorted = numbers.toSorted((x, y) => x - y);
	return sorted[sorted.length >> 1] ?? NaN;
}

/** How much longer a row takes than another, by the best runs and by the median of all. */
function ratios(row: Row, over: Row): { best: number; middle: number } {
	return {
		best: Math.min(...row.milliseconds) / Math.min(...over.milliseconds),
		middle: median(row.milliseconds) / median(over.milliseconds),
	};
}

function table(rows: readonly Row[], slerp: Row, elements: number): string[] {
	const head = ['', 'min ms', 'median ms', 'G elements/s', 'GB/s', '× WASM: min', 'median'];
	const lines = rows.map((row) => {
		const best = Math.min(...row.milliseconds);
		const rate = elements / best / 1e6;
		const ratio = ratios(row, slerp);
		return [
			row.name,
			best.toFixed(2),
			median(row.milliseconds).toFixed(2),
			rate.toFixed(3),
			(rate * row.bytes).toFixed(2),
			ratio.best.toFixed(3),
			ratio.middle.toFixed(3),
		];
	});
	const all = [head, ...lines];
	const widths = head.map((_, i) => Math.max(...all.map((line) => line[i]?.length ?? 0)));
	const pad = (cell: string, i: number): string =>
		i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0);
	return all.map((line) => line.map(pad).join('  '));
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

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			elements: { type: 'string', default: String(4096 * 4096) },
			runs: { type: 'string', default: '9' },
		},
	});
	const [elements, runs] = [Number(values.elements), Number(values.runs)];
	if (!Number.isInteger(elements) || !Number.isInteger(runs) || elements < 1 || runs < 1)
		throw new RangeError('--elements and --runs are whole numbers from 1');

	const kernels = await loadWasmKernels();
	const [a, b] = [makeTensor(elements, 12345), makeTensor(elements, 67890)];
	const plain: Job = { kernels, a, b, output: new Uint16Array(elements) };
	const wasm: Job = { ...plain, output: new Uint16Array(elements) };
	plainSlerp(plain);
	wasmSlerp(wasm);
	const difference = kernels.compare(bytesOf(plain.output), bytesOf(wasm.output), 'BF16');
	if (difference.identical !== elements)
		throw new Error(`the two slerps differ: ${JSON.stringify(difference)}`);

	const slerp = row('WASM slerp', 6, () => {
		wasmSlerp(wasm);
	});
	const typescript = row('plain TypeScript slerp', 6, () => {
		plainSlerp(plain);
	});
	const memcpy = row('memcpy of one tensor', 4, () => {
		wasm.output.set(a);
	});
	const rows = [slerp, typescript, memcpy, ...partRows(wasm)];
	measure(rows, runs);

	const { model = 'unknown processor' } = cpus()[0] ?? {};
	console.log(`slerp of two bf16 tensors of ${elements} elements, one thread, ${runs} runs`);
	console.log(`${model}, Node ${process.versions.node}; all ${elements} results are identical`);
	console.log(`\n${table(rows, slerp, elements).join('\n')}\n`);
	const faster = ratios(typescript, slerp);
	console.log(
		`WASM is ${faster.best.toFixed(1)} times as fast as plain TypeScript by the best runs, ` +
			`${faster.middle.toFixed(1)} times by the median.`,
	);
	const copy = ratios(memcpy, slerp);
	const percent = (time: number): string => ((100 * time * slerp.bytes) / memcpy.bytes).toFixed(0);
	console.log(
		`It reads and writes ${percent(copy.best)} % of the bytes per second that memcpy does, ` +
			`${percent(copy.middle)} % by the median.`,
	);
}

await main();
