/**
 * A Hub of one's own: serves models in the Hub's URL shape, with its headers as they were captured
 * from the real one, and misbehaves on request.
 *
 * ```ts
 * const hub = await startHubServer({ models: { 'oracle/a': 'tests/oracle/models/a' } });
 * hub.fault({ kind: 'ignore-range', path: 'model.safetensors', times: 1 });
 * // … read from hub.url …
 * hub.log; // what was asked
 * await hub.close();
 * ```
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFaults, type Faults } from './faults.ts';
import { listen, type Running } from './listen.ts';
import { createQuota, type QuotaCounter } from './quota.ts';
import { refuse, sendError, sendJson, setCors } from './respond.ts';
import { asRepo, commitOf, historyOf } from './repos.ts';
import { routeCdn, routeHub, type World } from './route.ts';
import { sendFile } from './sendFile.ts';
import { createSigner } from './signing.ts';
import type { HubRequest, HubServer, HubServerOptions } from './types.ts';

interface Context extends World {
	readonly faults: Faults;
	readonly host: 'hub' | 'cdn';
	readonly quota: QuotaCounter | null;
}

export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
	const log: HubRequest[] = [];
	const faults = createFaults();
	const repos = new Map(
		Object.entries(options.models).map(([model, repo]) => [model, asRepo(repo)] as const),
	);
	for (const model of options.gated ?? []) {
		const repo = repos.get(model);
		if (repo !== undefined) repos.set(model, { ...repo, gated: 'manual' });
	}
	const now = options.now ?? Date.now;
	let signedFor = options.signedFor ?? 3600;
	let cdnUrl = '';
	let open = 0;
	const world = {
		options,
		repos,
		faults,
		signer: createSigner(() => signedFor, now),
		quota: options.quota ? createQuota(options.quota, now) : null,
		cdnUrl: () => cdnUrl,
	};
	const start = async (host: 'hub' | 'cdn', port: number): Promise<Running> =>
		listen(port, async (request, response) => {
			open++;
			try {
				const sent = await answer(request, response, { ...world, host });
				log.push(record(host, request, response.statusCode, sent));
			} finally {
				open--;
			}
		});
	const cdn = await start('cdn', 0);
	cdnUrl = cdn.url;
	const hub = await start('hub', options.port ?? 0);
	return {
		url: hub.url,
		cdnUrl,
		log,
		commit: (model, which) => {
			if (which === undefined) return commitOf(model);
			if (typeof which === 'string') return commitOf(`${model} at ${which}`);
			const repo = repos.get(model);
			return repo ? (historyOf(model, repo).at(-1 - which)?.id ?? '') : '';
		},
		fault: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		idle: async () => {
			while (open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
		},
		clearLog: () => void log.splice(0),
		set: (model, repo) => void (repo === null ? repos.delete(model) : repos.set(model, repo)),
		signFor: (seconds) => void (signedFor = seconds),
		close: async () => {
			await Promise.all([hub.close(), cdn.close()]);
		},
	};
}

function record(
	host: 'hub' | 'cdn',
	request: IncomingMessage,
	status: number,
	sent: number,
): HubRequest {
	const { method = '', url: path = '', headers } = request;
	const { range = null, referer = null } = headers;
	return { host, method, path, range, referer, headers, status, sent };
}

/** Answers a request; says how many bytes of a file were sent. */
async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	context: Context,
): Promise<number> {
	const { host, faults, options, signer, quota } = context;
	const path = request.url ?? '/';
	// Faults are set for files by their name, wherever they are read from.
	const logical = (host === 'cdn' ? signer.targetOf(path) : null) ?? path;
	const fault = faults.take(logical, request.method ?? 'GET', host);
	response.setHeader('X-Request-Id', 'Root=1-test');
	if (options.cors !== false && fault?.kind !== 'no-cors') setCors(request, response);
	if (request.method === 'OPTIONS') {
		answerPreflight(response, host);
		return 0;
	}
	if (fault && (await refuse(response, fault))) return 0;
	const bucket = /^\/api\/(?!resolve-cache)/.test(path) ? 'api' : 'resolvers';
	if (host === 'hub' && quota !== null && !quota.take(bucket, response)) {
		sendError(response, { status: 429, error: null, message: 'We had to rate limit your IP.' });
		return 0;
	}
	const { authorization } = request.headers;
	const url = new URL(path, `http://${request.headers.host ?? 'hub'}`);
	const result =
		host === 'cdn'
			? await routeCdn(path, authorization, context)
			: await routeHub({ url, authorization, body: await bodyOf(request) }, context);
	if (result === null) sendError(response, { status: 404, error: null, message: 'Not Found' });
	else if ('error' in result) sendError(response, result);
	else if ('json' in result) sendJson(response, result);
	else {
		for (const [name, value] of Object.entries(result.headers)) response.setHeader(name, value);
		if ('file' in result) return sendFile(request, response, result.file, fault);
		response.writeHead(result.status, { Location: result.location }).end();
	}
	return 0;
}

/** The Hub takes preflights; its stores were seen to refuse them. */
function answerPreflight(response: ServerResponse, host: 'hub' | 'cdn'): void {
	if (host === 'cdn') return void response.writeHead(405).end();
	response.setHeader('Access-Control-Allow-Headers', 'Authorization, Range, Content-Type');
	response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, DELETE');
	response.writeHead(204).end();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of request) chunks.push(chunk as Uint8Array);
	return Buffer.concat(chunks).toString();
}
