import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { helpText } from '../../src/cli/help.ts';
import { applyLock, parseLock, receiptText, type Lock } from '../../src/receipt/index.ts';
import { slerpReceipt } from '../receipt/facts.ts';
import { startHubServer, type HubServer } from '../support/hubServer.ts';
import { expectedFolder, modelFolder, recipePath } from '../support/oracle.ts';
import { folderDigests, runCli, type Said } from './support.ts';

let hub: HubServer;
let root = '';
beforeAll(async () => {
	hub = await startHubServer({
		models: {
			'oracle/a': modelFolder('a'),
			'oracle/x': modelFolder('x'),
			'oracle/merged': expectedFolder('slerp-far'),
		},
	});
});
afterAll(async () => hub.close());
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-receipt-'));
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

async function remelt(...argv: readonly string[]): Promise<Said> {
	return runCli(argv, { folder: root, environment: { REMELT_HUB: hub.url } });
}

/** Writes a file for a command to read, and gives its name. */
async function file(name: string, text: string | Uint8Array): Promise<string> {
	await writeFile(join(root, name), text);
	return name;
}

describe('remelt receipt check', () => {
	it('says what a valid receipt says, and that it is not signed', async () => {
		const receipt = await slerpReceipt((index) => (index === 3 ? 100 : 0));
		const said = await remelt('receipt', 'check', await file('r.json', receiptText(receipt)));
		expect(said).toMatchObject({ status: 0, err: '' });
		expect(said.out).toContain('r.json: valid\n  close: 21 of 21 tensors, 420 kB of 420 kB');
		expect(said.out).toContain(receipt.predicate.sentence);
		expect(said.out).toContain(`about ${receipt.subject[0]?.uri ?? ''}`);
		expect(said.out).toContain(`digest ${receipt.predicate.run.receiptSha256}`);
		expect(said.out).toContain('It is not signed');
	});

	it('ends with 1 where a bit was flipped, and says so', async () => {
		const text = receiptText(await slerpReceipt());
		const flipped = text.replace('"mismatch": "0"', '"mismatch": "1"');
		const said = await remelt('receipt', 'check', await file('r.json', flipped));
		expect(said.status).toBe(1);
		expect(said.out).toMatch(/^r\.json: not valid\n {2}The receipt’s digest is [0-9a-f]{64}, and/);
		expect(said.out).toContain('1 elements');
	});

	it.each([
		['a file that was cut off', '{"_type":', 'ends too early'],
		['another file', '{}', 'no in-toto statement'],
		['bytes that are no text', Uint8Array.of(0x7b, 0xff, 0x7d), 'not UTF-8'],
	])('ends with 3 for %s', async (_, content, message) => {
		const said = await remelt('receipt', 'check', await file('r.json', content));
		expect(said.status).toBe(3);
		expect(said.out).toContain('r.json: not a receipt');
		expect(said.out).toContain(message);
	});

	it('ends with 3 for a file that is not there, and without one', async () => {
		const absent = await remelt('receipt', 'check', 'nowhere.json');
		expect(absent.status).toBe(3);
		expect(absent.err).toContain('The file nowhere.json cannot be read.');
		for (const argv of [[], ['check'], ['show', 'r.json'], ['check', 'a', 'b', 'c']]) {
			const said = await remelt('receipt', ...argv);
			expect(said.status).toBe(3);
			expect(said.err).toContain('See remelt help receipt.');
		}
	});

	it('compares two, but for when and where they were made', async () => {
		const receipt = await slerpReceipt();
		const { predicate } = receipt;
		const run = { ...predicate.run, workers: 1, where: 'page' as const, agent: 'Firefox' };
		const a = await file('a.json', receiptText(receipt));
		const b = await file('b.json', receiptText({ ...receipt, predicate: { ...predicate, run } }));
		const same = await remelt('receipt', 'check', a, b);
		expect(same.status).toBe(0);
		expect(same.out).toContain('The two say the same.');
		const c = await file('c.json', receiptText(await slerpReceipt((i) => (i === 3 ? 7 : 0))));
		const other = await remelt('receipt', 'check', a, c);
		expect(other.status).toBe(1);
		const name = predicate.tensors[3]?.name ?? '';
		expect(other.out).toContain(`  predicate.tensors["${name}"].mismatch`);
		expect(other.out).toMatch(/The two differ in \d+ fields/);
	});

	it('prints JSON for machines', async () => {
		const a = await file('a.json', receiptText(await slerpReceipt()));
		const c = await file('c.json', receiptText(await slerpReceipt((i) => (i === 3 ? 7 : 0))));
		const said = await remelt('receipt', 'check', a, c, '--json');
		expect(said).toMatchObject({ status: 1, err: '' });
		const printed: unknown = JSON.parse(said.out);
		expect(printed).toMatchObject({
			receipts: [
				{ file: 'a.json', valid: true, malformed: false, finding: 'identical', problems: [] },
				{ file: 'c.json', valid: true, finding: 'close', signed: false },
			],
			equal: false,
		});
		const { differences } = printed as { differences: { path: string }[] };
		expect(differences.map(({ path }) => path)).toContain('predicate.finding');
		const bad = await file('bad.json', '[]');
		const refused = await remelt('receipt', 'check', a, bad, '--json');
		expect(refused.status).toBe(3);
		expect(JSON.parse(refused.out)).toMatchObject({
			receipts: [{ valid: true }, { valid: false, malformed: true, digest: null }],
			equal: null,
		});
	});
});

describe('remelt lock', () => {
	const slerpFar = async (): Promise<string> => {
		const text = await readFile(recipePath('slerp-far'), 'utf8');
		return file('recipe.yml', text.replaceAll(/(model: )(\w+)$/gm, '$1oracle/$2'));
	};

	/** The lock that a text is. */
	const lockIn = (text: string): Lock => {
		const parsed = parseLock(text);
		if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join(' '));
		return parsed.value;
	};

	it('writes down commits and what the Hub says of its files', async () => {
		const recipe = await slerpFar();
		const said = await remelt('lock', recipe, '--published', 'oracle/merged', '--ties', 'index');
		expect(said.status).toBe(0);
		const lock = lockIn(said.out);
		const digests = await folderDigests(modelFolder('a'));
		expect(lock.models['oracle/a']).toMatchObject({
			repo: 'oracle/a',
			commit: hub.commit('oracle/a'),
			files: {
				'model.safetensors': { sha256: digests['model.safetensors'], from: 'quoted' },
			},
		});
		expect(lock.published).toMatchObject({ repo: 'oracle/merged' });
		const text = await readFile(join(root, recipe), 'utf8');
		const applied = await applyLock(lock, text);
		expect(applied.options).toEqual({ semantics: '0.1.5', ties: 'index', seed: undefined });
		expect(applied.published?.revision).toBe(hub.commit('oracle/merged'));
	});

	it('takes digests of files on disk itself, and says the same again', async () => {
		const folder = ['--model', `oracle/a=${modelFolder('a')}`];
		const argv = ['lock', await slerpFar(), ...folder, '--semantics', '0.0.4'];
		const said = await remelt(...argv);
		const lock = lockIn(said.out);
		expect(lock.semantics).toBe('0.0.4');
		const digests = await folderDigests(modelFolder('a'));
		expect(lock.models['oracle/a']).toMatchObject({
			repo: null,
			commit: null,
			files: {
				'model.safetensors': { sha256: digests['model.safetensors'], from: 'computed' },
			},
		});
		expect((await remelt(...argv)).out).toBe(said.out);
	});

	it('writes a new file, and over none', async () => {
		const argv = ['lock', await slerpFar(), '--out', 'remelt.lock.json'];
		expect(await remelt(...argv)).toMatchObject({ status: 0, out: '' });
		const written = await readFile(join(root, 'remelt.lock.json'), 'utf8');
		expect(Object.keys(lockIn(written).models)).toEqual(['oracle/a', 'oracle/x']);
		const again = await remelt(...argv);
		expect(again.status).toBe(3);
		expect(again.err).toContain('nothing is overwritten');
		expect(await readFile(join(root, 'remelt.lock.json'), 'utf8')).toBe(written);
	});

	it('leaves open what the Hub does not tell, and says so', async () => {
		hub.fault({ kind: 'not-found', path: '/tree/' });
		const said = await remelt('lock', await slerpFar());
		hub.clearFaults();
		expect(said.status).toBe(0);
		expect(said.err).toContain('The Hub does not tell the digests of oracle/a’s files.');
		expect(said.err).toContain('models["oracle/a"].files["model.safetensors"] has no digest');
		expect(lockIn(said.out).models['oracle/a']).toMatchObject({
			commit: hub.commit('oracle/a'),
			files: { 'model.safetensors': { sha256: null, from: null } },
		});
	});

	it('is refused options of other commands', async () => {
		const said = await remelt('lock', 'r.yml', '--memory', '1GiB');
		expect(said).toMatchObject({ status: 3, out: '' });
		expect(said.err).toContain('--memory is no option of lock');
	});
});

describe('help about both', () => {
	it('keeps to 100 columns and lists the exit status', () => {
		for (const about of ['lock', 'receipt'] as const) {
			for (const line of helpText(about).split('\n')) expect(line.length).toBeLessThan(101);
			expect(helpText(about)).toMatch(/0 {2}done[^]*1 {2}verified[^]*130 {2}interrupted/);
		}
		expect(helpText(null)).toContain('remelt receipt check FILE [OTHER]');
	});
});
