import { describe, expect, it } from 'vitest';
import { readArguments, USAGE, UsageError } from '../../src/cli/args.ts';

describe('a command line', () => {
	it('is read with its defaults', () => {
		expect(readArguments(['merge', 'r.yml', '--out', 'here'])).toEqual({
			command: 'merge',
			recipe: 'r.yml',
			number: 1,
			out: 'here',
			hub: 'https://huggingface.co',
			published: null,
			folders: new Map(),
			memory: 512 * 2 ** 20,
			json: false,
		});
	});

	it('maps models to folders, and takes the Hub from its option before the environment', () => {
		const argv = ['plan', 'r.yml', '--model', 'o/a=/x=y', '--model', 'o/b=z', '--memory', '64'];
		const environment = { REMELT_HUB: 'http://127.0.0.1:1/' };
		expect(readArguments(argv, environment)).toMatchObject({
			hub: 'http://127.0.0.1:1',
			folders: new Map([
				['o/a', '/x=y'],
				['o/b', 'z'],
			]),
			memory: 64 * 2 ** 20,
		});
		expect(readArguments([...argv, '--hub', 'http://h'], environment)?.hub).toBe('http://h');
	});

	it('asks for help in three ways', () => {
		for (const argv of [['--help'], ['-h'], ['help']]) expect(readArguments(argv)).toBeNull();
		expect(USAGE).toContain('remelt merge RECIPE --out FOLDER');
	});

	it.each([
		[[], 'merge or plan'],
		[['melt', 'r.yml'], 'melt'],
		[['plan'], 'recipe'],
		[['plan', 'a.yml', 'b.yml'], 'b.yml'],
		[['merge', 'r.yml'], '--out'],
		[['plan', 'r.yml', '--model', 'a'], 'REF=FOLDER'],
		[['plan', 'r.yml', '--memory', '0'], '--memory'],
		[['plan', 'r.yml', '--recipe', '1.5'], '--recipe'],
		[['plan', 'r.yml', '--colour'], '--colour'],
	])('%j is refused and says what is wrong', (argv, word) => {
		expect(() => readArguments(argv)).toThrow(UsageError);
		expect(() => readArguments(argv)).toThrow(word);
	});
});
