import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from './faults.ts';
import type { HubFile } from './files.ts';

/** Written in pieces, so that clients see a body arrive. */
const PIECE = 1 << 18;

/** Sends a file or the range that was asked for, with what the fault does to it; says how many bytes. */
export async function sendFile(
	request: IncomingMessage,
	response: ServerResponse,
	file: HubFile,
	fault: Fault | undefined,
): Promise<number> {
	const etag = fault?.kind === 'changed-etag' ? 'changed' : await file.digest();
	response.setHeader('ETag', `"${etag}"`);
	response.setHeader('Accept-Ranges', 'bytes');
	response.setHeader('Content-Type', file.large ? 'application/octet-stream' : 'text/plain');
	const range =
		fault?.kind === 'ignore-range' ? null : parseRange(request.headers.range, file.size);
	if (range === 'unsatisfiable') {
		response.writeHead(416, { 'Content-Range': `bytes */${file.size}` }).end();
		return 0;
	}
	const { first, last } = range ?? { first: 0, last: file.size - 1 };
	if (range) setContentRange(response, { first, last, size: file.size }, fault);
	response.statusCode = range ? 206 : 200;
	if (request.method === 'HEAD') {
		response.end();
		return 0;
	}
	return sendBody(response, spoil(await file.read(first, last + 1), first, file, fault), fault);
}

function setContentRange(
	response: ServerResponse,
	{ first, last, size }: { readonly first: number; readonly last: number; readonly size: number },
	fault: Fault | undefined,
): void {
	if (fault?.kind === 'no-content-range') return;
	const shift = fault?.kind === 'wrong-content-range' ? 1 : 0;
	const total = fault?.kind === 'changed-size' ? size + 8 : size;
	response.setHeader('Content-Range', `bytes ${first + shift}-${last + shift}/${total}`);
}

/** The bytes as the fault makes them. */
function spoil(
	bytes: Uint8Array,
	first: number,
	file: HubFile,
	fault: Fault | undefined,
): Uint8Array {
	switch (fault?.kind) {
		case 'truncated-header':
			return first === 0 ? lyingPrefix(bytes, file.size) : bytes;
		case 'short-body':
		case 'short-chunked':
			return bytes.subarray(0, Math.max(0, bytes.length - (fault.bytes ?? 1)));
		case 'long-body':
			return Buffer.concat([bytes, Buffer.alloc(16)]);
		case 'compressed':
			return gzipSync(bytes);
		default:
			return bytes;
	}
}

/** The first bytes with a length prefix that reaches beyond the file. */
function lyingPrefix(bytes: Uint8Array, size: number): Uint8Array {
	const copy = Buffer.from(bytes);
	copy.writeBigUInt64LE(BigInt(size + 1), 0);
	return copy;
}

async function sendBody(
	response: ServerResponse,
	bytes: Uint8Array,
	fault: Fault | undefined,
): Promise<number> {
	if (fault?.kind === 'compressed') response.setHeader('Content-Encoding', 'gzip');
	if (fault?.kind !== 'short-chunked') response.setHeader('Content-Length', bytes.length);
	let end = bytes.length;
	if (fault?.kind === 'stall') end = Math.min(end, fault.bytes ?? 0);
	if (fault?.kind === 'drop-midway' || fault?.kind === 'reset')
		end = Math.min(end, fault.bytes ?? Math.floor(end / 2));
	const piece = fault?.kind === 'trickle' ? (fault.bytes ?? 64) : PIECE;
	let sent = 0;
	while (sent < end && !response.destroyed) {
		const next = bytes.subarray(sent, Math.min(end, sent + piece));
		const more = response.write(next);
		sent += next.length;
		if (!more) await drained(response);
		if (fault?.kind === 'trickle') await pause(fault.ms ?? 5);
	}
	if (end === bytes.length) {
		response.end();
		return sent;
	}
	response.flushHeaders();
	// What was written has to arrive before the cut.
	if (fault?.kind === 'drop-midway') setTimeout(() => response.destroy(), 20);
	if (fault?.kind === 'reset') response.socket?.resetAndDestroy();
	await once(response, 'close');
	return sent;
}

async function pause(ms: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until the response takes more, or is gone. Leaves no listener behind. */
async function drained(response: ServerResponse): Promise<void> {
	const settled = new AbortController();
	const { signal } = settled;
	const events = ['drain', 'close'].map(async (name) => once(response, name, { signal }));
	await Promise.race(events).finally(() => {
		settled.abort();
	});
	await Promise.allSettled(events);
}

function parseRange(
	header: string | undefined,
	size: number,
): { first: number; last: number } | 'unsatisfiable' | null {
	const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
	if (from === undefined) return null;
	const first = Number(from);
	const last = Math.min(to ? Number(to) : size - 1, size - 1);
	return first > last ? 'unsatisfiable' : { first, last };
}
