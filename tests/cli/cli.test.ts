import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/cli.ts';
import type { RemeltJson } from '../../src/merge/index.ts';
import type { PlanJson } from '../../src/cli/planJson.ts';
import { folderDigests } from './support.ts';
import { compareTensors, loadFolder } from '../support/compare.ts';
import { startHubServer, type HubServer } from '../support/hubServer.ts';
import { expectedFolder, expectedTensors, modelFolder, recipePath } from '../support/oracle.ts';

let hub: HubServer;
let root = '';

beforeAll(async () => {
	hub = await startHubServer({
		models: {
			'oracle/a': modelFolder('a'),
			'oracle/b': modelFolder('b'),
			'oracle/x': modelFolder('x'),
			'oracle/merged': expectedFolder('slerp-far'),
		},
	});
});
afterAll(async () => hub.close());
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-cli-'));
});
afterEach(async () => {
	hub.clearFaults();
	await rm(root, { recursive: true });
});

interface Said {
	readonly status: number;
	readonly out: string;
	readonly err: string;
}

/** Runs a command line against the local Hub. */
async function remelt(
	argv: readonly string[],
	signal?: AbortSignal,
	stopAt?: () => void,
): Promise<Said> {
	let [out, err] = ['', ''];
	const status = await runCommand(argv, {
		out: (text) => (out += text),
		err: (text) => (err += text),
		progress: stopAt,
		environment: { REMELT_HUB: hub.url },
		signal,
	});
	return { status, out, err };
}

/** An oracle case's recipe with its models' names on the local Hub, in a file. */
async function recipeFor(name: string, ending = 'yml'): Promise<string> {
	const text = await readFile(recipePath(name), 'utf8');
	const named = text.replaceAll(/(model: )(\w+)$/gm, '$1oracle/$2');
	const path = join(root, `recipe.${ending}`);
	await writeFile(path, ending === 'md' ? `# A card\n\n\`\`\`yaml\n${named}\`\`\`\n` : named);
	return path;
}

describe('remelt merge', () => {
	it('writes a model from the Hub as mergekit did, and nothing besides', async () => {
		const out = join(root, 'out');
		const said = await remelt(['merge', await recipeFor('passthrough-stack'), '--out', out]);
		expect(said).toMatchObject({ status: 0 });
		expect(said.out).toContain('All 57 tensors were copied.');
		expect((await readdir(out)).toSorted()).toEqual([
			'README.md',
			'config.json',
			'mergekit_config.yml',
			'model.safetensors',
			'remelt.json',
		]);
		const comparison = compareTensors(expectedTensors('passthrough-stack'), loadFolder(out));
		expect(comparison.rows).toEqual([]);
		expect(await readFile(join(out, 'README.md'), 'utf8')).toContain(hub.commit('oracle/a'));
		const record = JSON.parse(await readFile(join(out, 'remelt.json'), 'utf8')) as RemeltJson;
		expect(record.models['oracle/a']).toMatchObject({
			revision: hub.commit('oracle/a'),
			files: [
				{ from: 'hub', sha256: (await folderDigests(modelFolder('a')))['model.safetensors'] },
			],
		});
	});

	it('reads the recipe from a card, and models from folders', async () => {
		const out = join(root, 'out');
		const card = await recipeFor('passthrough-block-expansion', 'md');
		const folder = `oracle/a=${modelFolder('a')}`;
		hub.clearLog();
		expect(await remelt(['merge', card, '--out', out, '--model', folder])).toMatchObject({
			status: 0,
		});
		expect(hub.log).toEqual([]);
		const expected = expectedTensors('passthrough-block-expansion');
		expect(compareTensors(expected, loadFolder(out)).rows).toEqual([]);
	});

	it('reads the recipe from a repository, and the parents it names', async () => {
		const repo = join(root, 'repo');
		await cp(expectedFolder('slerp-far'), repo, { recursive: true });
		await rename(await recipeFor('slerp-far'), join(repo, 'mergekit_config.yml'));
		const own = await startHubServer({
			models: {
				'oracle/a': modelFolder('a'),
				'oracle/x': modelFolder('x'),
				'oracle/merged': repo,
			},
		});
		const args = ['merge', 'oracle/merged', '--published', 'oracle/merged', '--hub', own.url];
		const said = await remelt(args);
		await own.close();
		expect(said).toMatchObject({ status: 0 });
		expect(said.out).toMatch(/\n(?:identical|close): /);
	});

	it('compares with a published model and says how close it is', async () => {
		const recipe = await recipeFor('slerp-far');
		const said = await remelt(['merge', recipe, '--published', 'oracle/merged']);
		expect(said.status).toBe(0);
		expect(said.out).toMatch(/^All 39 tensors were slerped\. (?:All|99\.99)/);
		expect(said.out).toMatch(/\n(?:identical|close): /);
	});

	it('ends with status 1 where the published model is another', async () => {
		const recipe = await recipeFor('slerp-card');
		const said = await remelt(['merge', recipe, '--published', 'oracle/merged']);
		expect(said.status).toBe(1);
		expect(said.out).toContain('\ndifferent: ');
		expect(said.out).toContain('more');
	});

	it('leaves nothing when it is interrupted before a tensor is done', async () => {
		const stop = new AbortController();
		const said = await remelt(
			['merge', await recipeFor('slerp-far'), join(root, 'out')],
			stop.signal,
			() => {
				stop.abort();
			},
		);
		expect(said.status).toBe(130);
		expect(said.err).toContain('[aborted]');
		expect(await readdir(root)).toEqual(['recipe.yml']);
	});

	it('tries again where the server has trouble, and says so', async () => {
		hub.fault({ kind: 'server-error', status: 503, path: 'model.safetensors', times: 2 });
		const said = await remelt(['merge', await recipeFor('slerp-far'), join(root, 'out')]);
		expect(said.status).toBe(0);
		expect(said.err).toMatch(/does not answer as it should; tries again in \d+ s\./);
	});

	it('verifies a repository by its own recipe, through an answer that breaks off', async () => {
		hub.fault({ kind: 'drop-midway', path: 'model.safetensors', after: 5, times: 3 });
		const argv = ['verify', await recipeFor('slerp-far'), 'oracle/merged', '--semantics', '0.1.4'];
		for (const level of ['spot', 'full']) {
			const said = await remelt([...argv, '--level', level, '--json']);
			expect(said.status, said.err).toBe(0);
			expect(JSON.parse(said.out)).toMatchObject({
				finding: level === 'spot' ? 'agrees' : 'identical',
				coverage: { tensors: 39 },
			});
		}
	});

	it('keeps what is done when the server fails, says so, and goes on from there', async () => {
		const argv = ['merge', await recipeFor('slerp-far'), join(root, 'out'), '--jobs', '1'];
		// Some weights have come by then, and a file has been begun.
		hub.fault({ kind: 'ignore-range', path: 'model.safetensors', after: 40 });
		const said = await remelt(argv);
		expect(said.status).toBe(4);
		expect(said.err).toContain('[range-ignored]');
		expect(said.err).toMatch(/kept in .*out\/\.remelt: the same command goes on from there/);
		expect(await readdir(join(root, 'out'))).toEqual(['.remelt']);
		hub.clearFaults();
		const again = await remelt(argv);
		expect(again.err).toMatch(/Goes on after \d+ of 39 tensors/);
		expect(again.status).toBe(0);
		expect(await readdir(join(root, 'out'))).not.toContain('.remelt');
		const comparison = compareTensors(expectedTensors('slerp-far'), loadFolder(join(root, 'out')));
		expect(comparison.far).toBe(0);
	});

	it('overwrites nothing', async () => {
		const recipe = await recipeFor('slerp-far');
		const said = await remelt(['merge', recipe, '--out', root]);
		expect(said.status).toBe(3);
		expect(said.err).toContain('is not empty');
		expect(await readdir(root)).toEqual(['recipe.yml']);
	});
});

describe('remelt plan', () => {
	it('shows what a merge would do, and reads no weights', async () => {
		const recipe = await recipeFor('slerp-card');
		hub.clearLog();
		const said = await remelt(['plan', recipe]);
		expect(said.status).toBe(0);
		expect(said.out).toContain('slerp: 39 tensors');
		expect(said.out).toContain(`oracle/a at ${hub.commit('oracle/a')}`);
		expect(said.out).toMatch(
			/model\.layers\.3\.mlp\.up_proj\.weight +BF16 \[64, 32\] +slerp t = 0 /,
		);
		expect(said.out).toMatch(/lm_head\.weight .* slerp t = 0\.5 +oracle\/a, oracle\/b/);
	});

	it('takes the recipe that is asked for from a card with several', async () => {
		const texts: string[] = [];
		for (const name of ['slerp-card', 'passthrough-stack'])
			texts.push(await readFile(await recipeFor(name, 'md'), 'utf8'));
		const card = join(root, 'card.md');
		await writeFile(card, texts.join('\n'));
		const second = await remelt(['plan', card, '--recipe', '2']);
		expect(second.out).toContain('passthrough: 57 tensors');
		expect(second.err).toContain('Recipe 2 of the 2');
		expect((await remelt(['plan', card, '--recipe', '3'])).err).toContain('2 merge recipes, not 3');
	});

	it('prints itself as JSON', async () => {
		const said = await remelt(['plan', await recipeFor('slerp-card'), '--json']);
		const plan = JSON.parse(said.out) as PlanJson;
		expect(plan.outputs).toHaveLength(39);
		expect(plan.outputs[0]).toEqual({
			name: 'lm_head.weight',
			dtype: 'BF16',
			shape: [96, 32],
			method: 'slerp',
			parameters: { t: 0.5 },
			inputs: ['oracle/a', 'oracle/b'].map((model) => ({
				model,
				tensor: 'lm_head.weight',
				file: 'model.safetensors',
				start: expect.any(Number) as number,
				end: expect.any(Number) as number,
			})),
			draws: null,
		});
		expect(plan.totals.bytesToWrite).toBe(90544);
	});
});

describe('what cannot be done', () => {
	it.each([
		['error-unknown-method', 'method-unknown'],
		['error-slerp-three', 'model-count'],
		['error-layer-range', 'layer-range'],
	])('%s is refused with %s, a cause and a next step', async (name, code) => {
		const folders = ['a', 'b', 'c'].flatMap((model) => [
			'--model',
			`${model}=${modelFolder(model)}`,
		]);
		const used = name === 'error-slerp-three' ? folders : folders.slice(0, 4);
		const said = await remelt(['plan', recipePath(name), ...used]);
		expect(said.status).toBe(3);
		expect(said.err).toMatch(/^remelt: .+\.\n {2}.+\.\n {2}\[/);
		expect(said.err).toContain(`[${code}]`);
		expect(said.out).toBe('');
	});

	it.each([
		['a+owner/adapter', 'linear', 'lora-unsupported'],
		['owner/nowhere', 'slurp', 'method-unknown'],
	])('%s with %s is refused with %s before any model is opened', async (model, method, code) => {
		const recipe = join(root, 'early.yml');
		await writeFile(
			recipe,
			`models: [{model: ${model}, parameters: {weight: 1}}]\nmerge_method: ${method}\n`,
		);
		const said = await remelt(['merge', recipe, join(root, 'out'), '--hub', 'http://127.0.0.1:9']);
		expect(said.status).toBe(3);
		expect(said.err).toContain(`[${code}]`);
	});

	it('a missing file, a card without recipe and an unknown model are said to be that', async () => {
		await writeFile(join(root, 'card.md'), '# Nothing here\n');
		const recipe = await recipeFor('slerp-card');
		for (const [argv, code] of [
			[['plan', join(root, 'none.yml')], 'file-missing'],
			[['plan', join(root, 'card.md')], 'recipe-missing'],
			[['plan', 'configs/none.yml'], 'file-missing'],
			[['plan', 'oracle/none'], 'not-found'],
			[['plan', 'oracle/a'], 'recipe-missing'],
			[['plan', recipe, '--model', 'oracle/q=.'], 'not-found'],
			[['plan', recipe, '--published', 'oracle/none'], 'not-found'],
			[['plan', recipe, '--published', 'a+b+c'], 'recipe-invalid'],
		] as const) {
			const said = await remelt(argv);
			expect(said.status).toBe(3);
			expect(said.err).toContain(`[${code}]`);
		}
	});

	it('a command line that makes no sense ends with status 3', async () => {
		expect(await remelt(['melt'])).toMatchObject({ status: 3, out: '' });
	});

	it('is said in JSON where JSON is asked for', async () => {
		for (const [argv, code] of [
			[['melt', '--json'], 'usage'],
			[['plan', 'configs/none.yml', '--json'], 'file-missing'],
			[['methods', 'none', '--json'], 'method-unknown'],
		] as const) {
			const said = await remelt(argv);
			expect(said.status).toBe(3);
			expect(JSON.parse(said.out)).toMatchObject({ error: { code } });
		}
	});
});

it('runs as a program', async () => {
	const main = join(import.meta.dirname, '../../src/cli/main.ts');
	const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
	expect(stdout).toContain('Usage:');
});
