import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
	commitBefore,
	describeRepo,
	listCommits,
	openHubModel,
	readHubDigests,
	readHubText,
	type HubCommit,
	type HubOptions,
} from '../../src/hub/index.ts';
import { thrownBy } from '../support/errors.ts';
import { startHubServer, type HubServer } from '../support/hub/index.ts';
import { entry, fileBytes } from '../tensors/build.ts';
import { hasty } from './effects.ts';

const WEIGHTS = fileBytes({ a: entry('U8', [3], 0, 3) }, 3);
const good = { 'config.json': '{}', 'model.safetensors': WEIGHTS };
const pickled = { 'config.json': '{}', 'pytorch_model.bin': 'never read' };
const one = (contents: Readonly<Record<string, string | Uint8Array>>) => ({
	commits: [{ contents }],
});
const converted = (num: number, author = 'SFconvertbot') => ({
	num,
	author,
	title: 'Adding `safetensors` variant of this model',
	status: 'open' as const,
	head: { contents: good },
});

let hub: HubServer;
beforeAll(async () => {
	hub = await startHubServer({
		models: {
			'toy/history': {
				commits: Array.from({ length: 7 }, (_, i) => ({
					contents: i === 0 ? { 'README.md': 'soon' } : good,
					title: `change ${i}`,
					date: `2024-0${i + 1}-15T12:00:00.000Z`,
				})),
				refs: { 'a/branch': { contents: pickled, date: '2023-01-01T00:00:00.000Z' } },
			},
			'toy/gated': { ...one(good), gated: 'manual' },
			'toy/private': { ...one(good), private: true },
			'toy/disabled': { ...one(good), disabled: true },
			'toy/empty': one({ 'README.md': 'nothing here' }),
			'toy/pickled': one(pickled),
			'toy/both': one({ ...pickled, ...good }),
			'toy/converted': {
				...one(pickled),
				pullRequests: [
					{ ...converted(9), author: 'somebody' },
					{ num: 8, author: 'SFconvertbot', title: 'gone', status: 'closed' },
					{ ...converted(7), head: { contents: pickled } },
					converted(3),
					converted(2),
				],
			},
			'toy/impostor': { ...one(pickled), pullRequests: [converted(1, 'SFconvertbot2')] },
			'toy/gatedPickle': { ...one(pickled), gated: 'auto', pullRequests: [converted(4)] },
		},
		renamed: { 'toy/old': 'toy/history', 'toy/oldGate': 'toy/gated' },
		tokens: { hf_member: ['toy/gated', 'toy/private'], hf_stranger: [] },
		commitsPerPage: 3,
	});
});
afterAll(async () => hub.close());
afterEach(async () => {
	await hub.idle();
	hub.clearFaults();
	hub.clearLog();
});

const at = (repo: string, revision?: string) => ({ base: hub.url, repo, revision });

async function all(commits: AsyncIterable<HubCommit>): Promise<readonly HubCommit[]> {
	const list: HubCommit[] = [];
	for await (const commit of commits) list.push(commit);
	return list;
}

describe('the commits of a model', () => {
	test('are listed newest first, over all pages', async () => {
		const commits = await all(listCommits(at('toy/history')));
		expect(commits.map(({ title }) => title)).toEqual(
			[6, 5, 4, 3, 2, 1, 0].map((i) => `change ${i}`),
		);
		expect(commits[0]).toEqual({
			id: hub.commit('toy/history'),
			date: new Date('2024-07-15T12:00:00.000Z'),
			title: 'change 6',
		});
		expect(commits[6]?.id).toBe(hub.commit('toy/history', 0));
		expect(hub.log).toHaveLength(3);
	});

	test('are asked for as far as they are wanted', async () => {
		for await (const { title } of listCommits(at('toy/history'))) if (title === 'change 5') break;
		await hub.idle();
		expect(hub.log).toHaveLength(1);
	});

	test('begin at the revision, whatever characters it has', async () => {
		const commits = await all(listCommits(at('toy/history', hub.commit('toy/history', 1))));
		expect(commits.map(({ title }) => title)).toEqual(['change 1', 'change 0']);
		const [branch] = await all(listCommits(at('toy/history', 'a/branch')));
		expect(branch?.id).toBe(hub.commit('toy/history', 'a/branch'));
	});

	test.each([
		['2024-03-15T12:00:00.000Z', 2],
		['2024-03-15T11:59:59.999Z', 1],
		['2024-04-01T00:00:00Z', 2],
		['2030-01-01T00:00:00Z', 6],
		['2024-01-15T12:00:00.000Z', 0],
	])('at %s ended with the one of index %d', async (moment, index) => {
		const commit = await commitBefore(at('toy/history'), new Date(moment));
		expect(commit?.id).toBe(hub.commit('toy/history', index));
	});

	test('may all be later', async () => {
		expect(await commitBefore(at('toy/history'), new Date('2024-01-01'))).toBeNull();
	});

	test.each([
		['toy/none', undefined, 'RepoNotFound'],
		['toy/history', 'v9', 'RevisionNotFound'],
	])('of %s at %s are an error', async (repo, revision, errorCode) => {
		const error = await thrownBy(() => all(listCommits(at(repo, revision))));
		expect(error).toMatchObject({ code: 'not-found', details: { errorCode } });
	});

	test('are read again where the connection breaks, and stop with the signal', async () => {
		hub.fault({ kind: 'drop', times: 2 });
		hub.fault({ kind: 'server-error', status: 502, after: 1, times: 2 });
		expect(await all(listCommits(at('toy/history'), { effects: hasty() }))).toHaveLength(7);
		const signal = AbortSignal.abort();
		const error = await thrownBy(() => all(listCommits(at('toy/history'), { signal })));
		expect(error.code).toBe('aborted');
	});

	test('an answer of another shape is an error', async () => {
		for (const body of [
			'<html>',
			'{}',
			'[{}]',
			'[{"id":"x","title":"","authors":[],"date":"?"}]',
		]) {
			const fetch: typeof globalThis.fetch = async () => Promise.resolve(new Response(body));
			const error = await thrownBy(() => all(listCommits(at('toy/history'), { fetch })));
			expect(error.code).toBe('http-status');
		}
	});
});

test('digests are told at any revision', async () => {
	expect(await readHubDigests(at('toy/converted', 'refs/pr/3'))).toHaveProperty('size', 1);
	expect(
		await readHubDigests(at('toy/converted', hub.commit('toy/converted', 'refs/pr/3'))),
	).toEqual(await readHubDigests(at('toy/converted', 'refs/pr/2')));
});

describe('a model is told to be', () => {
	const facts = { hasSafetensors: true, onlyPickle: false, conversion: null };

	test.each<readonly [string, string, HubOptions, object]>([
		['there', 'toy/both', {}, { kind: 'ok', repo: 'toy/both', ...facts }],
		['without weights', 'toy/empty', {}, { kind: 'ok', hasSafetensors: false, onlyPickle: false }],
		['renamed', 'toy/old', {}, { kind: 'renamed', movedTo: 'toy/history', ...facts }],
		['gated', 'toy/gated', {}, { kind: 'gated', movedTo: null, ...facts }],
		['gated, renamed', 'toy/oldGate', {}, { kind: 'gated', movedTo: 'toy/gated' }],
		['gated for this reader', 'toy/gated', { token: 'hf_stranger' }, { kind: 'gated' }],
		['open to this reader', 'toy/gated', { token: 'hf_member' }, { kind: 'ok', ...facts }],
		['private or missing', 'toy/private', {}, { kind: 'private-or-missing' }],
		['missing', 'toy/none', {}, { kind: 'private-or-missing' }],
		['missing, signed in', 'toy/none', { token: 'hf_stranger' }, { kind: 'private-or-missing' }],
		['private', 'toy/private', { token: 'hf_member' }, { kind: 'ok', ...facts }],
		['taken down', 'toy/disabled', {}, { kind: 'disabled' }],
		['a path', './out/merged', {}, { kind: 'no-repo-name' }],
		['a path', '/mnt/models/a', {}, { kind: 'no-repo-name' }],
	])('%s (%s)', async (_, repo, options, expected) => {
		expect(await describeRepo(at(repo), options)).toMatchObject(expected);
	});

	test('there, at the commit that the revision points to', async () => {
		const commit = hub.commit('toy/history', 0);
		const early = await describeRepo(at('toy/history', commit));
		expect(early).toMatchObject({ kind: 'ok', commit, hasSafetensors: false });
		const late = await describeRepo(at('toy/history'));
		expect(late).toMatchObject({ commit: hub.commit('toy/history'), hasSafetensors: true });
		expect(await describeRepo(at('toy/history', 'v9'))).toEqual({ kind: 'revision-missing' });
	});

	test('in one request where it is public and has safetensors', async () => {
		await describeRepo(at('toy/both'));
		await hub.idle();
		expect(hub.log).toHaveLength(1);
	});
});

describe('of pickles', () => {
	const ref = (repo: string, number: number) => ({
		ref: `refs/pr/${number}`,
		commit: hub.commit(repo, `refs/pr/${number}`),
		converted: hub.commit(repo),
	});

	test('the Hub’s own conversion is found: the newest that has safetensors, by the bot', async () => {
		const description = await describeRepo(at('toy/converted'));
		expect(description).toMatchObject({
			kind: 'ok',
			hasSafetensors: false,
			onlyPickle: true,
			conversion: ref('toy/converted', 3),
		});
		expect(hub.log.some(({ path }) => path.includes('resolve'))).toBe(false);
	});

	test('it can be opened at its ref', async () => {
		const model = await openHubModel(at('toy/converted', 'refs/pr/3'));
		expect(model.headers.revision).toBe(hub.commit('toy/converted', 'refs/pr/3'));
		expect([...model.headers.tensors.keys()]).toEqual(['a']);
	});

	test('it is found for gated models, too', async () => {
		const description = await describeRepo(at('toy/gatedPickle'));
		expect(description).toMatchObject({ kind: 'gated', conversion: ref('toy/gatedPickle', 4) });
	});

	test.each(['toy/pickled', 'toy/impostor'])('%s has none', async (repo) => {
		expect(await describeRepo(at(repo))).toMatchObject({ onlyPickle: true, conversion: null });
	});

	test('none is found where discussions are turned off', async () => {
		hub.fault({ kind: 'server-error', status: 403, path: '/discussions' });
		expect(await describeRepo(at('toy/converted'))).toMatchObject({ conversion: null });
	});

	test('a search that fails is no “none”', async () => {
		hub.fault({ kind: 'server-error', path: '/discussions' });
		const describing = describeRepo(at('toy/converted'), { effects: hasty() });
		expect((await thrownBy(() => describing)).code).toBe('http-status');
	});
});

describe('trouble is no answer about a model:', () => {
	test.each([
		['server-error', 'http-status'],
		['drop', 'network-failed'],
		['rate-limited', 'rate-limited'],
		['unauthorized', 'gated'],
	] as const)('%s is %s', async (kind, code) => {
		hub.fault({ kind });
		const describing = describeRepo(at('toy/both'), { effects: hasty() });
		expect((await thrownBy(() => describing)).code).toBe(code);
	});

	test.each(['<html>', 'null', '{}', '{"id":"a/b"}', '{"id":"a/b","sha":"c","siblings":[{}]}'])(
		'%s is http-status',
		async (body) => {
			const fetch: typeof globalThis.fetch = async () => Promise.resolve(new Response(body));
			const error = await thrownBy(() => describeRepo(at('toy/both'), { fetch }));
			expect(error).toMatchObject({ code: 'http-status' });
		},
	);
});

describe('a token', () => {
	const authorizations = (host: 'hub' | 'cdn'): unknown[] =>
		hub.log.filter((one) => one.host === host).map(({ headers }) => headers.authorization);

	test('opens gated and private models, and is sent to the Hub’s own origin only', async () => {
		for (const repo of ['toy/gated', 'toy/private']) {
			const model = await openHubModel(at(repo), { token: 'hf_member' });
			const file = model.file('model.safetensors');
			expect(await file.read(0, file.size)).toEqual(WEIGHTS);
			expect(await model.text('config.json')).toBe('{}');
		}
		await hub.idle();
		expect(new Set(authorizations('hub'))).toEqual(new Set(['Bearer hf_member']));
		expect(authorizations('cdn')).toEqual([undefined, undefined, undefined, undefined]);
	});

	test.each([
		['none', undefined, 'gated', 401, 'terms'],
		['one without access', 'hf_stranger', 'gated', 403, 'This account has no access yet'],
		['one that is none', 'hf_wrong', 'gated', 401, 'expired or been revoked'],
	])('%s says what to do', async (_, token, code, status, hint) => {
		const error = await thrownBy(() => openHubModel(at('toy/gated'), { token }));
		expect(error).toMatchObject({ code, details: { status } });
		expect(error.hint).toContain(hint);
		expect(JSON.stringify(error.serialize())).not.toContain('Bearer');
	});

	test.each(['', 'a b', 'hf_x\r\nEvil: 1', 'hf_ü'])(
		'“%s” is refused, and not repeated',
		async (token) => {
			const error = await thrownBy(() => readHubText(at('toy/both'), 'config.json', { token }));
			expect(error.code).toBe('gated');
			if (token !== '') expect(error.message + error.hint).not.toContain(token);
			expect(hub.log).toEqual([]);
		},
	);

	test('is not sent in the clear to another machine', async () => {
		const sent: (string | null)[] = [];
		const fetch: typeof globalThis.fetch = async (_input, init) => {
			sent.push(new Headers(init?.headers).get('Authorization'));
			return Promise.resolve(new Response('text'));
		};
		for (const base of ['http://mirror.example', 'https://mirror.example', 'http://localhost:1'])
			await readHubText({ base, repo: 'a/b' }, 'c', { fetch, token: 'hf_member' });
		expect(sent).toEqual([null, 'Bearer hf_member', 'Bearer hf_member']);
	});

	test('is taken along by a redirect to a new name', async () => {
		const model = await openHubModel(at('toy/oldGate'), { token: 'hf_member' });
		expect(model.headers.tensors.size).toBe(1);
	});
});
