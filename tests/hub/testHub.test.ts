/** The Hub's own client holds our test Hub to its word. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formulaFile, startHubServer, type HubServer } from '../support/hub/index.ts';

const WEIGHTS = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);

let time = Date.UTC(2026, 0, 1);
let hub: HubServer;
let client: Awaited<ReturnType<typeof loadClient>>;
beforeAll(async () => {
	client = await loadClient();
	hub = await startHubServer({
		models: {
			'toy/history': {
				commits: [
					{ contents: { 'config.json': '{"v":1}' }, title: 'one', date: '2023-01-01T00:00:00Z' },
					{ contents: { 'config.json': '{"v":2}' }, title: 'two', date: '2023-02-01T00:00:00Z' },
					{
						contents: { 'config.json': '{"v":3}', 'model.safetensors': WEIGHTS },
						title: 'three',
						date: '2023-03-01T00:00:00Z',
					},
				],
				refs: { 'refs/pr/1': { contents: { 'config.json': '{"v":"pr"}' } } },
			},
			'toy/huge': {
				commits: [
					{
						contents: {
							'model.safetensors': formulaFile(2 ** 40, 'huge', (start, end) =>
								Uint8Array.from({ length: end - start }, (_, i) => (start + i) % 256),
							),
						},
					},
				],
			},
			'toy/private': { commits: [{ contents: { 'config.json': '{}' } }], private: true },
		},
		renamed: { 'toy/old': 'toy/history' },
		tokens: { hf_mine: ['toy/private'], hf_other: [] },
		commitsPerPage: 2,
		smallFileCache: true,
		signedFor: 60,
		now: () => time,
	});
});
afterAll(async () => hub.close());

/** Only src/hub imports it for good. */
async function loadClient() {
	return import('@huggingface/hub');
}

async function bytesOf(blob: Blob | undefined): Promise<Uint8Array> {
	return new Uint8Array((await blob?.arrayBuffer()) ?? []);
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
	const all: T[] = [];
	for await (const item of items) all.push(item);
	return all;
}

/** The status that a call of the client fails with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
	return call.then(
		() => 'no refusal',
		(error: unknown) => (error as { statusCode?: number }).statusCode,
	);
}

describe('the Hub’s own client', () => {
	test('finds commits by their revision', async () => {
		const info = async (revision: string): Promise<string> =>
			(
				await client.modelInfo({
					name: 'toy/history',
					revision,
					hubUrl: hub.url,
					additionalFields: ['sha'],
				})
			).sha;
		expect(await info('main')).toBe(hub.commit('toy/history'));
		expect(await info(hub.commit('toy/history', 0))).toBe(hub.commit('toy/history', 0));
		expect(await info('refs/pr/1')).toBe(hub.commit('toy/history', 'refs/pr/1'));
		expect(await refusal(info('v9'))).toBe(404);
	});

	test('lists commits over pages, newest first', async () => {
		const commits = await collect(client.listCommits({ repo: 'toy/history', hubUrl: hub.url }));
		expect(commits.map(({ title }) => title)).toEqual(['three', 'two', 'one']);
		expect(commits[2]?.date.toISOString()).toBe('2023-01-01T00:00:00.000Z');
	});

	test('lists files with their digests, and asks for chosen ones', async () => {
		const where = { repo: 'toy/history', hubUrl: hub.url };
		const files = await collect(client.listFiles(where));
		expect(files.map(({ path, size, lfs }) => [path, size, lfs?.oid.length])).toEqual([
			['config.json', 7, undefined],
			['model.safetensors', 3000, 64],
		]);
		const paths = ['model.safetensors', 'none'];
		expect(await client.pathsInfo({ ...where, paths })).toMatchObject([files[1]]);
	});

	test('reads files, large and small, whole and in part', async () => {
		const where = { repo: 'toy/history', hubUrl: hub.url };
		const small = await client.downloadFile({ ...where, path: 'config.json' });
		expect(await small?.text()).toBe('{"v":3}');
		const large = await client.downloadFile({ ...where, path: 'model.safetensors', xet: false });
		expect(await bytesOf(large?.slice(10, 20))).toEqual(WEIGHTS.slice(10, 20));
		expect(await client.downloadFile({ ...where, path: 'none' })).toBeNull();
	});

	test('reads beyond what disks hold', async () => {
		const path = 'model.safetensors';
		const file = await client.downloadFile({ repo: 'toy/huge', hubUrl: hub.url, path, xet: false });
		expect(file?.size).toBe(2 ** 40);
		const at = 2 ** 39 + 5;
		expect(await bytesOf(file?.slice(at, at + 3))).toEqual(Uint8Array.of(5, 6, 7));
	});

	test('follows a renamed model', async () => {
		const info = await client.modelInfo({ name: 'toy/old', hubUrl: hub.url });
		expect(info.name).toBe('toy/history');
		const path = 'config.json';
		const file = await client.downloadFile({ repo: 'toy/old', hubUrl: hub.url, path });
		expect(await file?.text()).toBe('{"v":3}');
	});

	test('sees a private model with its token only', async () => {
		const access = async (accessToken?: string): Promise<unknown> =>
			refusal(
				client.checkRepoAccess({
					repo: 'toy/private',
					hubUrl: hub.url,
					...(accessToken && { accessToken }),
				}),
			);
		expect(await access()).toBe(401);
		expect(await access('hf_wrong')).toBe(401);
		expect(await access('hf_other')).toBe(404);
		expect(await access('hf_mine')).toBe('no refusal');
	});
});

describe('the store behind it', () => {
	async function address(): Promise<string> {
		const response = await fetch(`${hub.url}/toy/history/resolve/main/model.safetensors`, {
			headers: { Range: 'bytes=0-0' },
		});
		return response.url;
	}

	test('is another origin, and its addresses do not name the model', async () => {
		const url = new URL(await address());
		expect(url.origin).toBe(hub.cdnUrl);
		expect(url.pathname).not.toContain('history');
	});

	test('refuses addresses that expired, were made up, or come with a token', async () => {
		const good = await address();
		const status = async (url: string, headers = {}): Promise<number> =>
			(await fetch(url, { headers })).status;
		expect(await status(good)).toBe(200);
		expect(await status(good, { Authorization: 'Bearer hf_mine' })).toBe(400);
		expect(await status(good.replace(/Expires=\d/, 'Expires=9'))).toBe(403);
		expect(await status(`${hub.cdnUrl}/toy/history/resolve/main/model.safetensors`)).toBe(403);
		time += 61_000;
		expect(await status(good)).toBe(403);
		expect(await status(await address())).toBe(200);
	});
});

test('the quota is counted in fixed windows, files and API apart', async () => {
	let now = 0;
	const small = await startHubServer({
		models: { 'toy/a': { commits: [{ contents: { 'config.json': '{}' } }] } },
		quota: { resolvers: 2, api: 1, seconds: 300 },
		now: () => now,
	});
	const ask = async (path: string): Promise<readonly [number, string | null]> => {
		const { status, headers } = await fetch(`${small.url}${path}`);
		return [status, headers.get('RateLimit')];
	};
	const file = '/toy/a/resolve/main/config.json';
	expect(await ask(file)).toEqual([200, '"resolvers";r=1;t=300']);
	now += 100_000;
	expect(await ask(file)).toEqual([200, '"resolvers";r=0;t=200']);
	expect(await ask(file)).toEqual([429, '"resolvers";r=0;t=200']);
	expect(await ask('/api/models/toy/a')).toEqual([200, '"api";r=0;t=300']);
	expect(await ask('/api/models/toy/a')).toEqual([429, '"api";r=0;t=300']);
	now += 200_000;
	expect(await ask(file)).toEqual([200, '"resolvers";r=1;t=300']);
	await small.close();
});
