import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './api.ts';
import type { Fault } from './faults.ts';

/** What is exposed to pages of other origins, as captured from the Hub. */
export const EXPOSED =
	'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash';

export function setCors(request: IncomingMessage, response: ServerResponse): void {
	response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
	response.setHeader('Access-Control-Expose-Headers', EXPOSED);
	response.setHeader('Access-Control-Max-Age', '86400');
	response.setHeader('Vary', 'Origin');
}

/** Faults that replace the whole answer; true where it was given. */
export async function refuse(response: ServerResponse, fault: Fault): Promise<boolean> {
	const refusal = refusalOf(fault);
	if (refusal !== null) {
		if (fault.kind === 'rate-limited')
			response.setHeader('RateLimit', `"resolvers";r=0;t=${fault.seconds ?? 120}`);
		sendError(response, refusal);
		return true;
	}
	switch (fault.kind) {
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

function refusalOf({ kind, status = 500 }: Fault): Refusal | null {
	switch (kind) {
		case 'gated':
			return { status: 401, error: 'GatedRepo', message: 'Access to model is restricted.' };
		case 'unauthorized':
			return { status: 401, error: null, message: 'Invalid username or password.' };
		case 'not-found':
			return { status: 404, error: 'EntryNotFound', message: 'Entry not found' };
		case 'expired':
			return { status: 403, error: null, message: 'Request has expired' };
		case 'rate-limited':
			return { status: 429, error: null, message: 'We had to rate limit your IP.' };
		case 'server-error':
			return { status, error: null, message: 'Internal Error' };
		default:
			return null;
	}
}

export function sendError(response: ServerResponse, { status, error, message }: Refusal): void {
	if (error !== null) response.setHeader('X-Error-Code', error);
	response.setHeader('X-Error-Message', message);
	response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify({ error: message }));
}

export function sendJson(
	response: ServerResponse,
	{ json, headers = {} }: { json: unknown; headers?: Readonly<Record<string, string>> },
): void {
	response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
	response.end(JSON.stringify(json));
}
