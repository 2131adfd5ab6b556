import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openHubFile, openHubModel, readHubText } from '../../src/hub/index.ts';
import { FIRST_READ, type ModelFiles } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import type { Fault, FaultKind } from '../support/hubFaults.ts';
import { startHubServer, type HubServer } from '../support/hubServer.ts';
import { hasty } from './effects.ts';
import { makeModels, removeModels, type Models } from './models.ts';

let models: Models;
let hub: HubServer;
beforeAll(async () => {
	models = await makeModels();
	hub = await startHubServer({ models: models.folders });
});
afterAll(async () => {
	await hub.close();
	await removeModels(models);
});
afterEach(() => {
	hub.clearFaults();
	hub.clearLog();
});

async function open(repo: string, revision?: string): Promise<ModelFiles> {
	return openHubModel({ base: hub.url, repo, revision }, { effects: hasty() });
}

/** Requests to the Hub itself, without those that it redirected. */
function asked(): string[] {
	return hub.log.filter(({ host }) => host === 'hub').map(({ path }) => path.replace(/\?.*/, ''));
}

describe('a model on the Hub', () => {
	test('is read at the commit that its branch points to, and that commit only', async () => {
		const { headers } = await open('toy/small', 'main');
		const commit = hub.commit('toy/small');
		expect(headers).toMatchObject({ id: 'toy/small', revision: commit });
		expect(asked()).toEqual([
			'/api/models/toy/small/revision/main',
			`/toy/small/resolve/${commit}/config.json`,
			`/toy/small/resolve/${commit}/model.safetensors`,
		]);
	});

	test('has the same headers and bytes as on disk', async () => {
		const model = await open('toy/small');
		const { tensors, files, config } = model.headers;
		expect(config).toBe(models.small.config);
		const { size, etag } = files.get('model.safetensors') ?? expect.unreachable();
		expect(size).toBe(models.small.weights.byteLength);
		expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
		for (const { file, start, end } of tensors.values()) {
			const bytes = await model.file(file).read(start, end);
			expect(Buffer.compare(bytes, models.small.weights.subarray(start, end))).toBe(0);
		}
	});

	test('takes one request for each read, with one plain range and nothing that identifies', async () => {
		const model = await open('toy/small');
		hub.clearLog();
		await model.file('model.safetensors').read(10, 20);
		expect(hub.log.map(({ host, range }) => [host, range])).toEqual([['cdn', 'bytes=10-19']]);
		const known = model.headers.files.get(WEIGHTS) ?? expect.unreachable();
		const location = { base: hub.url, repo: 'toy/small' };
		await openHubFile(location, { name: WEIGHTS, ...known }).read(10, 20);
		expect(hub.log.map(({ host }) => host)).toEqual(['cdn', 'hub', 'cdn']);
		for (const { method, headers, referer } of hub.log) {
			expect(method).toBe('GET');
			expect(referer).toBeNull();
			expect(headers).not.toHaveProperty('cookie');
			expect(headers).not.toHaveProperty('authorization');
		}
	});

	test('takes no request for an empty range', async () => {
		const model = await open('toy/small');
		hub.clearLog();
		expect(await model.file('model.safetensors').read(5, 5)).toHaveLength(0);
		expect(hub.log).toHaveLength(0);
	});

	test('may be in shards', async () => {
		const { headers } = await open('toy/sharded');
		expect([...headers.tensors.keys()]).toEqual(['a', 'b']);
		expect([...headers.files.keys()]).toEqual(['one.safetensors', 'two.safetensors']);
	});

	test('with a header longer than the first read takes one request more', async () => {
		const { headers } = await open('toy/long');
		expect(headers.tensors.size).toBe(models.long.tensors);
		const ranges = hub.log.filter(({ host }) => host === 'cdn').map(({ range }) => range);
		expect(ranges).toEqual([
			`bytes=0-${FIRST_READ - 1}`,
			`bytes=${FIRST_READ}-${models.long.headerEnd - 1}`,
		]);
	});
});

describe('a model on the Hub, once it is open,', () => {
	test('gives any other file byte for byte, and null for those that it has not', async () => {
		const model = await open('toy/small');
		hub.clearLog();
		expect(await model.bytes('latin1.txt')).toEqual(Uint8Array.of(0xe9, 0x20));
		expect(await model.bytes('tokenizer.model')).toBeNull();
		expect(hub.log).toHaveLength(1);
	});

	test('gives text files, and null for those that it has not, without asking', async () => {
		const model = await open('toy/small');
		hub.clearLog();
		expect(await model.text('notes #1?.txt')).toBe('a name with characters that need encoding');
		expect(await model.text('tokenizer.json')).toBeNull();
		expect(hub.log).toHaveLength(1);
	});

	test('with pickles only says so', async () => {
		const error = await thrownBy(() => open('toy/pickled'));
		expect(error.code).toBe('file-missing');
		expect(error.hint).toContain('pickles');
	});
});

describe('what does not exist', () => {
	test.each([
		['a model', 'toy/nothing', 'main', 'RepoNotFound'],
		['a revision', 'toy/small', 'no-such-branch', 'RevisionNotFound'],
	])('%s is named as the Hub names it', async (_, repo, revision, errorCode) => {
		const error = await thrownBy(() => open(repo, revision));
		expect(error).toMatchObject({ code: 'not-found', details: { errorCode } });
	});

	test('is named by model, revision and file, not by an address', async () => {
		const [model, revision] = [
			await thrownBy(() => open('toy/nothing')),
			await thrownBy(() => open('toy/small', 'no-such-branch')),
		];
		expect(model.message).toMatch(/\(40\d, toy\/nothing\)\.$/);
		expect(revision.message).toMatch(/\(404, toy\/small at no-such-branch\)\.$/);
		hub.fault({ kind: 'gated', path: 'config.json' });
		const file = await thrownBy(() => open('toy/small'));
		expect(file.message).toMatch(/\(40\d, config\.json of toy\/small at [0-9a-f]{7}\)\.$/);
		expect(file.details.url).toContain('/toy/small/resolve/');
	});

	test.each(['../etc', 'a/b/c', 'a/..', '', 'a b', 'a/b?c'])(
		'the model id “%s” is refused without a request',
		async (repo) => {
			expect((await thrownBy(() => open(repo))).code).toBe('not-found');
			expect(hub.log).toHaveLength(0);
		},
	);
});

const WEIGHTS = 'model.safetensors';

describe('while a model is opened,', () => {
	test.each<readonly [FaultKind, string, Partial<Fault>]>([
		['gated', 'gated', { path: 'config.json' }],
		['unauthorized', 'gated', { path: 'config.json' }],
		['rate-limited', 'rate-limited', {}],
		['server-error', 'http-status', {}],
		['drop', 'network-failed', {}],
		['not-found', 'file-missing', { path: 'config.json' }],
		['ignore-range', 'range-ignored', { path: WEIGHTS }],
		['truncated-header', 'file-truncated', { path: WEIGHTS }],
	])('%s is reported as %s', async (kind, code, where) => {
		hub.fault({ kind, ...where });
		const error = await thrownBy(() => open('toy/small'));
		expect(error.code).toBe(code);
		expect(error.hint).not.toBe('');
	});

	test('an API that answers with something else is an http-status', async () => {
		const fetch: typeof globalThis.fetch = () => Promise.resolve(new Response('<html>'));
		const error = await thrownBy(() => openHubModel({ base: hub.url, repo: 'a/b' }, { fetch }));
		expect(error.code).toBe('http-status');
	});

	test('the signal stops it', async () => {
		hub.fault({ kind: 'stall', path: WEIGHTS });
		const stop = new AbortController();
		const opening = openHubModel({ base: hub.url, repo: 'toy/small' }, { signal: stop.signal });
		setTimeout(() => stop.abort(), 50);
		expect((await thrownBy(() => opening)).code).toBe('aborted');
	});
});

describe('while weights are read,', () => {
	test.each<readonly [FaultKind, string, Partial<Fault>]>([
		['ignore-range', 'range-ignored', {}],
		['short-body', 'range-mismatch', {}],
		['long-body', 'range-mismatch', {}],
		['wrong-content-range', 'range-mismatch', {}],
		['no-content-range', 'range-mismatch', {}],
		['changed-etag', 'content-changed', {}],
		['changed-size', 'content-changed', {}],
		['gated', 'gated', {}],
		['rate-limited', 'rate-limited', {}],
		['server-error', 'http-status', { status: 503 }],
		['server-error', 'range-mismatch', { status: 416 }],
		['server-error', 'http-status', { status: 418 }],
		['not-found', 'not-found', {}],
		['drop', 'network-failed', {}],
		['drop-midway', 'network-failed', {}],
	])('%s is reported as %s', async (kind, code, more) => {
		const source = (await open('toy/small')).file(WEIGHTS);
		hub.fault({ kind, host: 'cdn', ...more });
		const error = await thrownBy(() => source.read(0, 1000));
		expect(error.code).toBe(code);
		expect(error.hint).not.toBe('');
		hub.clearFaults();
		expect(await source.read(0, 1000)).toHaveLength(1000);
	});

	test('a connection that breaks off says after how many bytes', async () => {
		const { headers } = await open('toy/small');
		const known = headers.files.get(WEIGHTS) ?? expect.unreachable();
		const location = { base: hub.url, repo: 'toy/small' };
		const source = openHubFile(location, { name: WEIGHTS, ...known }, { tries: 1 });
		hub.fault({ kind: 'drop-midway', host: 'cdn' });
		const error = await thrownBy(() => source.read(0, 1000));
		expect(error.details.received).toBe(500);
	});

	test('the body of a whole file is not downloaded', async () => {
		const source = (await open('toy/small')).file(WEIGHTS);
		hub.fault({ kind: 'ignore-range' });
		const seen: Response[] = [];
		const fetch: typeof globalThis.fetch = async (...request) => {
			const response = await globalThis.fetch(...request);
			seen.push(response);
			return response;
		};
		const known = { name: WEIGHTS, size: source.size, etag: null };
		const file = openHubFile({ base: hub.url, repo: 'toy/small' }, known, { fetch });
		await thrownBy(() => file.read(0, 8));
		const reader = seen[0]?.body?.getReader();
		expect((await reader?.read())?.done).toBe(true);
	});
});

describe('a connection', () => {
	test('that falls silent is given up', async () => {
		const model = await openHubModel(
			{ base: hub.url, repo: 'toy/small' },
			{ stallTimeout: 100, effects: hasty() },
		);
		for (const bytes of [undefined, 10]) {
			if (bytes !== undefined) hub.fault({ kind: 'stall', bytes, times: 1 });
			hub.fault({ kind: 'stall' });
			const error = await thrownBy(() => model.file(WEIGHTS).read(0, 1000));
			expect(error.code).toBe('network-failed');
			hub.clearFaults();
		}
	});

	test.each([undefined, 10])(
		'the signal stops a read that waits (%s bytes sent)',
		async (bytes) => {
			const source = (await open('toy/small')).file(WEIGHTS);
			hub.fault({ kind: 'stall', ...(bytes && { bytes }) });
			const stop = new AbortController();
			const reading = source.read(0, 1000, { signal: stop.signal });
			setTimeout(() => stop.abort(), 50);
			expect((await thrownBy(() => reading)).code).toBe('aborted');
		},
	);

	test('is not made for a range beyond the end', async () => {
		const source = (await open('toy/small')).file(WEIGHTS);
		hub.clearLog();
		await expect(source.read(0, source.size + 1)).rejects.toThrow(RangeError);
		expect(hub.log).toHaveLength(0);
	});
});

describe('a file that a worker opens with what the page knows', () => {
	test('is read without any request before the first', async () => {
		const { headers } = await open('toy/small');
		const known = headers.files.get(WEIGHTS) ?? expect.unreachable();
		hub.clearLog();
		const location = { base: hub.url, repo: 'toy/small', revision: headers.revision };
		const file = openHubFile(location, { name: WEIGHTS, ...known });
		expect(file.size).toBe(known.size);
		expect(await file.read(8, 12)).toEqual(models.small.weights.slice(8, 12));
		expect(hub.log).toHaveLength(2);
	});

	test.each([
		['another size', { size: 100 }],
		['another ETag', { etag: '"other"' }],
		['another ETag, whatever the host', { etag: '"other"', host: undefined }],
	])('is called changed where the server has %s', async (_, other) => {
		const { headers } = await open('toy/small');
		const known = headers.files.get(WEIGHTS) ?? expect.unreachable();
		const location = { base: hub.url, repo: 'toy/small' };
		const file = openHubFile(location, { name: WEIGHTS, ...known, ...other });
		expect((await thrownBy(() => file.read(0, 8))).code).toBe('content-changed');
	});

	test('may come from a host with ETags of its own, if it is of a commit', async () => {
		const { headers } = await open('toy/small');
		const known = headers.files.get(WEIGHTS) ?? expect.unreachable();
		const elsewhere = { name: WEIGHTS, ...known, etag: '"other"', host: 'us.gcp.cdn.hf.co' };
		const revision = headers.revision;
		const file = openHubFile({ base: hub.url, repo: 'toy/small', revision }, elsewhere);
		expect(await file.read(0, 8)).toHaveLength(8);
		hub.fault({ kind: 'changed-etag', host: 'cdn' });
		expect((await thrownBy(() => file.read(0, 8))).code).toBe('content-changed');
		hub.clearFaults();
		const branch = openHubFile({ base: hub.url, repo: 'toy/small', revision: 'main' }, elsewhere);
		expect((await thrownBy(() => branch.read(0, 8))).code).toBe('content-changed');
	});
});

describe('static files in the Hub’s shape', () => {
	test('are read at the revision as given, without the API', async () => {
		const location = { base: hub.url, repo: 'toy/small', revision: 'main', api: false };
		const model = await openHubModel(location);
		expect(model.headers.revision).toBe('main');
		expect(asked()).toEqual([
			'/toy/small/resolve/main/config.json',
			'/toy/small/resolve/main/model.safetensors',
		]);
		expect(await model.text('tokenizer.json')).toBeNull();
	});

	test('may be in shards', async () => {
		const { headers } = await openHubModel({ base: hub.url, repo: 'toy/sharded', api: false });
		expect(headers.tensors.size).toBe(2);
	});

	test('that are absent are missing files', async () => {
		const error = await thrownBy(() =>
			openHubModel({ base: hub.url, repo: 'toy/nothing', api: false }),
		);
		expect(error).toMatchObject({ code: 'file-missing', details: { file: 'config.json' } });
	});
});

test('one text file is read without the rest of the model', async () => {
	const location = { base: hub.url, repo: 'toy/small' };
	expect(await readHubText(location, 'config.json')).toBe(models.small.config);
	expect(await readHubText(location, 'mergekit_config.yml')).toBeNull();
	expect((await thrownBy(() => readHubText(location, 'latin1.txt'))).code).toBe('http-status');
	const nothing = { base: hub.url, repo: 'toy/nothing' };
	expect((await thrownBy(() => readHubText(nothing, 'config.json'))).code).toBe('not-found');
});
