/**
 * Merges of whole models, from the start of the program to its exit, after all inputs have been read
 * once, so that they come from the system's cache for everybody.
 */
import { rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findMergekit, MERGEKIT_RELEASES } from '../mergekit-env.ts';
import { makeModels, type Member } from './models.ts';
import type { BenchOptions } from './options.ts';
import { runProgram, type Command, type Ended } from './processes.ts';
import { digits, median, spread, table, times } from './statistics.ts';

/** Slow contenders run once; this is slow. */
const SLOW_SECONDS = 40;

/** Most runs of a whole merge. */
const MOST_RUNS = 3;

interface MergeJob {
	readonly name: string;
	/** Models that are read. */
	readonly members: readonly Member[];
	readonly recipe: (path: (member: Member) => string) => object;
	/** Whether `--ties` makes a difference. */
	readonly ties: boolean;
}

const TIES = { weight: 0.5, density: 0.5 };

const JOBS: readonly MergeJob[] = [
	{
		name: 'slerp',
		members: ['base', 'a'],
		recipe: (path) => ({
			merge_method: 'slerp',
			base_model: path('base'),
			models: [{ model: path('base') }, { model: path('a') }],
			parameters: { t: 0.3 },
			dtype: 'bfloat16',
		}),
		ties: false,
	},
	{
		name: 'ties, base and 1 model',
		members: ['base', 'a'],
		recipe: (path) => ({
			merge_method: 'ties',
			base_model: path('base'),
			models: [{ model: path('a'), parameters: TIES }],
			dtype: 'bfloat16',
		}),
		ties: true,
	},
	{
		name: 'ties, base and 2 models',
		members: ['base', 'a', 'b'],
		recipe: (path) => ({
			merge_method: 'ties',
			base_model: path('base'),
			models: [
				{ model: path('a'), parameters: TIES },
				{ model: path('b'), parameters: TIES },
			],
			dtype: 'bfloat16',
		}),
		ties: true,
	},
];

interface Contender {
	readonly name: string;
	readonly command: Command;
	/** Whether it is a merge, as against the copies that merges are held against. */
	readonly merges: boolean;
	readonly ended: Ended[];
}

interface Workplace {
	/** Holds the models. */
	readonly folder: string;
	/** Written and removed again by every run. */
	readonly out: string;
}

function weightsOf({ folder }: Workplace, member: Member): string {
	return join(folder, member, 'model.safetensors');
}

export async function measureMerges(options: BenchOptions): Promise<string> {
	// A folder of its own, since it is removed with all that is in it.
	const folder = resolve(options.folder, 'remelt-bench');
	await mkdir(folder, { recursive: true });
	removeOnInterrupt(folder);
	const rows: string[][] = [];
	const sizes: string[] = [];
	for (const deep of options.deep ? [false, true] : [false]) {
		const layers = options.layers * (deep ? 4 : 1);
		const place = { folder: join(folder, `layers-${layers}`), out: join(folder, 'out') };
		const jobs = jobsOf(options, deep);
		try {
			const count = Math.max(...jobs.map(({ members }) => members.length));
			const { parameters } = await makeModels(place.folder, layers, count);
			sizes.push(`${layers} layers (${digits(parameters / 1e9)} B parameters)`);
			console.error(`  ${count} models of ${sizes.at(-1) ?? ''} are made`);
			for (const job of jobs)
				rows.push(...(await measureJob({ place, job, layers, deep }, options)));
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}
	return [
		`Models of TinyLlama’s shape in bf16: ${sizes.join(', ')}. Median seconds from start to exit of ` +
			`up to ${Math.min(options.runs, MOST_RUNS)} runs, fewer of what takes longer than ` +
			`${SLOW_SECONDS} s. Memory in MiB at its highest, of the process and its children: resident, ` +
			'and of it not pages of files. `cp` copies one model and reads the others.',
		table(HEAD, rows),
	].join('\n\n');
}

/** Gigabytes must not be left behind where somebody loses patience. */
function removeOnInterrupt(folder: string): void {
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => {
			rmSync(folder, { recursive: true, force: true });
			process.exit(130);
		});
}

/** Deep models show memory, for which one model of task vectors will do. */
function jobsOf({ only }: BenchOptions, deep: boolean): readonly MergeJob[] {
	return JOBS.filter(
		({ name, members }) =>
			(only.length === 0 || only.some((text) => name.startsWith(text))) &&
			(!deep || members.length === 2),
	);
}

function remelt(name: string, recipe: string, out: string, more: readonly string[]): Contender {
	const args = ['src/cli/main.ts', 'merge', recipe, out, ...more];
	return contender(name, { program: process.execPath, args }, true);
}

function contender(name: string, command: Command, merges: boolean): Contender {
	return { name, command, merges, ended: [] };
}

async function contendersOf(place: Workplace, job: MergeJob, deep: boolean): Promise<Contender[]> {
	const { folder, out } = place;
	const recipe = join(folder, 'recipe.yml');
	const config = job.recipe((member) => join(folder, member));
	// JSON is YAML, too.
	await writeFile(recipe, `${JSON.stringify(config, null, 2)}\n`);
	const weights = job.members.map((member) => `'${weightsOf(place, member)}'`);
	const [first = '', ...others] = weights;
	const read = others.map((file) => `cat ${file} > /dev/null`).join(' && ');
	const copy = `mkdir '${out}' && ${read} && cp ${first} '${out}/'`;
	const shell = (name: string, line: string): Contender =>
		contender(name, { program: 'sh', args: ['-c', line] }, false);
	return [
		shell('cp', copy),
		shell('cp and sync', `${copy} && sync '${out}/model.safetensors'`),
		remelt('Remelt', recipe, out, job.ties ? ['--ties', 'index'] : []),
		...(job.ties && !deep ? [remelt('Remelt, mergekit’s order', recipe, out, [])] : []),
		...(deep ? [] : mergekits(recipe, out)),
	];
}

function mergekits(recipe: string, out: string): Contender[] {
	return MERGEKIT_RELEASES.flatMap((release) => {
		const environment = findMergekit(release);
		if (environment === null) return [];
		const args = [recipe, out, '--no-copy-tokenizer'];
		// Nothing may be looked up while the clock runs.
		const offline = { HF_HUB_OFFLINE: '1' };
		const command = { program: environment.yaml, args, environment: offline };
		return [contender(`mergekit ${release}`, command, true)];
	});
}

interface Task {
	readonly place: Workplace;
	readonly job: MergeJob;
	readonly layers: number;
	readonly deep: boolean;
}

async function measureJob(
	{ place, job, layers, deep }: Task,
	{ runs }: BenchOptions,
): Promise<string[][]> {
	const contenders = await contendersOf(place, job, deep);
	const rounds = deep ? 1 : Math.min(runs, MOST_RUNS);
	const files = job.members.map((member) => `'${weightsOf(place, member)}'`);
	await runProgram({ program: 'sh', args: ['-c', `cat ${files.join(' ')} > /dev/null`] });
	for (let round = 0; round < rounds; round++)
		for (const one of contenders) {
			const [before] = one.ended;
			if (before !== undefined && before.seconds > SLOW_SECONDS) continue;
			await rm(place.out, { recursive: true, force: true });
			// What the last one left to be written is not this one's business.
			await runProgram({ program: 'sync', args: [] });
			const ended = await runProgram(one.command);
			one.ended.push(ended);
			console.error(`  ${job.name}, ${layers} layers, ${one.name}: ${ended.seconds.toFixed(1)} s`);
		}
	await rm(place.out, { recursive: true, force: true });
	return contenders.map((one) => rowOf(one, job, layers, contenders));
}

const HEAD = [
	'merge',
	'layers',
	'program',
	'seconds',
	'spread',
	'Remelt is',
	'resident',
	'own memory',
];

function rowOf(
	one: Contender,
	job: MergeJob,
	layers: number,
	contenders: readonly Contender[],
): string[] {
	const seconds = ({ ended }: Contender): number => median(ended.map((run) => run.seconds));
	const ours = contenders.find(({ name }) => name === 'Remelt');
	const ratio = ours === undefined || ours === one ? NaN : seconds(one) / seconds(ours);
	const mebibytes = (of: (run: Ended) => number): string => {
		const most = Math.max(...one.ended.map(of));
		return Number.isNaN(most) ? '–' : (most / 2 ** 20).toFixed(0);
	};
	const measured = one.ended.map((run) => run.seconds);
	return [
		job.name,
		String(layers),
		one.name,
		digits(seconds(one)),
		one.ended.length < 2 ? '–' : `${(100 * spread(measured)).toFixed(0)} %`,
		Number.isNaN(ratio) ? '–' : `${times(ratio)} as fast`,
		mebibytes(({ resident }) => resident),
		mebibytes(({ own }) => own),
	];
}
