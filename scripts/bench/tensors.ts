/**
 * Merge methods on a single tensor, on all cores: Remelt, each mergekit and memcpy in turn.
 *
 * mergekit merges one tensor with as many threads as there are cores; Remelt merges one tensor per
 * worker thread, as many at once, and is credited with all of them. Inputs and outputs are in
 * memory on both sides, nothing is read from disk: mergekit's inputs are its tensors, Remelt's are in
 * the memory of its kernels, into which the engine reads files on a disk.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWasmKernels } from '../../src/kernels/index.ts';
import type { TiesOrder } from '../../src/merge/index.ts';
import { findMergekit, MERGEKIT_RELEASES, type MergekitRelease } from '../mergekit-env.ts';
import { formulaOf, inputsOf, JOBS, type Job } from './jobs.ts';
import { startMergekit, type MergekitDriver } from './mergekitDriver.ts';
import type { BenchOptions } from './options.ts';
import { startPool, type RemeltPool } from './remeltPool.ts';
import type { Stages } from './remeltWorker.ts';
import { digits, median, percent, spread, table, times } from './statistics.ts';
import { bytesOf, makeFamily } from './weights.ts';

/** Base and two models. */
const TENSORS = 3;

/** After so many seconds on one job there are no more than {@link FEWEST} rounds. */
const ENOUGH_SECONDS = 60;

const FEWEST = 3;

/** Semantics that Remelt is measured with where there is no mergekit beside it. */
const ALONE: MergekitRelease = '0.1.5';

/** One thing that is measured again and again. */
interface Contender {
	readonly milliseconds: number[];
	/** Tensors that one run merges. */
	readonly tensors: number;
	readonly run: (save?: string) => Promise<{ milliseconds: number; stages: Stages | null }>;
	readonly stages: Stages[];
}

/** Remelt with one semantics and one order of equal magnitudes, and the mergekit it is held to. */
interface Pairing {
	readonly release: MergekitRelease;
	readonly ties: TiesOrder;
	readonly remelt: Contender;
	readonly mergekit: Contender | null;
	/** Share of elements in which the two results are equal. */
	equal: number;
}

interface Bench {
	readonly options: BenchOptions;
	readonly folder: string;
	readonly pool: RemeltPool;
	readonly drivers: readonly MergekitDriver[];
}

export async function measureTensors(options: BenchOptions): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'remelt-bench-'));
	try {
		const bench = await openBench(options, folder);
		try {
			return await measureJobs(bench);
		} finally {
			for (const driver of bench.drivers) driver.close();
			await bench.pool.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function measureJobs(bench: Bench): Promise<string> {
	const rows: string[][] = [];
	const stageRows: string[][] = [];
	for (const job of jobsOf(bench.options)) {
		const { pairings, memcpy } = await measureJob(bench, job);
		rows.push(...pairings.map((pairing) => rowOf(bench, job, pairing, pairings, memcpy)));
		stageRows.push(...pairings.map((pairing) => stageRow(job, pairing)));
		console.error(`  ${job.name}: ${memcpy.milliseconds.length} rounds`);
	}
	return report(bench, rows, stageRows);
}

function jobsOf({ only }: BenchOptions): readonly Job[] {
	return JOBS.filter(({ name }) => only.length === 0 || only.some((text) => name.startsWith(text)));
}

async function openBench(options: BenchOptions, folder: string): Promise<Bench> {
	const { size, threads, chunk } = options;
	const files = makeFamily(size * size, TENSORS - 1, 12345).map(async (tensor, i) => {
		const file = join(folder, `${i}.bf16`);
		await writeFile(file, bytesOf(tensor));
		return file;
	});
	const inputs = await Promise.all(files);
	const drivers: MergekitDriver[] = [];
	for (const release of MERGEKIT_RELEASES) {
		const environment = findMergekit(release);
		if (environment === null) continue;
		drivers.push(
			await startMergekit(environment, {
				inputs,
				rows: size,
				columns: size,
				threads,
				tensors: threads,
			}),
		);
	}
	const pool = await startPool(threads, { kind: 'open', inputs, row: size, chunk });
	return { options, folder, pool, drivers };
}

function contender(tensors: number, run: Contender['run']): Contender {
	return { milliseconds: [], tensors, run, stages: [] };
}

function pairingsOf({ options, pool, drivers }: Bench, job: Job): Pairing[] {
	const { size } = options;
	const wanted = Array.from({ length: inputsOf(job) }, (_, i) => i);
	const releases = drivers.length === 0 ? [ALONE] : drivers.map(({ release }) => release);
	return releases.flatMap((release) => {
		const driver = drivers.find((other) => other.release === release);
		const mergekit =
			driver === undefined
				? null
				: contender(pool.threads, async (save) => ({
						milliseconds: await driver.run(job, save),
						stages: null,
					}));
		const orders: readonly TiesOrder[] = job.ties ? ['index', 'mergekit'] : ['index'];
		return orders.map((ties): Pairing => {
			const spec = formulaOf(job, [size, size], { semantics: release, ties });
			const remelt = contender(pool.threads, async (save) => pool.merge(spec, wanted, save));
			return { release, ties, remelt, mergekit, equal: NaN };
		});
	});
}

/** Takes turns, so that a slow moment of the machine hits all of them. */
async function measureJob(
	bench: Bench,
	job: Job,
): Promise<{ pairings: readonly Pairing[]; memcpy: Contender }> {
	const pairings = pairingsOf(bench, job);
	const memcpy = contender(bench.pool.threads, async () => bench.pool.copy());
	const mergekits = pairings.flatMap(({ mergekit }) => mergekit ?? []);
	const all = [...new Set([...pairings.map(({ remelt }) => remelt), ...mergekits, memcpy])];
	const began = performance.now();
	await compareResults(bench, pairings);
	const seconds = (performance.now() - began) / 1000;
	const affordable = Math.max(FEWEST, Math.floor(ENOUGH_SECONDS / seconds));
	for (let round = 0; round < Math.min(bench.options.runs, affordable); round++)
		for (const one of all) {
			const { milliseconds, stages } = await one.run();
			one.milliseconds.push(milliseconds);
			if (stages) one.stages.push(stages);
		}
	return { pairings, memcpy };
}

/** The round that warms up, whose results are compared. */
async function compareResults({ folder }: Bench, pairings: readonly Pairing[]): Promise<void> {
	const kernels = await loadWasmKernels();
	const [ours, theirs] = [join(folder, 'remelt'), join(folder, 'mergekit')];
	for (const pairing of pairings) {
		await pairing.remelt.run(ours);
		if (pairing.mergekit === null) continue;
		await pairing.mergekit.run(theirs);
		const [expected, actual] = await Promise.all([readFile(theirs), readFile(ours)]);
		const { identical, elements } = kernels.compare(expected, actual, 'BF16');
		pairing.equal = identical / elements;
	}
}

/** Millions of parameters per second. */
function rate({ options }: Bench, { milliseconds, tensors }: Contender): number {
	return (options.size ** 2 * tensors) / median(milliseconds) / 1e3;
}

const HEAD = [
	'method',
	'semantics',
	'mergekit M/s',
	'Remelt M/s',
	'ratio',
	'to the faster',
	'of memcpy',
	'spread',
	'equal elements',
];

function rowOf(
	bench: Bench,
	job: Job,
	{ release, ties, remelt, mergekit, equal }: Pairing,
	pairings: readonly Pairing[],
	memcpy: Contender,
): string[] {
	const ours = rate(bench, remelt);
	const theirs = mergekit === null ? NaN : rate(bench, mergekit);
	const fastest = Math.max(
		...pairings.map((other) => (other.mergekit ? rate(bench, other.mergekit) : NaN)),
	);
	// memcpy reads 2 bytes per bf16 parameter and writes as many.
	const share = job.bytes === null ? NaN : (ours * job.bytes) / (rate(bench, memcpy) * 4);
	const spreads = [remelt, ...(mergekit === null ? [] : [mergekit])].map(({ milliseconds }) =>
		spread(milliseconds),
	);
	return [
		ties === 'mergekit' ? `${job.name}, mergekit’s order` : job.name,
		release,
		digits(theirs),
		digits(ours),
		times(ours / theirs),
		times(ours / fastest),
		percent(share),
		percent(Math.max(...spreads)),
		Number.isNaN(equal) ? '–' : `${(100 * equal).toFixed(3)} %`,
	];
}

function stageRow(job: Job, { release, ties, remelt }: Pairing): string[] {
	const of = (stage: keyof Stages): number => median(remelt.stages.map((stages) => stages[stage]));
	const whole = median(remelt.milliseconds);
	const stages = [of('build'), of('observe'), of('write')];
	const cells = [...stages, whole].map((value) => value.toFixed(1));
	return [ties === 'mergekit' ? `${job.name}, mergekit’s order` : job.name, release, ...cells];
}

function report(bench: Bench, rows: string[][], stageRows: string[][]): string {
	const { options, pool, drivers } = bench;
	const versions = drivers.map(({ release, torch }) => `${release} (torch ${torch})`);
	const beside =
		versions.length === 0 ? 'No mergekit is installed.' : `mergekit ${versions.join(', ')}.`;
	const parts = [
		`Tensors of ${options.size} × ${options.size} bf16 parameters, ${pool.threads} threads: mergekit ` +
			`merges as many tensors one after another with all of them, Remelt a tensor per worker; ` +
			`${options.chunk} elements per kernel call, median of up to ${options.runs} rounds. ${beside}`,
		table(HEAD, rows),
	];
	if (options.stages)
		parts.push(
			'Where a worker’s time goes, in milliseconds:',
			table(['method', 'semantics', 'build', 'observe', 'write', 'all'], stageRows),
		);
	return parts.join('\n\n');
}
