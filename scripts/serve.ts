/**
 * Serves a built site as a strict static host does: byte ranges with ETags, the headers that the
 * site's `_headers` file asks for, 404.html for what is not there.
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

export interface SiteServer {
	/** Address of the site's first page, with a final slash. */
	readonly url: string;
	close(): Promise<void>;
}

export interface ServeOptions {
	/** The built site. */
	readonly root: string;
	/** Path of the site, with a slash at both ends; default `/`. */
	readonly base?: string;
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** Default 0: any free port. */
	readonly port?: number;
}

const TYPES: Readonly<Record<string, string>> = {
	'.css': 'text/css; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.ico': 'image/x-icon',
	'.js': 'text/javascript; charset=utf-8',
	'.json': 'application/json; charset=utf-8',
	'.md': 'text/markdown; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.txt': 'text/plain; charset=utf-8',
	'.wasm': 'application/wasm',
	'.webmanifest': 'application/manifest+json',
	'.woff2': 'font/woff2',
	'.xml': 'application/xml; charset=utf-8',
};

/** Starts serving; rejects where the port is taken. */
export async function serveSite(options: ServeOptions): Promise<SiteServer> {
	const { root, base = '/', host = '127.0.0.1', port = 0 } = options;
	const rules = parseHeaders(await readFile(join(root, '_headers'), 'utf8').catch(() => ''));
	const sockets = new Set<Socket>();
	const server = createServer((request, response) => {
		answer(request, response, { root, base, rules }).catch(() => response.destroy());
	});
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, resolve);
	});
	const { port: bound } = server.address() as AddressInfo;
	const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
	return {
		url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${bound}${base}`,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** A path, `*` at its end for all below it, and the headers that its answers get. */
interface HeaderRule {
	readonly path: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
}

function parseHeaders(text: string): readonly HeaderRule[] {
	const rules: { path: string; headers: (readonly [string, string])[] }[] = [];
	for (const line of text.split('\n')) {
		const field = /^\s+([^:\s]+):\s*(.*)$/.exec(line);
		if (field?.[1] !== undefined && field[2] !== undefined)
			rules.at(-1)?.headers.push([field[1], field[2]]);
		else if (line.trim() !== '') rules.push({ path: line.trim(), headers: [] });
	}
	return rules;
}

interface Site {
	readonly root: string;
	readonly base: string;
	readonly rules: readonly HeaderRule[];
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	site: Site,
): Promise<void> {
	if (request.method !== 'GET' && request.method !== 'HEAD')
		return void response.writeHead(405, { Allow: 'GET, HEAD' }).end();
	const path = decodePath(request.url ?? '/');
	for (const { path: pattern, headers } of site.rules)
		if (pattern.endsWith('*') ? path?.startsWith(pattern.slice(0, -1)) : path === pattern)
			for (const [name, value] of headers) response.appendHeader(name, value);
	const file = path === null ? null : locate(path, site);
	if (file !== null) {
		const found = await stat(file).catch(() => null);
		if (found?.isFile()) return sendFile(request, response, file, found);
		const index = await stat(join(file, 'index.html')).catch(() => null);
		if (found?.isDirectory() && index?.isFile()) {
			if (path?.endsWith('/')) return sendFile(request, response, join(file, 'index.html'), index);
			return void response.writeHead(301, { Location: `${path ?? ''}/` }).end();
		}
	}
	if (path === '/' && site.base !== '/')
		return void response.writeHead(302, { Location: site.base }).end();
	const page = await readFile(join(site.root, '404.html')).catch(() => 'Not found');
	response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
}

function decodePath(url: string): string | null {
	try {
		return decodeURIComponent(url.replace(/[?#].*$/, ''));
	} catch {
		return null;
	}
}

/** Where a path's file would lie; null outside of the site. */
function locate(path: string, { root, base }: Site): string | null {
	if (!path.startsWith(base) || path.includes('\0')) return null;
	const file = normalize(join(root, path.slice(base.length)));
	return file === normalize(root) || file.startsWith(normalize(root + sep)) ? file : null;
}

function sendFile(
	request: IncomingMessage,
	response: ServerResponse,
	file: string,
	{ size, mtimeMs }: { size: number; mtimeMs: number },
): void {
	const etag = `"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}"`;
	const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
	response.setHeader('ETag', etag);
	response.setHeader('Accept-Ranges', 'bytes');
	response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
	if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache');
	if (ifNoneMatch === etag) return void response.writeHead(304).end();
	const part = ifRange === undefined || ifRange === etag ? parseRange(range, size) : 'whole';
	if (part === 'unsatisfiable')
		return void response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
	const { start, end } = part === 'whole' ? { start: 0, end: size } : part;
	response.writeHead(part === 'whole' ? 200 : 206, {
		'Content-Length': end - start,
		...(part !== 'whole' && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
	});
	if (request.method === 'HEAD' || start === end) return void response.end();
	createReadStream(file, { start, end: end - 1 })
		.on('error', () => response.destroy())
		.pipe(response);
}

type Part = 'whole' | 'unsatisfiable' | { readonly start: number; readonly end: number };

/** One range, its end excluded; several ranges are answered by the whole, as HTTP allows. */
export function parseRange(range: string | undefined, size: number): Part {
	const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
	if (match === null || (match[1] === '' && match[2] === '')) return 'whole';
	const [first = '', last = ''] = match.slice(1);
	if (first === '') {
		const length = Math.min(Number(last), size);
		return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
	}
	const start = Number(first);
	const end = last === '' ? size : Math.min(Number(last) + 1, size);
	if (start >= size) return 'unsatisfiable';
	return end <= start ? 'whole' : { start, end };
}
