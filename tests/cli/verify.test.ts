import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectedFolder, recipePath } from '../support/oracle.ts';
import { runCli, type Said } from './support.ts';

const MODELS = join(import.meta.dirname, '../oracle/models');

let root = '';
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-verify-'));
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

/** A folder as its author has it before it is uploaded: weights, configuration and recipe. */
function published(name: string): string {
	const folder = join(root, name);
	cpSync(expectedFolder(name), folder, { recursive: true });
	cpSync(recipePath(name), join(folder, 'mergekit_config.yml'));
	return folder;
}

/** Runs with one worker: the models are tiny. */
async function verify(...argv: readonly string[]): Promise<Said> {
	return runCli(['verify', ...argv, '--models', MODELS, '--semantics', '0.1.4']);
}

/** Flips bits of an element in the middle of the weights. */
function alter(folder: string): void {
	const file = join(folder, 'model.safetensors');
	const bytes = readFileSync(file);
	const place = bytes.byteLength - 2000;
	bytes[place] = (bytes[place] ?? 0) ^ 0x40;
	writeFileSync(file, bytes);
}

const LEVELS = [
	['headers', { 'slerp-far': 'fits', ties: 'fits', 'passthrough-stack': 'fits' }],
	['spot', { 'slerp-far': 'agrees', ties: 'consistent', 'passthrough-stack': 'agrees' }],
	['full', { 'slerp-far': 'identical', ties: 'identical', 'passthrough-stack': 'identical' }],
] as const;

describe.each(LEVELS)('at the level %s', (level, findings) => {
	it.each(Object.entries(findings))('%s: %s', async (name, finding) => {
		const said = await verify(published(name), '--level', level, '--json');
		expect(said.status).toBe(0);
		expect(JSON.parse(said.out)).toMatchObject({
			level,
			finding,
			semantics: '0.1.4',
			coverage: { of: name === 'passthrough-stack' ? 57 : 39 },
			receiptDigest: null,
		});
	});
});

describe('what is not what its recipe says', () => {
	it('one altered element is found by a full check, with its tensor', async () => {
		const folder = published('slerp-far');
		alter(folder);
		const said = await verify(folder, '--level', 'full', '--json');
		expect(said.status).toBe(1);
		const { finding, tensors } = JSON.parse(said.out) as {
			readonly finding: string;
			readonly tensors: readonly { readonly name: string; readonly finding: string }[];
		};
		expect(finding).toBe('different');
		expect(tensors.filter((tensor) => tensor.finding === 'different')).toHaveLength(1);
	});

	it.each(['spot', 'full'])('a t that is not the recipe’s is different at %s', async (level) => {
		const folder = published('slerp-far');
		const file = join(folder, 'mergekit_config.yml');
		const text = readFileSync(file, 'utf8').replace('- value: 0.5', '- value: 0.4');
		writeFileSync(file, text);
		const said = await verify(folder, '--level', level);
		expect(said.status).toBe(1);
		expect(said.out).toMatch(/^different: /);
		expect(said.out).toContain('model.embed_tokens.weight');
	});

	it('another model than the recipe makes has other headers', async () => {
		const said = await verify(
			recipePath('passthrough-stack'),
			published('linear'),
			'--level',
			'headers',
		);
		expect(said.status).toBe(1);
		expect(said.out).toMatch(/^different: 39 of 57 tensors/);
	});
});

it('a slerp of another release is explained by the cosines that its author’s machine came to', async () => {
	const folder = published('slerp-models');
	cpSync(
		join(expectedFolder('slerp-models', '0.0.4'), 'model-00001-of-00001.safetensors'),
		join(folder, 'model.safetensors'),
	);
	const said = await verify(folder, '--level', 'full');
	expect(said.status).toBe(0);
	expect(said.out).toMatch(/^explained: /);
	expect(said.out).toMatch(/cosine -?0\.\d+, exactly -?0\.\d+/);
});

it('a tensor can be looked at alone', async () => {
	const said = await verify(published('linear'), '--tensor', 'model.norm.weight', '--json');
	expect(JSON.parse(said.out)).toMatchObject({
		level: 'tensor',
		finding: 'identical',
		coverage: { tensors: 1, of: 1 },
		tensors: [{ name: 'model.norm.weight', finding: 'identical' }],
	});
	const missing = await verify(published('ties'), '--tensor', 'model.nrom.weight');
	expect(missing).toMatchObject({ status: 3, out: '' });
	expect(missing.err).toContain('The merge makes no tensor model.nrom.weight.');
});

it('a spot check can be repeated by its seed', async () => {
	const folder = published('linear');
	const first = JSON.parse((await verify(folder, '--json')).out) as { readonly sampleSeed: number };
	const again = await verify(folder, '--json', '--sample-seed', String(first.sampleSeed));
	expect(JSON.parse(again.out)).toEqual(first);
});

it('semantics are found by what fits', async () => {
	const folder = published('linear');
	cpSync(expectedFolder('linear', '0.1.5'), folder, { recursive: true });
	const argv = ['verify', folder, '--models', MODELS, '--level', 'full', '--json'];
	for (const semantics of ['auto', '0.1.5'])
		expect(JSON.parse((await runCli([...argv, '--semantics', semantics])).out)).toMatchObject({
			finding: 'identical',
			semantics: '0.1.5',
		});
	const said = await runCli(['verify', published('ties'), ...argv.slice(2), '--semantics', 'auto']);
	expect(JSON.parse(said.out)).toMatchObject({ finding: 'identical' });
});

/** Puts what another release made into a folder, whose only weight file it replaces. */
function madeBy(name: string, era: string, folder: string): void {
	if (era === '0.1.4') return;
	const weights = expectedFolder(name, era);
	const [file = ''] = readdirSync(weights);
	cpSync(join(weights, file), join(folder, 'model.safetensors'));
}

describe('where nobody says which mergekit it was', () => {
	// Gradients end elsewhere since March 2025, and what is kept is scaled up in another way.
	const cases = [
		'linear-gradient',
		'slerp-far',
		'ties-density-gradient',
		'task_arithmetic',
	].flatMap((name) => ['0.0.4', '0.0.6', '0.1.4', '0.1.5'].map((era) => [name, era] as const));

	it.each(cases)('an honest %s by %s is not called different', async (name, era) => {
		const folder = published(name);
		madeBy(name, era, folder);
		for (const level of ['spot', 'full']) {
			const said = await runCli(['verify', folder, '--models', MODELS, '--level', level]);
			expect(said.err).toContain('fits best.');
			expect(said.out).not.toMatch(/^different/);
			expect(said.status, said.out).not.toBe(1);
		}
	});
});

describe('a seed that nobody recorded', () => {
	/** What a release made of a case, held against the recipe by another seed than it was made with. */
	async function unseeded(name: string, era: string, ...options: string[]): Promise<Said> {
		const folder = published(name);
		madeBy(name, era, folder);
		const argv = [folder, '--models', MODELS, '--level', 'full', '--semantics', era];
		return runCli(['verify', ...argv, '--random-seed', '5', ...options]);
	}

	const cases = ['dare_linear', 'dare_ties'].flatMap((name) =>
		['0.0.4', '0.0.6', '0.1.4', '0.1.5'].map((era) => [name, era] as const),
	);

	it.each(cases)('of %s by mergekit %s is found', async (name, era) => {
		const said = await unseeded(name, era, '--find-seed', '2000');
		expect(said.err).toContain('Looks for the seed');
		expect(said.out).toMatch(/^explained: /);
		expect(said.out).toContain('dropped by the seed 0, which nobody recorded');
		expect(said.status).toBe(0);
	});

	it('is not looked for unless that is asked', async () => {
		const said = await unseeded('dare_linear', '0.1.4');
		expect(said).toMatchObject({ status: 2 });
		expect(said.out).toMatch(/^undecidable: /);
		expect(said.err).not.toContain('Looks for the seed');
	});

	it('is not found for elements that no choice gives', async () => {
		const folder = published('dare_linear');
		const file = join(folder, 'model.safetensors');
		const bytes = readFileSync(file);
		// Every fourth element of all tensors, the first of the stream among them.
		const start = 8 + Number(bytes.readBigUInt64LE(0));
		for (let place = start; place < bytes.byteLength; place += 8)
			bytes[place] = (bytes[place] ?? 0) ^ 0x55;
		writeFileSync(file, bytes);
		const argv = ['--level', 'full', '--random-seed', '5', '--find-seed', '2000'];
		const said = await verify(folder, ...argv);
		expect(said.status).toBe(2);
		expect(said.out).toContain('no seed was searched for');
	});

	it.each(['none', '0', '-3'])('%s is no number of seeds', async (text) => {
		const said = await unseeded('dare_linear', '0.1.4', `--find-seed=${text}`);
		expect(said.status).toBe(3);
		expect(said.err).toContain('--find-seed');
	});
});

describe('a receipt', () => {
	it('has one digest however many workers there were, and is valid', async () => {
		const folder = published('slerp-far');
		const digests: unknown[] = [];
		for (const jobs of ['1', '2']) {
			const file = join(root, `receipt-${jobs}.json`);
			const argv = [folder, '--level', 'full', '--jobs', jobs, '--receipt', file, '--json'];
			const { receiptDigest } = JSON.parse((await verify(...argv)).out) as {
				readonly receiptDigest: string;
			};
			digests.push(receiptDigest);
			expect(await runCli(['receipt', 'check', file])).toMatchObject({ status: 0 });
		}
		expect(new Set(digests).size).toBe(1);
		const files = ['1', '2'].map((jobs) => join(root, `receipt-${jobs}.json`));
		expect(await runCli(['receipt', 'check', ...files])).toMatchObject({ status: 0 });
	});

	it('tells one model from another', async () => {
		const folder = published('slerp-far');
		const files = ['honest', 'altered'].map((name) => join(root, `${name}.json`));
		const [honest = '', altered = ''] = files;
		await verify(folder, '--level', 'full', '--receipt', honest);
		alter(folder);
		expect(await verify(folder, '--level', 'full', '--receipt', altered)).toMatchObject({
			status: 1,
		});
		const said = await runCli(['receipt', 'check', honest, altered]);
		expect(said.status).toBe(1);
		expect(said.out).toContain('finding');
	});

	it('is not left half-written where its folder is missing', async () => {
		const file = join(root, 'no/such/receipt.json');
		const said = await verify(published('linear'), '--receipt', file);
		expect(said).toMatchObject({ status: 4, out: '' });
		expect(existsSync(file)).toBe(false);
	});
});

describe('what cannot be verified', () => {
	it('a folder without a recipe', async () => {
		const folder = published('linear');
		await rm(join(folder, 'mergekit_config.yml'));
		const said = await verify(folder);
		expect(said.status).toBe(3);
		expect(said.err).toContain('There is no recipe in');
		expect(said.err).toContain('mergekit_config.yml');
	});

	it('a recipe alone, of which nobody says what it made', async () => {
		const said = await verify(recipePath('linear'));
		expect(said.status).toBe(3);
		expect(said.err).toContain('remelt verify RECIPE PUBLISHED');
	});

	it('a file that is not there', async () => {
		const said = await verify(join(root, 'nope.yml'));
		expect(said).toMatchObject({ status: 3, out: '' });
		expect(said.err).toMatch(/The file .*nope\.yml cannot be read\./);
	});

	it('a merge of merges that were not published', async () => {
		const file = join(root, 'chain.yml');
		const weighted = 'parameters: {weight: 1}';
		writeFileSync(
			file,
			`name: first\nmerge_method: linear\nmodels: [{model: a, ${weighted}}]\ndtype: bfloat16\n---\nmerge_method: linear\nmodels: [{model: first, ${weighted}}, {model: b, ${weighted}}]\ndtype: bfloat16\n`,
		);
		const said = await verify(file, published('linear'));
		expect(said.status).toBe(3);
		expect(said.err).toContain('remelt merge RECIPE --published MODEL');
	});

	it.each([
		[['--level', 'deep'], '--level takes headers, spot, full, not deep.'],
		[['--level', 'full', '--tensor', 'x'], '--tensor looks at tensors whole'],
		[['--sample-seed', '-1'], '--sample-seed'],
		[['--restart'], '--restart is no option of verify.'],
	])('%j', async (options, message) => {
		const said = await verify(published('linear'), ...options);
		expect(said.status).toBe(3);
		expect(said.err).toContain(message);
	});
});
