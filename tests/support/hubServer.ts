/**
 * A Hub of one's own: serves model folders in the Hub's URL shape, with its headers as they were
 * captured from the real one, and misbehaves on request.
 *
 * ```ts
 * const hub = await startHubServer({ models: { 'oracle/a': 'tests/oracle/models/a' } });
 * hub.fault({ kind: 'ignore-range', path: 'model.safetensors', times: 1 });
 * // … read from hub.url …
 * hub.log; // what was asked
 * await hub.close();
 * ```
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readdir, stat } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { createFaults, type Fault, type FaultHandle, type Faults } from './hubFaults.ts';
import { describeFile, digestOf, sendFile, type FileAnswer } from './hubFiles.ts';

export interface HubServerOptions {
	/** Model id -> folder. */
	readonly models: Readonly<Record<string, string>>;
	/** Models whose files are answered with 401 and `GatedRepo`. */
	readonly gated?: readonly string[];
	/** Answer weight files with a 302 to a second port, as the Hub does; default true. */
	readonly cdn?: boolean;
	/** Send CORS headers; default true. */
	readonly cors?: boolean;
	/** Default 0: any free port. */
	readonly port?: number;
}

/** One request that was answered. */
export interface HubRequest {
	readonly host: 'hub' | 'cdn';
	readonly method: string;
	/** Path and query, as sent. */
	readonly path: string;
	readonly range: string | null;
	readonly referer: string | null;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly status: number;
}

export interface HubServer {
	/** Base address without final slash. */
	readonly url: string;
	/** Base address of the server that weight files redirect to. */
	readonly cdnUrl: string;
	readonly log: readonly HubRequest[];
	/** The commit that `main` of a model points to. */
	commit(model: string): string;
	/** Misbehave until cleared, or `times` times. */
	fault(fault: Fault): FaultHandle;
	clearFaults(): void;
	clearLog(): void;
	close(): Promise<void>;
}

/** What is exposed to pages of other origins, as captured from the Hub. */
const EXPOSED =
	'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash';

interface Context {
	readonly options: HubServerOptions;
	readonly faults: Faults;
	readonly host: 'hub' | 'cdn';
	readonly cdnUrl: () => string;
}

export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
	const log: HubRequest[] = [];
	const faults = createFaults();
	let cdnUrl = '';
	const start = async (host: 'hub' | 'cdn', port: number): Promise<Running> =>
		listen(port, async (request, response) => {
			await answer(request, response, { options, faults, host, cdnUrl: () => cdnUrl });
			log.push(record(host, request, response.statusCode));
		});
	const cdn = await start('cdn', 0);
	cdnUrl = cdn.url;
	const hub = await start('hub', options.port ?? 0);
	return {
		url: hub.url,
		cdnUrl,
		log,
		commit: commitOf,
		fault: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		clearLog: () => void log.splice(0),
		close: async () => {
			await Promise.all([hub.close(), cdn.close()]);
		},
	};
}

function record(host: 'hub' | 'cdn', request: IncomingMessage, status: number): HubRequest {
	const { method = '', url: path = '', headers } = request;
	const { range = null, referer = null } = headers;
	return { host, method, path, range, referer, headers, status };
}

/** Forty hex digits that depend on the name only. */
function commitOf(model: string): string {
	return createHash('sha1').update(`commit of ${model}`).digest('hex');
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	context: Context,
): Promise<void> {
	const path = request.url ?? '/';
	const found = context.faults.take(path, request.method ?? 'GET', context.host);
	response.setHeader('X-Request-Id', 'Root=1-test');
	if (context.options.cors !== false && found?.kind !== 'no-cors') setCors(request, response);
	if (request.method === 'OPTIONS') return void response.writeHead(204).end();
	if (found && (await refuse(response, found))) return;
	const url = new URL(path, 'http://hub');
	const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
	const result = await route(parts, context);
	if (result === null) return error(response, 404, null, 'Not Found');
	if ('error' in result) return error(response, result.status, result.error, result.message);
	if ('json' in result) return sendJson(response, result.json);
	if ('location' in result) {
		for (const [name, value] of Object.entries(result.headers)) response.setHeader(name, value);
		return void response.writeHead(302, { Location: result.location }).end();
	}
	await sendFile(request, response, result, found);
}

function setCors(request: IncomingMessage, response: ServerResponse): void {
	response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
	response.setHeader('Access-Control-Expose-Headers', EXPOSED);
	response.setHeader('Access-Control-Max-Age', '86400');
	response.setHeader('Vary', 'Origin');
}

/** Faults that replace the whole answer; true where it was given. */
async function refuse(response: ServerResponse, fault: Fault): Promise<boolean> {
	switch (fault.kind) {
		case 'gated':
			error(response, 401, 'GatedRepo', 'Access to model is restricted.');
			return true;
		case 'unauthorized':
			error(response, 401, null, 'Invalid username or password.');
			return true;
		case 'not-found':
			error(response, 404, 'EntryNotFound', 'Entry not found');
			return true;
		case 'rate-limited':
			response.setHeader('RateLimit', '"resolvers";r=0;t=120');
			error(response, 429, null, 'We had to rate limit your IP.');
			return true;
		case 'server-error':
			error(response, fault.status ?? 500, null, 'Internal Error');
			return true;
		case 'drop':
			response.destroy();
			return true;
		case 'stall':
			if (fault.bytes !== undefined) return false;
			await new Promise((resolve) => response.once('close', resolve));
			return true;
		case 'delay':
			await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 100));
			return false;
		default:
			return false;
	}
}

function error(
	response: ServerResponse,
	status: number,
	code: string | null,
	message: string,
): void {
	if (code !== null) response.setHeader('X-Error-Code', code);
	response.setHeader('X-Error-Message', message);
	response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify({ error: message }));
}

function sendJson(response: ServerResponse, json: unknown): void {
	response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify(json));
}

type Routed =
	| FileAnswer
	| { readonly json: unknown }
	| { readonly location: string; readonly headers: Readonly<Record<string, string>> }
	| { readonly status: number; readonly error: string; readonly message: string };

/** Paths of the three kinds that the Hub has: API, files, and files on the CDN. */
async function route(parts: readonly string[], context: Context): Promise<Routed | null> {
	if (parts[0] === 'api' && parts[1] === 'models') return routeApi(parts.slice(2), context);
	const [owner, name, resolve, revision = '', ...path] = parts;
	const model = `${owner}/${name}`;
	if (resolve !== 'resolve') return null;
	const folder = lookUp(model, revision, context.options);
	if (typeof folder !== 'string') return folder;
	if (context.options.gated?.includes(model) === true)
		return { status: 401, error: 'GatedRepo', message: `Access to model ${model} is restricted.` };
	const file = path.join('/');
	const found = path.includes('..') ? null : await stat(join(folder, file)).catch(() => null);
	if (!found?.isFile()) return { status: 404, error: 'EntryNotFound', message: 'Entry not found' };
	const answer = await describeFile(join(folder, file));
	const commit = commitOf(model);
	if (answer.large && context.host === 'hub' && context.options.cdn !== false) {
		const encoded = path.map(encodeURIComponent).join('/');
		return {
			location: `${context.cdnUrl()}/${model}/resolve/${commit}/${encoded}?Expires=1&Signature=test`,
			headers: { 'X-Repo-Commit': commit, 'X-Linked-Size': String(answer.size) },
		};
	}
	return context.host === 'hub' ? { ...answer, headers: { 'X-Repo-Commit': commit } } : answer;
}

async function routeApi(parts: readonly string[], context: Context): Promise<Routed | null> {
	const [owner, name, what, revision = 'main'] = parts;
	const model = `${owner}/${name}`;
	const folder = lookUp(model, revision, context.options);
	if (typeof folder !== 'string') return folder;
	const names = await readdir(folder);
	if (what === 'tree')
		return { json: await Promise.all(names.map(async (path) => treeEntry(folder, path))) };
	if (what !== undefined && what !== 'revision') return null;
	return {
		json: {
			_id: commitOf(model).slice(0, 24),
			id: model,
			private: false,
			gated: false,
			downloads: 0,
			likes: 0,
			lastModified: '2024-01-01T00:00:00.000Z',
			pipeline_tag: 'text-generation',
			sha: commitOf(model),
			siblings: names.map((rfilename) => ({ rfilename })),
		},
	};
}

async function treeEntry(folder: string, path: string): Promise<unknown> {
	const file = await describeFile(join(folder, path));
	const oid = await digestOf(file);
	const lfs = { oid, size: file.size, pointerSize: 134 };
	return { type: 'file', path, size: file.size, oid: oid.slice(0, 40), ...(file.large && { lfs }) };
}

/** The model's folder, or what the Hub says to an anonymous reader of what is not there. */
function lookUp(model: string, revision: string, options: HubServerOptions): string | Routed {
	const folder = options.models[model];
	if (folder === undefined)
		return { status: 401, error: 'RepoNotFound', message: 'Repository not found' };
	if (revision !== 'main' && revision !== 'HEAD' && revision !== commitOf(model))
		return { status: 404, error: 'RevisionNotFound', message: `Invalid rev id: ${revision}` };
	return folder;
}

interface Running {
	readonly url: string;
	close(): Promise<void>;
}

async function listen(
	port: number,
	handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Running> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((request, response) => {
		handle(request, response).catch((error: unknown) => {
			response.destroy(error instanceof Error ? error : new Error(String(error)));
		});
	});
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	const address = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${address.port}`,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
