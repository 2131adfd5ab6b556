import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemeltJson } from '../../src/merge/index.ts';
import { modelFolder, recipePath } from '../support/oracle.ts';
import { folderDigests, MAIN, runCli, writeModel } from './support.ts';

let root = '';
let models = '';
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-merge-'));
	models = join(root, 'models');
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

const SLERP = `merge_method: slerp
base_model: a
models: [{model: a}, {model: o/b}]
parameters: {t: 0.3}
dtype: bfloat16
`;

/** Bytes that are no UTF-8, as a tokenizer's model has them. */
const BINARY = new Uint8Array([0x0a, 0xff, 0xfe, 0, 0x80]);

/** Two models, one of them below a folder, whose tensors have `elements` elements each. */
async function twoModels(elements: number): Promise<string> {
	const beside = { 'tokenizer.model': BINARY, 'tokenizer.json': '{"é": 1}\n', 'notes.txt': 'no' };
	await writeModel(join(models, 'a'), { elements, seed: 1 }, beside);
	await writeModel(join(models, 'o/b'), { elements, seed: 2 }, { 'vocab.txt': 'not the donor' });
	const recipe = join(root, 'recipe.yml');
	await writeFile(recipe, SLERP);
	return recipe;
}

describe('a merged folder', () => {
	it('has the donor’s tokenizer byte for byte, and the recipe', async () => {
		const recipe = await twoModels(64);
		const out = join(root, 'out');
		expect(await runCli(['merge', recipe, out, '--models', models])).toMatchObject({ status: 0 });
		expect(Object.keys(await folderDigests(out))).toEqual([
			'README.md',
			'config.json',
			'mergekit_config.yml',
			'model.safetensors',
			'remelt.json',
			'tokenizer.json',
			'tokenizer.model',
		]);
		expect(new Uint8Array(await readFile(join(out, 'tokenizer.model')))).toEqual(BINARY);
		expect(await readFile(join(out, 'mergekit_config.yml'), 'utf8')).toBe(SLERP);
		const readme = await readFile(join(out, 'README.md'), 'utf8');
		expect(readme).toMatch(
			/^---\nbase_model:\n(?: {2}- .+\n)*? {2}- o\/b\nbase_model_relation: merge\n/,
		);
	});

	it('has the digests of all that was read and made', async () => {
		const recipe = await twoModels(64);
		const out = join(root, 'out');
		await runCli(['merge', recipe, out, '--models', models, '--file-digests']);
		const digests = await folderDigests(out);
		const said = JSON.parse(await readFile(join(out, 'remelt.json'), 'utf8')) as RemeltJson;
		expect(said.semantics).toMatchObject({ name: '0.1.5', slerp: 'torch' });
		expect(said.tokenizer).toBe('a');
		expect(said.models['o/b']?.files).toEqual([
			{
				name: 'model.safetensors',
				size: expect.any(Number) as number,
				sha256: (await folderDigests(join(models, 'o/b')))['model.safetensors'],
				from: 'read',
			},
		]);
		const { 'remelt.json': own, ...others } = digests;
		expect(own).toBeDefined();
		expect(Object.fromEntries(said.files.map(({ name, sha256 }) => [name, sha256]))).toEqual(
			others,
		);
		const { createHash } = await import('node:crypto');
		const rangeDigest = async (file: string, start: number, end: number): Promise<string> => {
			const bytes = await readFile(file);
			return createHash('sha256').update(bytes.subarray(start, end)).digest('hex');
		};
		for (const tensor of said.tensors.slice(0, 3)) {
			const { file, start, end, sha256 } = tensor;
			expect(sha256).toBe(await rangeDigest(join(out, file), start, end));
			for (const input of tensor.inputs)
				expect(input.sha256).toBe(
					await rangeDigest(join(models, input.model, input.file), input.start, input.end),
				);
		}
	});

	it('has digests of whole weight files on request only', async () => {
		const recipe = await twoModels(64);
		const out = join(root, 'out');
		await runCli(['merge', recipe, out, '--models', models]);
		const { 'remelt.json': own, ...digests } = await folderDigests(out);
		expect(own).toBeDefined();
		const said = JSON.parse(await readFile(join(out, 'remelt.json'), 'utf8')) as RemeltJson;
		const files = said.files.map(({ name, sha256 }) => [name, sha256] as const);
		expect(Object.fromEntries(files)).toEqual({ ...digests, 'model.safetensors': null });
		expect(said.models['a']?.files).toMatchObject([{ sha256: null, from: null }]);
		for (const { sha256 } of said.tensors) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
	});

	it('is split as asked, and read again as one model', async () => {
		const recipe = await twoModels(64);
		const out = join(root, 'out');
		await runCli(['merge', recipe, out, '--models', models, '--out-shard-size', '1KB']);
		expect(Object.keys(await folderDigests(out))).toContain('model-00002-of-00003.safetensors');
		const again = join(root, 'again.yml');
		await writeFile(again, 'merge_method: passthrough\nmodels: [{model: ./out}]\n');
		const said = await runCli(['plan', again, '--json'], { folder: root });
		expect(said.status).toBe(0);
	});
});

describe('the same merge gives the same bytes', () => {
	const WAYS = [
		['--jobs', '1', '--memory', '64MiB'],
		['--jobs', '4', '--memory', '4GiB'],
		['--jobs', '4', '--memory', '1MiB'],
	];

	it.each(['slerp-card', 'passthrough-stack', 'linear', 'ties', 'dare_ties'])(
		'%s, with any number of workers and any budget',
		async (name) => {
			const results = [];
			for (const [index, way] of WAYS.entries()) {
				const out = join(root, `out-${index}`);
				const argv = ['merge', recipePath(name), out, '--models', modelFolder('.'), ...way];
				expect(await runCli(argv)).toMatchObject({ status: 0 });
				results.push(await folderDigests(out));
			}
			for (const result of results.slice(1)) expect(result).toEqual(results[0]);
		},
	);

	it('of tensors that do not fit the budget', async () => {
		const recipe = await twoModels(3 * 2 ** 18 + 17);
		const results = [];
		for (const [index, way] of WAYS.entries()) {
			const out = join(root, `out-${index}`);
			const argv = ['merge', recipe, out, '--models', models, ...way];
			expect(await runCli(argv)).toMatchObject({ status: 0 });
			results.push(await folderDigests(out));
		}
		for (const result of results.slice(1)) expect(result).toEqual(results[0]);
	});
});

describe('a recipe of several documents', () => {
	const MULTI = `name: first
merge_method: slerp
base_model: a
models: [{model: a}, {model: o/b}]
parameters: {t: 0.25}
---
merge_method: linear
models:
  - {model: first, parameters: {weight: 0.5}}
  - {model: o/b, parameters: {weight: 0.5}}
---
name: second
merge_method: passthrough
models: [{model: first}]
`;

	async function multi(): Promise<string> {
		await twoModels(64);
		const recipe = join(root, 'multi.yml');
		await writeFile(recipe, MULTI);
		return recipe;
	}

	it('gives what its merges give one after another', async () => {
		const recipe = await multi();
		const out = join(root, 'out');
		const said = await runCli(['merge', recipe, out, '--models', models]);
		expect(said).toMatchObject({ status: 0 });
		expect(Object.keys(await folderDigests(out))).not.toContain('.remelt/');
		const [first = '', last = ''] = MULTI.split('---\n');
		await writeFile(join(root, 'one.yml'), first.replace(/^name.*\n/, ''));
		await writeFile(join(root, 'two.yml'), last);
		await runCli(['merge', join(root, 'one.yml'), join(models, 'first'), '--models', models]);
		const two = join(root, 'two');
		await runCli(['merge', join(root, 'two.yml'), two, '--models', models]);
		const weights = 'model.safetensors';
		expect((await folderDigests(out))[weights]).toBe((await folderDigests(two))[weights]);
		const record = JSON.parse(await readFile(join(out, 'remelt.json'), 'utf8')) as RemeltJson;
		expect(Object.keys(record.merges)).toEqual(['first']);
		expect(record.merges['first']?.models).toHaveProperty(['o/b']);
	});

	it('is planned whole before anything is written', async () => {
		const recipe = await multi();
		const plans = await runCli(['plan', recipe, '--models', models, '--json']);
		expect(JSON.parse(plans.out)).toMatchObject({
			method: 'linear',
			merges: [{ name: 'first', method: 'slerp' }, { name: 'second' }],
		});
		await writeFile(recipe, MULTI.replace('linear', 'magic'));
		const said = await runCli(['merge', recipe, join(root, 'out'), '--models', models]);
		expect(said.status).toBe(3);
		expect(await readdir(root)).not.toContain('out');
	});

	it('keeps its merges on request, and compares without a folder', async () => {
		const recipe = await multi();
		const out = join(root, 'out');
		await runCli(['merge', recipe, out, '--models', models, '--keep']);
		expect(await readdir(join(out, '.remelt/merges/first'))).toContain('model.safetensors');
		const said = await runCli(['merge', recipe, '--published', out, '--models', models]);
		expect(said.status).toBe(0);
		expect(said.out).toContain('identical: ');
	});

	it('makes no merge again that an earlier run has made', async () => {
		const recipe = await multi();
		const argv = ['merge', recipe, join(root, 'out'), '--models', models, '--jobs', '1'];
		const stop = new AbortController();
		let lines = 0;
		const said = await runCli(argv, {
			signal: stop.signal,
			progress: (line) => {
				// Of the last merge's, the first one that has tensors.
				if (/ 21 of 21 tensors/.test(line)) lines++;
				else if (lines > 1 && / [2-9] of 21 tensors/.test(line)) stop.abort();
			},
		});
		expect(said.status).toBe(130);
		expect(said.err).toContain('Makes first,');
		const again = await runCli(argv);
		expect(again.status).toBe(0);
		expect(again.err).not.toContain('Makes first,');
		const whole = join(root, 'whole');
		await runCli(['merge', recipe, whole, '--models', models]);
		expect(await folderDigests(join(root, 'out'))).toEqual(await folderDigests(whole));
	});
});

describe('a program that is killed', () => {
	it('goes on where it was, as often as that happens, to the same bytes', async () => {
		const recipe = await twoModels(2 ** 18);
		const argv = (out: string): string[] => [
			...['merge', recipe, join(root, out), '--models', models],
			...['--jobs', '1', '--memory', '2MiB'],
		];
		expect(await runCli(argv('whole'))).toMatchObject({ status: 0 });
		const journal = join(root, 'out/.remelt/journal.jsonl');
		let reached = 0;
		for (const lines of [2, 7, 14]) {
			const child = spawn(process.execPath, [MAIN, ...argv('out')], { stdio: 'ignore' });
			const ended = once(child, 'exit');
			while (child.exitCode === null && reached < lines) {
				reached = (await readFile(journal, 'utf8').catch(() => '')).split('\n').length - 1;
				await new Promise((resolve) => setTimeout(resolve, 1));
			}
			child.kill('SIGKILL');
			await ended;
			expect(reached).toBeGreaterThanOrEqual(lines);
		}
		const said = await runCli(argv('out'));
		expect(said.status).toBe(0);
		expect(said.err).toMatch(/Goes on after \d+ of 21 tensors/);
		expect(await folderDigests(join(root, 'out'))).toEqual(
			await folderDigests(join(root, 'whole')),
		);
	});
});
