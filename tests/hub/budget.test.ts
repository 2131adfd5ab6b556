import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createBudget, openHubFile, openHubModel, type Wait } from '../../src/hub/index.ts';
import { ANONYMOUS_QUOTA, UNKNOWN_QUOTA } from '../../src/hub/budget.ts';
import { parseRateLimit, retryAfter } from '../../src/hub/rateLimit.ts';
import { thrownBy } from '../support/errors.ts';
import { startHubServer, type HubServer } from '../support/hub/index.ts';
import { hasty } from './effects.ts';

const FILE = 'https://huggingface.co/a/b/resolve/main/c';
const API = 'https://huggingface.co/api/models/a/b';
const said = (text: string): Headers => new Headers({ RateLimit: text });

describe('a budget', () => {
	test('grants the quota in any window, sliding, and never more', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 8 }),
				fc.array(fc.nat(400), { minLength: 1, maxLength: 60 }),
				async (limit, pauses) => {
					const effects = hasty(0);
					const quota = { resolvers: limit, api: 1, window: 1000 };
					const budget = createBudget(quota, effects);
					const times: number[] = [];
					for (const pause of pauses) {
						effects.advance(pause);
						(await budget.take(FILE, {})).answered(null);
						times.push(effects.now());
					}
					for (const time of times) {
						const within = times.filter((other) => other > time - 1000 && other <= time);
						expect(within.length).toBeLessThanOrEqual(limit);
					}
					// Nobody waited who had no need to.
					const free = times.slice(0, limit);
					const due = pauses.map((_, i) => pauses.slice(0, i + 1).reduce((a, b) => a + b, 0));
					expect(free).toEqual(due.slice(0, limit));
				},
			),
		);
	});

	test('tells of the wait before it begins, with its end', async () => {
		const effects = hasty(0);
		const budget = createBudget({ resolvers: 2, api: 1, window: 300_000 }, effects);
		const waits: Wait[] = [];
		const options = { onWait: (wait: Wait) => waits.push(wait) };
		await budget.take(FILE, options);
		effects.advance(262_000);
		await budget.take(FILE, options);
		expect(waits).toEqual([]);
		await budget.take(FILE, options);
		expect(waits).toEqual([{ until: 300_000, why: 'quota', host: 'huggingface.co' }]);
		expect(effects.waits).toEqual([38_000]);
	});

	test('keeps files and the API apart', async () => {
		const effects = hasty(0);
		const budget = createBudget({ resolvers: 1, api: 1, window: 1000 }, effects);
		await budget.take(FILE, {});
		await budget.take(API, {});
		expect(effects.waits).toEqual([]);
		await budget.take(API, {});
		expect(effects.waits).toEqual([1000]);
	});

	test('believes the server where it says that less is left, or more', async () => {
		const effects = hasty(0);
		const budget = createBudget({ resolvers: 3, api: 1, window: 300_000 }, effects);
		(await budget.take(FILE, {})).answered(said('"resolvers";r=1;t=60'));
		await budget.take(FILE, {});
		await budget.take(FILE, {});
		expect(effects.waits).toEqual([60_000]);
		const signedIn = createBudget({ resolvers: 1, api: 1, window: 300_000 }, effects);
		(await signedIn.take(FILE, {})).answered(said('"resolvers";r=10;t=60'));
		for (let i = 0; i < 10; i++) await signedIn.take(FILE, {});
		expect(effects.waits).toHaveLength(1);
	});

	test('takes off what is under way, and ignores another kind of quota', async () => {
		const effects = hasty(0);
		const budget = createBudget(UNKNOWN_QUOTA, effects);
		const first = await budget.take(FILE, {});
		await budget.take(FILE, {});
		await budget.take(FILE, {});
		first.answered(said('"api";r=0;t=50'));
		const next = await budget.take(FILE, {});
		expect(effects.waits).toEqual([]);
		// Of four requests two are counted there; the others are still under way.
		next.answered(said('"resolvers";r=2;t=50'));
		await budget.take(FILE, {});
		expect(effects.waits).toEqual([50_000]);
	});

	test('lets all who wait go on, within the quota', async () => {
		const effects = hasty(0);
		const budget = createBudget({ resolvers: 2, api: 1, window: 1000 }, effects);
		await Promise.all(Array.from({ length: 6 }, async () => budget.take(FILE, {})));
		expect(effects.now()).toBeGreaterThanOrEqual(2000);
	});

	test('has the Hub’s numbers', () => {
		expect(ANONYMOUS_QUOTA).toEqual({ resolvers: 3000, api: 500, window: 300_000 });
	});

	test('stops waiting at once where it is told to', async () => {
		const budget = createBudget({ resolvers: 1, api: 1, window: 300_000 });
		await budget.take(FILE, {});
		const stop = new AbortController();
		const waiting = thrownBy(async () => budget.take(FILE, { signal: stop.signal }));
		setTimeout(() => stop.abort(), 20);
		expect((await waiting).code).toBe('aborted');
	});
});

describe('the header', () => {
	test.each([
		['"resolvers";r=2976;t=166', [{ bucket: 'resolvers', remaining: 2976, seconds: 166 }]],
		[
			'"api";r=0;t=12, "resolvers"; r=5; t=12',
			[
				{ bucket: 'api', remaining: 0, seconds: 12 },
				{ bucket: 'resolvers', remaining: 5, seconds: 12 },
			],
		],
		[null, []],
		['nonsense', []],
	])('%s is read', (text, limits) => {
		expect(parseRateLimit(text)).toEqual(limits);
	});

	test('or Retry-After tells how long to wait', () => {
		expect(retryAfter(said('"api";r=0;t=12, "resolvers";r=5;t=99'))).toBe(12);
		expect(retryAfter(new Headers({ 'Retry-After': '7' }))).toBe(7);
		expect(retryAfter(new Headers({ 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }))).toBeNull();
		expect(retryAfter(new Headers())).toBeNull();
	});
});

describe('with a Hub that counts,', () => {
	let hub: HubServer | undefined;
	afterEach(async () => hub?.close());
	const bytes = Uint8Array.from({ length: 500 }, (_, i) => i % 256);
	const contents = Object.fromEntries(
		Array.from({ length: 9 }, (_, i) => [`${i}.safetensors`, bytes] as const),
	);

	test.each([
		['we keep to the quota without a single 429', 4],
		['we learn a quota that is smaller than believed', 3000],
	])('%s', async (_, believed) => {
		const effects = hasty();
		hub = await startHubServer({
			models: { 'toy/many': { commits: [{ contents }] } },
			quota: { resolvers: 4, api: 9, seconds: 300 },
			now: () => effects.now(),
		});
		const quota = { resolvers: believed, api: 9, window: 300_000 };
		const budget = createBudget(quota, effects);
		const location = { base: hub.url, repo: 'toy/many', revision: hub.commit('toy/many') };
		const waits: Wait[] = [];
		const onWait = (wait: Wait): void => void waits.push(wait);
		for (const name of Object.keys(contents)) {
			const known = { name, size: 500, etag: null };
			const file = openHubFile(location, known, { budget, effects, onWait });
			expect(await file.read(10, 20)).toEqual(bytes.slice(10, 20));
		}
		await hub.idle();
		const refused = hub.log.filter(({ status }) => status === 429);
		if (believed === 4) expect(refused).toEqual([]);
		else expect(refused.length).toBeLessThanOrEqual(2);
		expect(waits.length).toBeGreaterThanOrEqual(2);
		for (const { until } of waits) expect(until).toBeLessThanOrEqual(effects.now() + 1);
	});

	test('the API’s quota makes opening wait', async () => {
		const effects = hasty();
		hub = await startHubServer({
			models: { 'toy/a': { commits: [{ contents: { 'config.json': '{}' } }] } },
			quota: { resolvers: 100, api: 1, seconds: 300 },
			now: () => effects.now(),
		});
		const location = { base: hub.url, repo: 'toy/a' };
		const budget = createBudget(UNKNOWN_QUOTA, effects);
		const waits: Wait[] = [];
		for (let i = 0; i < 2; i++) {
			const options = { budget, effects, onWait: (wait: Wait) => waits.push(wait) };
			const error = await thrownBy(() => openHubModel(location, options));
			expect(error.code).toBe('file-missing');
		}
		expect(waits.map(({ why }) => why)).toEqual(['quota']);
		expect(hub.log.filter(({ status }) => status === 429)).toEqual([]);
	});
});
