import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LargeModel } from './models.ts';

/** A running stand-in for the Hub. */
export interface LargeHub {
	readonly url: string;
	close(): Promise<void>;
}

/** Serves models that are made up while they are read, in the Hub's URL shape, to pages anywhere. */
export async function startLargeHub(models: ReadonlyMap<string, LargeModel>): Promise<LargeHub> {
	const server = createServer((request, response) => {
		answer(models, request, response).catch((error: unknown) => {
			response.destroy(error instanceof Error ? error : new Error(String(error)));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function answer(
	models: ReadonlyMap<string, LargeModel>,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	response.setHeader('Access-Control-Allow-Origin', '*');
	response.setHeader('Access-Control-Expose-Headers', 'ETag,Content-Range,X-Error-Code');
	const path = new URL(request.url ?? '/', 'http://hub').pathname;
	const parts = path.split('/').slice(1).map(decodeURIComponent);
	if (parts[0] === 'api') return answerApi(models, parts.slice(2, 4).join('/'), response);
	const [owner, name, , , ...rest] = parts;
	const model = models.get(`${owner}/${name}`);
	const file = rest.join('/');
	if (model !== undefined && file === 'model.safetensors')
		return sendRange(model, request, response);
	const text = model?.texts[file];
	if (text === undefined) return notFound(response);
	response.setHeader('ETag', `"${createHash('sha1').update(text).digest('hex')}"`);
	response.end(text);
}

function answerApi(
	models: ReadonlyMap<string, LargeModel>,
	id: string,
	response: ServerResponse,
): void {
	const model = models.get(id);
	if (model === undefined) return notFound(response);
	const names = [...Object.keys(model.texts), 'model.safetensors'];
	const sha = createHash('sha1').update(id).digest('hex');
	const info = { _id: sha, id, sha, private: false, gated: false, downloads: 0, likes: 0 };
	response.setHeader('Content-Type', 'application/json');
	response.end(
		JSON.stringify({
			...info,
			lastModified: '2024-01-01T00:00:00.000Z',
			siblings: names.map((rfilename) => ({ rfilename })),
		}),
	);
}

async function sendRange(
	model: LargeModel,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
	if (first === '') return void response.writeHead(400).end();
	const start = Number(first);
	const end = Math.min(Number(last) + 1, model.size);
	response.writeHead(206, {
		ETag: `"${model.size}"`,
		'Content-Length': end - start,
		'Content-Range': `bytes ${start}-${end - 1}/${model.size}`,
	});
	for (const piece of model.read(start, end)) {
		if (response.destroyed) return;
		if (!response.write(piece)) await untilDrained(response);
	}
	response.end();
}

async function untilDrained(response: ServerResponse): Promise<void> {
	await new Promise<void>((resolve) => {
		const go = (): void => {
			response.off('drain', go).off('close', go);
			resolve();
		};
		response.on('drain', go).on('close', go);
	});
}

function notFound(response: ServerResponse): void {
	response.setHeader('X-Error-Code', 'EntryNotFound');
	response.writeHead(404).end();
}
