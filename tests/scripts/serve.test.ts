import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRange, serveSite, type SiteServer } from '../../scripts/serve.ts';
import { readOptions } from '../../scripts/start.ts';

const WEIGHTS = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

describe('a served site', () => {
	let root = '';
	let server: SiteServer;

	beforeAll(async () => {
		root = await mkdtemp(join(tmpdir(), 'remelt-serve-'));
		await mkdir(join(root, 'site/models'), { recursive: true });
		await mkdir(join(root, 'site/_astro'));
		await writeFile(join(root, 'secret.txt'), 'secret');
		await writeFile(join(root, 'site/index.html'), 'home');
		await writeFile(join(root, 'site/404.html'), 'not here');
		await writeFile(join(root, 'site/models/index.html'), 'models');
		await writeFile(join(root, 'site/model.safetensors'), WEIGHTS);
		await writeFile(join(root, 'site/_astro/worker.js'), '1');
		await writeFile(
			join(root, 'site/_headers'),
			"/base/*\n  Referrer-Policy: no-referrer\n/base/_astro/*\n  Content-Security-Policy: default-src 'none'\n",
		);
		server = await serveSite({ root: join(root, 'site'), base: '/base/' });
	});

	afterAll(async () => {
		await server.close();
		await rm(root, { recursive: true });
	});

	const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
		fetch(new URL(path, server.url), { headers, redirect: 'manual' });

	it('answers a range with exactly that range', async () => {
		const response = await get('model.safetensors', { Range: 'bytes=8-99' });
		expect(response.status).toBe(206);
		expect(response.headers.get('content-range')).toBe('bytes 8-99/1000');
		expect(response.headers.get('content-length')).toBe('92');
		expect(new Uint8Array(await response.arrayBuffer())).toEqual(WEIGHTS.subarray(8, 100));
	});

	it('gives the whole file to a range of another version', async () => {
		const headers = { Range: 'bytes=0-7', 'If-Range': '"other"' };
		expect((await get('model.safetensors', headers)).status).toBe(200);
	});

	it('says when a file has not changed', async () => {
		const etag = (await get('model.safetensors')).headers.get('etag') ?? '';
		expect(etag).toMatch(/^"[^"]+"$/);
		expect((await get('model.safetensors', { 'If-None-Match': etag })).status).toBe(304);
	});

	it('refuses a range beyond the end', async () => {
		const response = await get('model.safetensors', { Range: 'bytes=1000-' });
		expect(response.status).toBe(416);
		expect(response.headers.get('content-range')).toBe('bytes */1000');
	});

	it('sends the headers that _headers asks for', async () => {
		expect((await get('')).headers.get('referrer-policy')).toBe('no-referrer');
		expect((await get('')).headers.get('content-security-policy')).toBeNull();
		const worker = await get('_astro/worker.js');
		expect(worker.headers.get('content-security-policy')).toBe("default-src 'none'");
	});

	it('serves folders by their index, with a slash', async () => {
		expect(await (await get('models/')).text()).toBe('models');
		const response = await get('models');
		expect([response.status, response.headers.get('location')]).toEqual([301, '/base/models/']);
	});

	it('leads to the base, and answers what is not there with the page for that', async () => {
		expect((await get('/')).headers.get('location')).toBe('/base/');
		const response = await get('nothing/');
		expect([response.status, await response.text()]).toEqual([404, 'not here']);
	});

	it.each(['/base/..%2fsecret.txt', '/base/%2e%2e/secret.txt', '/base/%00', '/base/%ff'])(
		'serves nothing outside of its folder: %s',
		async (path) => {
			const response = await fetch(server.url.replace('/base/', path));
			expect(response.status).toBe(404);
			expect(await response.text()).not.toContain('secret');
		},
	);
});

describe('ranges', () => {
	it.each([
		['bytes=0-0', { start: 0, end: 1 }],
		['bytes=5-', { start: 5, end: 10 }],
		['bytes=-3', { start: 7, end: 10 }],
		['bytes=-30', { start: 0, end: 10 }],
		['bytes=2-99', { start: 2, end: 10 }],
		['bytes=10-', 'unsatisfiable'],
		['bytes=-0', 'unsatisfiable'],
		['bytes=5-2', 'whole'],
		['bytes=0-1,4-5', 'whole'],
		['bytes=-', 'whole'],
		[undefined, 'whole'],
	] as const)('%s of ten bytes', (range, part) => {
		expect(parseRange(range, 10)).toEqual(part);
	});
});

describe('options of npm start', () => {
	it.each([
		[[], { host: 'localhost', port: null }],
		[['--port', '8080'], { host: 'localhost', port: 8080 }],
		[['--host'], { host: '0.0.0.0', port: null }],
		[['--host', '--port=80'], { host: '0.0.0.0', port: 80 }],
		[['--host', '192.168.0.2'], { host: '192.168.0.2', port: null }],
	] as const)('%j', (args, options) => {
		expect(readOptions(args)).toEqual(options);
	});

	it('refuse what is no port', () => {
		expect(() => readOptions(['--port', 'http'])).toThrow('http is no port number');
	});
});
