/**
 * How each fact of `factList.ts` is tried; what is believed, and what follows where it is false,
 * stands there.
 */
import type { FactContext, FactResult, Sample } from './facts.ts';
import type { Observation } from './observe.ts';
import { parseContentRange } from './strictFetch.ts';

const COMMIT = /^[0-9a-f]{40}$/;

function filePath({ repo, file }: Sample, revision = 'main'): string {
	return `/${repo}/resolve/${revision}/${file}`;
}

/** Asks for the first `length` bytes of a file. */
async function firstBytes(
	{ observe }: FactContext,
	sample: Sample,
	length: number,
	revision?: string,
): Promise<Observation> {
	return observe(filePath(sample, revision), { Range: `bytes=0-${length - 1}` });
}

/** Whether an answer is a 206 with exactly the range that was asked for. */
function isRange({ status, header, bytes }: Observation, length: number): FactResult {
	const content = header('Content-Range');
	const range = parseContentRange(content);
	const due = range === null ? NaN : Math.min(length, range.total);
	return {
		holds: status === 206 && range?.first === 0 && range.last === due - 1 && bytes.length === due,
		seen: `${status}, Content-Range ${content ?? 'not readable'}, ${bytes.length} bytes`,
	};
}

/** Whether a page elsewhere may read an answer and these headers of it. */
function isReadable(answer: Observation, headers: readonly string[]): FactResult {
	if (answer.crossOrigin) {
		const hidden = headers.filter((name) => answer.header(name) === null);
		return {
			holds: hidden.length === 0,
			seen:
				hidden.length > 0 ? `hidden from this page: ${hidden.join(', ')}` : 'this page read them',
		};
	}
	const origin = answer.header('Access-Control-Allow-Origin');
	const exposed = (answer.header('Access-Control-Expose-Headers') ?? '').toLowerCase();
	const hidden = headers.filter((name) => exposed !== '*' && !exposed.includes(name.toLowerCase()));
	return {
		holds: origin !== null && hidden.length === 0,
		seen: `Access-Control-Allow-Origin ${origin ?? 'missing'}${hidden.length > 0 ? `; not exposed: ${hidden.join(', ')}` : ''}`,
	};
}

function isRefusal(answer: Observation, status: readonly number[], code: string): FactResult {
	const seen = answer.header('X-Error-Code');
	return {
		holds: status.includes(answer.status) && seen === code,
		seen: `${answer.status}, X-Error-Code ${seen ?? 'not readable'}`,
	};
}

async function commitOf({ observe, settings }: FactContext): Promise<string> {
	const { status, bytes } = await observe(`/api/models/${settings.large.repo}/revision/main`);
	const info: unknown = JSON.parse(new TextDecoder().decode(bytes));
	const sha = typeof info === 'object' && info !== null && 'sha' in info ? info.sha : null;
	if (typeof sha !== 'string' || !COMMIT.test(sha))
		throw new Error(`${status}, no sha in the answer`);
	return sha;
}

function hostMatches(host: string, pattern: string): boolean {
	return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

export async function checkCommit(context: FactContext): Promise<FactResult> {
	return { holds: true, seen: await commitOf(context) };
}

export async function checkLargeRange(context: FactContext): Promise<FactResult> {
	return isRange(await firstBytes(context, context.settings.large, 8), 8);
}

export async function checkSmallRange(context: FactContext): Promise<FactResult> {
	return isRange(await firstBytes(context, context.settings.small, 8), 8);
}

export async function checkRangeBeyondEnd(context: FactContext): Promise<FactResult> {
	return isRange(await firstBytes(context, context.settings.small, 100_000), 100_000);
}

export async function checkLargeIsReadable(context: FactContext): Promise<FactResult> {
	return isReadable(await firstBytes(context, context.settings.large, 8), [
		'Content-Range',
		'ETag',
	]);
}

export async function checkErrorIsReadable(context: FactContext): Promise<FactResult> {
	const { observe, settings } = context;
	const answer = await observe(filePath({ ...settings.small, file: 'no-such-file.json' }));
	return isReadable(answer, ['X-Error-Code']);
}

export async function checkHost(context: FactContext): Promise<FactResult> {
	const { host } = await firstBytes(context, context.settings.large, 8);
	return {
		holds: context.settings.hosts.some((pattern) => hostMatches(host, pattern)),
		seen: host,
	};
}

export async function checkPinned(context: FactContext): Promise<FactResult> {
	const { large } = context.settings;
	const pinned = await firstBytes(context, large, 8, await commitOf(context));
	const { holds, seen } = isRange(pinned, 8);
	const branch = await firstBytes(context, large, 8);
	const same = pinned.bytes.every((byte, i) => byte === branch.bytes[i]);
	return { holds: holds && same, seen: `${seen}${same ? '' : ', other bytes than main'}` };
}

export async function checkEtag(context: FactContext): Promise<FactResult> {
	const one = await firstBytes(context, context.settings.large, 8);
	const two = await firstBytes(context, context.settings.large, 16);
	const [a, b] = [one.header('ETag'), two.header('ETag')];
	const holds = a !== null && b !== null && (a === b || one.host !== two.host);
	return { holds, seen: a === b ? (a ?? 'no ETag') : `${a} (${one.host}), ${b} (${two.host})` };
}

export async function checkMissingFile({ observe, settings }: FactContext): Promise<FactResult> {
	return isRefusal(
		await observe(filePath({ ...settings.small, file: 'no-such-file.json' })),
		[404],
		'EntryNotFound',
	);
}

export async function checkMissingRevision({
	observe,
	settings,
}: FactContext): Promise<FactResult> {
	return isRefusal(
		await observe(filePath(settings.small, 'no-such-branch')),
		[404],
		'RevisionNotFound',
	);
}

export async function checkMissingModel({ observe, settings }: FactContext): Promise<FactResult> {
	return isRefusal(
		await observe(filePath({ repo: settings.missing, file: 'config.json' })),
		[401, 404],
		'RepoNotFound',
	);
}

export async function checkGated({ observe, settings }: FactContext): Promise<FactResult> {
	return isRefusal(await observe(filePath(settings.gated)), [401], 'GatedRepo');
}

export async function checkDigests({ observe, settings }: FactContext): Promise<FactResult> {
	const { status, bytes } = await observe(`/api/models/${settings.large.repo}/tree/main`);
	const list = JSON.parse(new TextDecoder().decode(bytes)) as {
		path?: string;
		lfs?: { oid?: string };
	}[];
	const oid = list.find(({ path }) => path === settings.large.file)?.lfs?.oid;
	return {
		holds: oid !== undefined && /^[0-9a-f]{64}$/.test(oid),
		seen: oid ?? `${status}, no lfs.oid for ${settings.large.file}`,
	};
}
