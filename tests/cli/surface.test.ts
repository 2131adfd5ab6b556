import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exitCodes.ts';
import { createPaint, wantsColour } from '../../src/cli/paint.ts';
import { below, callersFolder, resolvePath } from '../../src/cli/paths.ts';
import { progressText } from '../../src/cli/progress.ts';
import { VERSION } from '../../src/merge/version.ts';
import { methodNames } from '../../src/merge/index.ts';
import { modelFolder, recipePath } from '../support/oracle.ts';
import { MAIN, runCli, writeModel } from './support.ts';

let root = '';
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-surface-'));
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

describe('colours', () => {
	it('are for terminals, and as the environment says', () => {
		expect(wantsColour(true, {})).toBe(true);
		expect(wantsColour(false, {})).toBe(false);
		expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
		expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
		expect(wantsColour(true, { NO_COLOR: '' })).toBe(true);
		expect(wantsColour(false, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
		expect(wantsColour(true, { FORCE_COLOR: '0' })).toBe(false);
	});

	it('mark text without changing it', () => {
		expect(createPaint(true).red('x')).toBe('\u001b[31mx\u001b[39m');
		expect(createPaint(false).red('x')).toBe('x');
	});
});

describe('progress', () => {
	const half = { tensors: 5, of: 10, bytes: 6e9, ofBytes: 1e10, before: 1e9, seconds: 10 };

	it('shows a bar, the rate of this run, and the time that is left', () => {
		expect(progressText(half, 120)).toBe(
			`${'█'.repeat(14)}${'░'.repeat(10)}  60 %  5 of 10 tensors, 6.0 GB of 10.0 GB read, 500 MB/s, 8 s left`,
		);
	});

	it('keeps to the width of the terminal', () => {
		expect(progressText(half, 72)).not.toContain('█');
		expect(progressText(half, 30)).toHaveLength(30);
	});

	it('tells long times in minutes and hours', () => {
		expect(progressText({ ...half, ofBytes: 3e11 }, 120)).toContain('10 min left');
		expect(progressText({ ...half, ofBytes: 1e13 }, 120)).toContain('5 h 33 min left');
	});
});

describe('paths', () => {
	it('count from the folder that npm was called in', () => {
		const called = { INIT_CWD: '/home/me', npm_lifecycle_event: 'remelt' };
		expect(callersFolder(called, '/package')).toBe('/home/me');
		expect(callersFolder({ ...called, npm_lifecycle_event: 'test' }, '/package')).toBe('/package');
		expect(callersFolder({}, '/here')).toBe('/here');
		expect(resolvePath('/home/me', 'a/b')).toBe('/home/me/a/b');
		expect(resolvePath('/home/me', '~/x')).not.toContain('~');
	});

	it('of models stay below their folder', () => {
		expect(below('/models', 'o/a')).toBe('/models/o/a');
		for (const path of ['../a', 'o/../../a', '/a', '.', '~/a'])
			expect(below('/models', path)).toBeNull();
	});
});

describe('a model that a recipe names', () => {
	const recipe = 'merge_method: passthrough\nmodels: [{model: o/a}]\n';

	it('is a folder below --models, else a path, else on the Hub', async () => {
		const file = join(root, 'r.yml');
		await writeFile(file, recipe);
		await writeModel(join(root, 'models/o/a'), { layers: 1 });
		await writeModel(join(root, 'o/a'), { layers: 2 });
		await mkdir(join(root, 'elsewhere'));
		const tensors = async (argv: readonly string[], folder: string): Promise<number> => {
			const said = await runCli(['plan', file, '--json', ...argv], { folder });
			expect(said.status).toBe(0);
			return (JSON.parse(said.out) as { totals: { tensors: number } }).totals.tensors;
		};
		expect(await tensors(['--models', 'models'], root)).toBe(12);
		expect(await tensors([], root)).toBe(21);
		expect(await tensors(['--model', `o/a=${join(root, 'models/o/a')}`], root)).toBe(12);
		const nobody = ['--hub', 'http://127.0.0.1:9'];
		const said = await runCli(['plan', file, ...nobody], { folder: join(root, 'elsewhere') });
		expect(said.status).toBe(4);
	});

	it('that is nowhere is said to be, with what to do', async () => {
		const file = join(root, 'r.yml');
		await writeFile(file, recipe.replace('o/a', './a'));
		const said = await runCli(['plan', file, '--models', 'models'], { folder: root });
		expect(said.status).toBe(3);
		expect(said.err).toContain('There is no folder ./a below models or here.');
		expect(said.err).toContain('--model ./a=FOLDER');
	});
});

describe('what is refused', () => {
	it.each(['unknown-method', 'slerp-three', 'layer-range', 'slerp-no-base', 'slerp-no-t'])(
		'%s ends with status 3, a reason and a next step, and nothing written',
		async (name) => {
			const argv = [recipePath(`error-${name}`), 'out', '--models', modelFolder('.')];
			const said = await runCli(['merge', ...argv], { folder: root });
			expect(said.status).toBe(EXIT.refused);
			expect(said.err).toMatch(/^remelt: .+\n {2}.+\n {2}\[[\w-]+\]\n$/);
			await expect(readFile(join(root, 'out'))).rejects.toThrow('ENOENT');
		},
	);

	it('has its exit status by its code', () => {
		expect(exitCodeOf('tensor-missing')).toBe(3);
		expect(exitCodeOf('output-exists')).toBe(3);
		expect(exitCodeOf('sink-failed')).toBe(4);
		expect(exitCodeOf('network-failed')).toBe(4);
		expect(exitCodeOf('kernel-failed')).toBe(2);
		expect(exitCodeOf('aborted')).toBe(130);
	});
});

describe('remelt methods', () => {
	it('lists all of them, and describes one with its parameters', async () => {
		const list = await runCli(['methods']);
		for (const name of methodNames()) expect(list.out).toContain(`  ${name} `);
		const ties = await runCli(['methods', 'ties']);
		expect(ties.out).toMatch(/density +per model +default 1 +\S/);
		expect(await runCli(['methods', 'tise'])).toMatchObject({ status: 3, out: '' });
	});

	it('prints JSON for machines', async () => {
		const all = JSON.parse((await runCli(['methods', '--json'])).out) as unknown[];
		expect(all).toHaveLength(methodNames().length);
		const one: unknown = JSON.parse((await runCli(['methods', 'slerp', '--json'])).out);
		expect(one).toMatchObject({
			name: 'slerp',
			parameters: [{ name: 't', scope: 'tensor', required: true, default: null }],
		});
	});
});

it('has the version of its package', async () => {
	const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
	expect(VERSION).toBe(version);
	expect((await runCli(['--version'])).out).toBe(`${version}\n`);
});

it('runs through npm from any folder', async () => {
	await writeModel(join(root, 'models/o/a'), { layers: 1 });
	await writeFile(join(root, 'r.yml'), 'merge_method: passthrough\nmodels: [{model: o/a}]\n');
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[MAIN, 'plan', 'r.yml', '--models', 'models'],
		{ env: { ...process.env, INIT_CWD: root, npm_lifecycle_event: 'remelt' } },
	);
	expect(stdout).toContain('passthrough: 12 tensors');
});
