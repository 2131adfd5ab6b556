import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Fault } from './hubFaults.ts';

/** A file that is to be sent. */
export interface FileAnswer {
	readonly path: string;
	readonly size: number;
	/** Milliseconds; with the path the key under which its digest is kept. */
	readonly modified: number;
	/** Weight files have a SHA-256 as their ETag, small files a SHA-1. */
	readonly large: boolean;
	readonly headers: Readonly<Record<string, string>>;
}

/** Written in pieces, so that clients see a body arrive. */
const PIECE = 1 << 18;

const digests = new Map<string, Promise<string>>();

/** What is sent for the file at a path; by its name it is a weight file or not. */
export async function describeFile(path: string): Promise<FileAnswer> {
	const { size, mtimeMs: modified } = await stat(path);
	return { path, size, modified, large: path.endsWith('.safetensors'), headers: {} };
}

/** Sends a file or the range that was asked for, with what the fault does to it. */
export async function sendFile(
	request: IncomingMessage,
	response: ServerResponse,
	file: FileAnswer,
	fault: Fault | undefined,
): Promise<void> {
	const etag = fault?.kind === 'changed-etag' ? 'changed' : await digestOf(file);
	response.setHeader('ETag', `"${etag}"`);
	response.setHeader('Accept-Ranges', 'bytes');
	response.setHeader('Content-Type', file.large ? 'application/octet-stream' : 'text/plain');
	for (const [name, value] of Object.entries(file.headers)) response.setHeader(name, value);
	const range =
		fault?.kind === 'ignore-range' ? null : parseRange(request.headers.range, file.size);
	if (range === 'unsatisfiable') {
		response.writeHead(416, { 'Content-Range': `bytes */${file.size}` }).end();
		return;
	}
	const { first, last } = range ?? { first: 0, last: file.size - 1 };
	if (range) setContentRange(response, first, last, file.size, fault);
	response.statusCode = range ? 206 : 200;
	if (request.method === 'HEAD') return void response.end();
	let bytes = await readRange(file.path, first, last + 1);
	if (fault?.kind === 'truncated-header' && first === 0) bytes = lyingPrefix(bytes, file.size);
	if (fault?.kind === 'short-body') bytes = bytes.subarray(0, bytes.length - (fault.bytes ?? 1));
	if (fault?.kind === 'long-body') bytes = Buffer.concat([bytes, Buffer.alloc(16)]);
	response.setHeader('Content-Length', bytes.length);
	await write(response, bytes, fault);
}

function setContentRange(
	response: ServerResponse,
	first: number,
	last: number,
	size: number,
	fault: Fault | undefined,
): void {
	if (fault?.kind === 'no-content-range') return;
	const shift = fault?.kind === 'wrong-content-range' ? 1 : 0;
	const total = fault?.kind === 'changed-size' ? size + 8 : size;
	response.setHeader('Content-Range', `bytes ${first + shift}-${last + shift}/${total}`);
}

async function write(
	response: ServerResponse,
	bytes: Buffer,
	fault: Fault | undefined,
): Promise<void> {
	let end = bytes.length;
	if (fault?.kind === 'stall') end = Math.min(end, fault.bytes ?? 0);
	if (fault?.kind === 'drop-midway') end = Math.floor(end / 2);
	for (let start = 0; start < end && !response.destroyed; start += PIECE) {
		const more = response.write(bytes.subarray(start, Math.min(end, start + PIECE)));
		if (!more) await drained(response);
	}
	if (end === bytes.length) return void response.end();
	if (fault?.kind === 'drop-midway') return void setTimeout(() => response.destroy(), 20);
	response.flushHeaders();
	await once(response, 'close');
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

/** The first bytes with a length prefix that reaches beyond the file. */
function lyingPrefix(bytes: Buffer, size: number): Buffer {
	const copy = Buffer.from(bytes);
	copy.writeBigUInt64LE(BigInt(size + 1), 0);
	return copy;
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

async function readRange(path: string, start: number, end: number): Promise<Buffer> {
	const handle = await open(path);
	try {
		const buffer = Buffer.alloc(end - start);
		const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
		return buffer.subarray(0, bytesRead);
	} finally {
		await handle.close();
	}
}

/** SHA-256 of a weight file, SHA-1 of any other, in hex. */
export async function digestOf(file: FileAnswer): Promise<string> {
	const key = `${file.path} ${file.size} ${file.modified}`;
	const digest =
		digests.get(key) ??
		readFile(file.path).then((bytes) =>
			createHash(file.large ? 'sha256' : 'sha1')
				.update(bytes)
				.digest('hex'),
		);
	digests.set(key, digest);
	return digest;
}
