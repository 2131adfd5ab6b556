import type { FactContext, FactResult, HubFact, Sample } from './facts.ts';
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

/** What Remelt believes of the Hub, what it depends on most first. */
export const HUB_FACTS: readonly HubFact[] = [
	{
		id: 'commit',
		claim: 'The API tells which commit a branch points to.',
		consequence: 'Models cannot be pinned, and none can be opened.',
		essential: true,
		check: async (context) => ({ holds: true, seen: await commitOf(context) }),
	},
	{
		id: 'range-large',
		claim: 'A weight file is sent in part: 206, and the first 8 bytes as asked.',
		consequence: 'Weights cannot be read tensor by tensor, so nothing can be checked.',
		essential: true,
		check: async (context) => isRange(await firstBytes(context, context.settings.large, 8), 8),
	},
	{
		id: 'range-small',
		claim: 'A small text file is sent in part, too.',
		consequence: 'Only a convenience: text files are read whole.',
		essential: false,
		check: async (context) => isRange(await firstBytes(context, context.settings.small, 8), 8),
	},
	{
		id: 'range-beyond-end',
		claim: 'A range that reaches beyond the end is cut there and answered with 206.',
		consequence: 'Headers of weight files below 100 kB are not found.',
		essential: true,
		check: async (context) =>
			isRange(await firstBytes(context, context.settings.small, 100_000), 100_000),
	},
	{
		id: 'cors-large',
		claim: 'Pages of other sites may read weight files, with Content-Range and ETag.',
		consequence: 'The check works at a terminal, not in the browser.',
		essential: true,
		check: async (context) =>
			isReadable(await firstBytes(context, context.settings.large, 8), ['Content-Range', 'ETag']),
	},
	{
		id: 'cors-small',
		claim: 'Pages of other sites may read text files and the error codes that come in their place.',
		consequence: 'In the browser config.json cannot be read, or errors cannot be told apart.',
		essential: true,
		check: async (context) => {
			const { observe, settings } = context;
			const answer = await observe(filePath({ ...settings.small, file: 'no-such-file.json' }));
			return isReadable(answer, ['X-Error-Code']);
		},
	},
	{
		id: 'host-large',
		claim: 'Weights come from hosts that our content policy lets through.',
		consequence:
			'The browser blocks weights; the policy (HUB_HOSTS) needs the host that is shown here.',
		essential: true,
		check: async (context) => {
			const { host } = await firstBytes(context, context.settings.large, 8);
			return {
				holds: context.settings.hosts.some((pattern) => hostMatches(host, pattern)),
				seen: host,
			};
		},
	},
	{
		id: 'pinned',
		claim: 'A file can be read at a commit, and is the one that its branch has.',
		consequence: 'What is read may change between two requests.',
		essential: true,
		check: async (context) => {
			const { large } = context.settings;
			const pinned = await firstBytes(context, large, 8, await commitOf(context));
			const { holds, seen } = isRange(pinned, 8);
			const branch = await firstBytes(context, large, 8);
			const same = pinned.bytes.every((byte, i) => byte === branch.bytes[i]);
			return { holds: holds && same, seen: `${seen}${same ? '' : ', other bytes than main'}` };
		},
	},
	{
		id: 'etag',
		claim: 'Two reads of a weight file from one host come with the same ETag.',
		consequence: 'A file that is replaced during a run goes unnoticed, or a good one is refused.',
		essential: true,
		check: async (context) => {
			const one = await firstBytes(context, context.settings.large, 8);
			const two = await firstBytes(context, context.settings.large, 16);
			const [a, b] = [one.header('ETag'), two.header('ETag')];
			const holds = a !== null && b !== null && (a === b || one.host !== two.host);
			return { holds, seen: a === b ? (a ?? 'no ETag') : `${a} (${one.host}), ${b} (${two.host})` };
		},
	},
	{
		id: 'missing-file',
		claim: 'A missing file answers 404 with EntryNotFound.',
		consequence: 'An optional file that is absent stops a model from opening.',
		essential: true,
		check: async ({ observe, settings }) =>
			isRefusal(
				await observe(filePath({ ...settings.small, file: 'no-such-file.json' })),
				[404],
				'EntryNotFound',
			),
	},
	{
		id: 'missing-revision',
		claim: 'A missing revision answers 404 with RevisionNotFound.',
		consequence: 'The message about it is less precise.',
		essential: false,
		check: async ({ observe, settings }) =>
			isRefusal(
				await observe(filePath(settings.small, 'no-such-branch')),
				[404],
				'RevisionNotFound',
			),
	},
	{
		id: 'missing-model',
		claim: 'A model that does not exist answers 401 or 404 with RepoNotFound.',
		consequence: 'The message about it is less precise.',
		essential: false,
		check: async ({ observe, settings }) =>
			isRefusal(
				await observe(filePath({ repo: settings.missing, file: 'config.json' })),
				[401, 404],
				'RepoNotFound',
			),
	},
	{
		id: 'gated',
		claim: 'A gated model answers 401 with GatedRepo to a reader who is not signed in.',
		consequence: 'Gated models are reported as missing.',
		essential: false,
		check: async ({ observe, settings }) =>
			isRefusal(await observe(filePath(settings.gated)), [401], 'GatedRepo'),
	},
	{
		id: 'digests',
		claim: 'The API lists the SHA-256 of every weight file.',
		consequence: 'A whole file cannot be compared with what its author uploaded.',
		essential: false,
		check: async ({ observe, settings }) => {
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
		},
	},
];
