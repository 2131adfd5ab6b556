import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from '../../src/cli/args.ts';
import { helpText } from '../../src/cli/help.ts';
import { OPTIONS } from '../../src/cli/options.ts';
import { parseSize } from '../../src/cli/sizes.ts';

describe('a command line', () => {
	it('is read with its defaults', () => {
		expect(readArguments(['merge', 'r.yml', 'here'])).toEqual({
			command: 'merge',
			recipe: 'r.yml',
			number: 1,
			out: 'here',
			models: null,
			hub: 'https://huggingface.co',
			published: null,
			folders: new Map(),
			semantics: undefined,
			seed: undefined,
			ties: undefined,
			memory: undefined,
			shardSize: undefined,
			jobs: undefined,
			restart: false,
			fileDigests: false,
			keep: false,
			json: false,
		});
	});

	it('says which mergekit, seed, order of ties, and how to run', () => {
		const words =
			'merge r.yml out --semantics 0.0.6 --random-seed 42 --ties index --out-shard-size 5B --memory 1GiB -j 3';
		expect(readArguments(words.split(' '))).toMatchObject({
			semantics: '0.0.6',
			seed: 42,
			ties: 'index',
			shardSize: 5_000_000_000,
			memory: 2 ** 30,
			jobs: 3,
		});
	});

	it('maps models to folders, and takes the Hub from its option before the environment', () => {
		const argv = ['plan', 'r.yml', '--model', 'o/a=/x=y', '--model', 'o/b=z', '--models', 'all'];
		const environment = { REMELT_HUB: 'http://127.0.0.1:1/' };
		expect(readArguments(argv, environment)).toMatchObject({
			hub: 'http://127.0.0.1:1',
			models: 'all',
			folders: new Map([
				['o/a', '/x=y'],
				['o/b', 'z'],
			]),
		});
		expect(readArguments([...argv, '--hub', 'http://h'], environment)).toMatchObject({
			hub: 'http://h',
		});
	});

	it('takes the folder as a word or an option, or none where it only compares', () => {
		expect(readArguments(['merge', 'r.yml', '--out', 'here'])).toMatchObject({ out: 'here' });
		expect(readArguments(['merge', 'r.yml', '--published', 'o/m'])).toMatchObject({ out: null });
	});

	it('asks for help about everything or about one command', () => {
		for (const argv of [['--help'], ['-h'], ['help']])
			expect(readArguments(argv)).toEqual({ command: 'help', about: null });
		for (const argv of [
			['help', 'plan'],
			['plan', '--help'],
			['plan', 'r.yml', '-h'],
		])
			expect(readArguments(argv)).toEqual({ command: 'help', about: 'plan' });
		expect(readArguments(['--version'])).toEqual({ command: 'version' });
	});

	it.each([
		[[], 'plan, merge, verify, lock, receipt or methods'],
		[['melt', 'r.yml'], 'melt'],
		[['help', 'melt'], 'melt'],
		[['plan'], 'recipe'],
		[['plan', 'a.yml', 'b.yml'], 'b.yml'],
		[['merge', 'a.yml', 'out', 'more'], 'more'],
		[['merge', 'a.yml', 'out', '--out', 'other'], 'once'],
		[['merge', 'r.yml'], 'remelt merge RECIPE OUT'],
		[['plan', 'r.yml', '--model', 'a'], 'REF=FOLDER'],
		[['plan', 'r.yml', '--memory', '0'], '--memory'],
		[['plan', 'r.yml', '--memory', '512'], 'at least 1MiB'],
		[['plan', 'r.yml', '--out-shard-size', 'much'], '5B'],
		[['plan', 'r.yml', '--ties', 'random'], 'mergekit or index'],
		[['plan', 'r.yml', '--random-seed', '-1'], '--random-seed'],
		[['plan', 'r.yml', '--random-seed=-1'], 'from 0 on'],
		[['merge', 'r.yml', 'out', '--jobs', '0'], '--jobs'],
		[['plan', 'r.yml', '--jobs', '2'], 'no option of plan'],
		[['methods', '--models', 'x'], 'no option of methods'],
		[['methods', 'a', 'b'], 'b'],
		[['plan', 'r.yml', '--recipe', '1.5'], '--recipe'],
		[['plan', 'r.yml', '--colour'], '--colour'],
	])('%j is refused and says what is wrong', (argv, word) => {
		expect(() => readArguments(argv)).toThrow(UsageError);
		expect(() => readArguments(argv)).toThrow(word);
	});
});

describe('help', () => {
	it('tells of every option where it is taken, and of every exit status', () => {
		for (const [name, { commands }] of Object.entries(OPTIONS))
			for (const command of commands ?? [])
				expect(helpText(command), `${command} --${name}`).toContain(`--${name}`);
		for (const about of [null, 'plan', 'merge', 'methods'] as const)
			expect(helpText(about)).toMatch(/0 {2}done[^]*1 {2}verified[^]*130 {2}interrupted/);
	});

	it('keeps to 100 columns', () => {
		for (const about of [null, 'plan', 'merge', 'methods'] as const)
			for (const line of helpText(about).split('\n')) expect(line.length).toBeLessThan(101);
	});
});

describe('a size', () => {
	it.each([
		['5B', 5_000_000_000],
		['5b', 5_000_000_000],
		['1.5k', 1500],
		['500M', 500_000_000],
		['64MiB', 64 * 2 ** 20],
		['4gib', 4 * 2 ** 30],
		['2 GB', 2_000_000_000],
		['17', 17],
	])('%s is %i bytes', (text, bytes) => {
		expect(parseSize(text)).toBe(bytes);
	});

	it.each(['', 'B', '-1B', '5X', '1e3', '0', '5 B 5'])('%j is none', (text) => {
		expect(parseSize(text)).toBeNull();
	});
});
