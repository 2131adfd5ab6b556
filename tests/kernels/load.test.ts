import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Kernels } from '../../src/kernels/index.ts';

const MODULE = new URL('../../wasm/pkg/remelt_kernels_bg.wasm', import.meta.url);

/** The loader as a page has it that has just been opened. */
async function freshLoader(): Promise<(source?: BufferSource | URL) => Promise<Kernels>> {
	vi.resetModules();
	return (await import('../../src/kernels/index.ts')).loadWasmKernels;
}

let server: Server;
let base: string;
let requests: string[];

beforeEach(async () => {
	requests = [];
	server = createServer((request, response) => {
		requests.push(request.url ?? '');
		if (request.url === '/gone.wasm') {
			response.writeHead(404).end();
			return;
		}
		const type = request.url === '/typed.wasm' ? 'application/wasm' : 'text/plain';
		response.writeHead(200, { 'content-type': type }).end(readFileSync(MODULE));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	base = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
});

afterEach(() => {
	server.close();
	vi.restoreAllMocks();
});

test('the module that belongs to the code is found without being named', async () => {
	const load = await freshLoader();
	const kernels = await load();
	expect(kernels.backend).toBe('wasm');
	expect([...kernels.cast(Uint8Array.of(0x80, 0x3f), 'BF16', 'F16')]).toEqual([0x00, 0x3c]);
});

test('callers at the same time share one module', async () => {
	const load = await freshLoader();
	const address = new URL('/typed.wasm', base);
	const [a, b] = await Promise.all([load(address), load(address)]);
	expect(a).toBe(b);
	expect(requests).toEqual(['/typed.wasm']);
});

test('a server that does not know the type of a .wasm file is good enough', async () => {
	const warn = vi.spyOn(console, 'warn').mockReturnValue();
	const load = await freshLoader();
	await expect(load(new URL('/untyped.wasm', base))).resolves.toHaveProperty('backend', 'wasm');
	expect(warn).toHaveBeenCalled();
});

test('bytes that the caller already has are taken as they are', async () => {
	const load = await freshLoader();
	await expect(load(readFileSync(MODULE))).resolves.toHaveProperty('backend', 'wasm');
});

test('a module that is not there is an error with its address, and the next call tries again', async () => {
	const load = await freshLoader();
	const address = new URL('/gone.wasm', base);
	await expect(load(address)).rejects.toMatchObject({
		name: 'RemeltError',
		code: 'kernel-failed',
		message: 'The WASM kernels did not load: HTTP 404',
		details: { source: address.href, status: 404 },
	});
	await expect(load()).resolves.toHaveProperty('backend', 'wasm');
});

test('bytes that are no module are an error that says what is needed', async () => {
	const load = await freshLoader();
	await expect(load(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
		code: 'kernel-failed',
		details: { source: 'bytes' },
	});
});
