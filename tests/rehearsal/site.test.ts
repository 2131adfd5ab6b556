import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rehearsalMiddleware, writeRehearsalModels } from '../../scripts/rehearsal.ts';
import { openHubModel } from '../../src/hub/index.ts';
import { generateToyModel, parentRepo, PARENTS } from '../../src/rehearsal/index.ts';
import { thrownBy } from '../support/errors.ts';

const SHAPE = { architecture: 'LlamaForCausalLM', layers: 2 };

let root = '';
let cards = '';
let server: Server | undefined;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-rehearsal-'));
	cards = join(root, 'cards');
	await card('one/a', SHAPE);
});
afterEach(async () => {
	server?.close();
	await rm(root, { recursive: true });
});

async function card(id: string, shape: unknown): Promise<void> {
	await mkdir(join(cards, id), { recursive: true });
	const text = typeof shape === 'string' ? shape : JSON.stringify(shape);
	await writeFile(join(cards, id, 'rehearsal.json'), text);
}

/** A server of the development server's kind, below a path. */
async function serve(): Promise<string> {
	const handle = rehearsalMiddleware(cards);
	server = createServer((request, response) =>
		handle(request, response, () => response.writeHead(404).end()),
	);
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return `http://127.0.0.1:${port}/site/rehearsal`;
}

test('a build writes every parent of each shape once, in the Hub’s shape', async () => {
	await card('two/b', SHAPE);
	const written = await writeRehearsalModels(root, { cards });
	const { weights, config } = generateToyModel({ ...SHAPE, parent: 2 });
	expect(written).toBe(PARENTS * (weights.byteLength + config.length));
	const folder = join(root, 'rehearsal/llama-2/parent-2/resolve/rehearsal');
	expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe(config);
	expect(Buffer.compare(await readFile(join(folder, 'model.safetensors')), weights)).toBe(0);
});

test('files that name no shape are warned of, and the others are written', async () => {
	await card('bad/text', '{');
	await card('bad/null', null);
	await card('bad/layers', { ...SHAPE, layers: 1e9 });
	await card('bad/architecture', { ...SHAPE, architecture: 'GPT2LMHeadModel' });
	const warnings: string[] = [];
	const written = await writeRehearsalModels(root, { cards, warn: (text) => warnings.push(text) });
	expect(written).toBeGreaterThan(0);
	expect(warnings).toHaveLength(4);
	expect(warnings[0]).toContain(join('bad', 'architecture', 'rehearsal.json'));
});

test('a folder without cards gives nothing', async () => {
	expect(await writeRehearsalModels(root, { cards: join(root, 'none') })).toBe(0);
});

test('the development server’s parents open as a Hub’s models do', async () => {
	const base = await serve();
	const location = { base, repo: parentRepo(SHAPE, 1), revision: 'rehearsal', api: false };
	const model = await openHubModel(location);
	const { weights } = generateToyModel({ ...SHAPE, parent: 1 });
	const source = model.file('model.safetensors');
	expect(source.size).toBe(weights.byteLength);
	expect(await source.read(100, 200)).toEqual(weights.slice(100, 200));
	const none = { ...location, repo: 'llama-2/parent-9' };
	expect((await thrownBy(() => openHubModel(none))).code).toBe('file-missing');
});

test('the development server refuses ranges beyond the end', async () => {
	const url = `${await serve()}/${parentRepo(SHAPE, 0)}/resolve/rehearsal/config.json`;
	const response = await fetch(url, { headers: { Range: 'bytes=100000-100001' } });
	expect(response.status).toBe(416);
	expect(await (await fetch(url)).json()).toMatchObject({ num_hidden_layers: 2 });
});
