/** Faults at several points of a read: the right bytes or a clear error, never a hang. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Wait } from '../../src/hub/index.ts';
import { thrownBy } from '../support/errors.ts';
import { browserFetch, type Fault, type HubServer } from '../support/hub/index.ts';
import { hasty } from './effects.ts';
import { END, oneFileHub, SIZE, START, WEIGHTS } from './oneFile.ts';

/** Milliseconds; only ends what hangs. */
vi.setConfig({ testTimeout: 20_000 });

const one = oneFileHub();
const { source, expectRight, served, hosts } = one;
let hub: HubServer;
beforeAll(async () => void (hub = await one.start()));
afterAll(async () => hub.close());
afterEach(one.reset);

const browsers = [
	['Node', undefined],
	['a browser', browserFetch],
] as const;

describe.each(browsers)('in %s', (_, fetch) => {
	describe('a read goes on at the byte where it stopped', () => {
		const points = [1, 4096, 262_144, 262_145, END - START - 1];
		test.each(points)('after a connection that was cut after %d bytes', async (bytes) => {
			hub.fault({ kind: 'drop-midway', host: 'cdn', bytes, times: 1 });
			await expectRight(source({ fetch }));
			expect(served()).toEqual([
				[`bytes=${START}-${END - 1}`, bytes],
				[`bytes=${START + bytes}-${END - 1}`, END - START - bytes],
			]);
			// The address is still good.
			expect(hosts()).toEqual(['hub', 'cdn', 'cdn']);
		});

		test.each(points)('after one that fell silent after %d bytes', async (bytes) => {
			hub.fault({ kind: 'stall', host: 'cdn', bytes, times: 1 });
			await expectRight(source({ fetch, stallTimeout: 200 }));
			expect(served().reduce((sum, [, sent]) => sum + sent, 0)).toBe(END - START);
		});

		test.each(points)('after a body that ended %d bytes early, without a word', async (missing) => {
			hub.fault({ kind: 'short-chunked', host: 'cdn', bytes: missing, times: 1 });
			await expectRight(source({ fetch }));
			expect(served().reduce((sum, [, sent]) => sum + sent, 0)).toBe(END - START);
		});

		test('as often as it takes, while it makes progress', async () => {
			hub.fault({ kind: 'drop-midway', host: 'cdn', bytes: 100_000 });
			const effects = hasty();
			await expectRight(source({ fetch, effects }));
			expect(served().map(([, sent]) => sent)).toEqual(Array(9).fill(100_000));
			expect(new Set(effects.waits)).toEqual(new Set([250]));
		});
	});

	test.each<readonly [string, Fault]>([
		['5xx', { kind: 'server-error', status: 503 }],
		['cut connections', { kind: 'drop' }],
		['silence', { kind: 'stall' }],
		['bodies of 0 bytes', { kind: 'short-body', host: 'cdn', bytes: SIZE }],
		['bodies that are announced too short', { kind: 'short-body', host: 'cdn', bytes: 7 }],
	])('a read survives four times %s, and not five', async (_what, fault) => {
		const options = { fetch, ...(fault.kind === 'stall' && { stallTimeout: 200 }) };
		for (const host of ['hub', 'cdn'] as const) {
			if (fault.host !== undefined && fault.host !== host) continue;
			hub.fault({ ...fault, host, times: 4 });
			await expectRight(source(options));
			hub.clearFaults();
			hub.fault({ ...fault, host, times: 5 });
			const error = await thrownBy(() => source(options).read(START, END));
			expect(error.details['tries']).toBe(5);
			expect(['network-failed', 'http-status', 'range-mismatch']).toContain(error.code);
			hub.clearFaults();
		}
	});

	test.each<readonly [string, Fault, string]>([
		['gated', { kind: 'gated' }, 'gated'],
		['not found', { kind: 'not-found' }, 'not-found'],
		['an ignored range', { kind: 'ignore-range', host: 'cdn' }, 'range-ignored'],
		['a wrong Content-Range', { kind: 'wrong-content-range', host: 'cdn' }, 'range-mismatch'],
		['no Content-Range', { kind: 'no-content-range', host: 'cdn' }, 'range-mismatch'],
		['too long a body', { kind: 'long-body', host: 'cdn' }, 'range-mismatch'],
		['another size', { kind: 'changed-size', host: 'cdn' }, 'content-changed'],
		['another ETag', { kind: 'changed-etag', host: 'cdn' }, 'content-changed'],
		['a status nobody expects', { kind: 'server-error', status: 418 }, 'http-status'],
	])('%s is never tried again, at the first request or later', async (_what, fault, code) => {
		for (const after of [0, 1, 2]) {
			const effects = hasty();
			const file = source({ fetch, effects });
			await file.read(0, 8);
			for (let i = 0; i < after; i++) await file.read(0, 8);
			hub.fault(fault);
			expect((await thrownBy(() => file.read(START, END))).code).toBe(code);
			expect(effects.waits).toEqual([]);
			hub.clearFaults();
			await expectRight(file);
		}
	});

	test('a compressed part is never data', async () => {
		hub.fault({ kind: 'compressed', host: 'cdn' });
		const error = await thrownBy(() => source({ fetch }).read(START, END));
		expect(error.code).toBe('range-mismatch');
		hub.clearFaults();
		hub.fault({ kind: 'compressed', host: 'cdn', times: 1, after: 1 });
		const file = source({ fetch });
		await file.read(0, 8);
		await file.read(START, END).then(
			(bytes) => expect(Buffer.compare(bytes, WEIGHTS.subarray(START, END))).toBe(0),
			(error: unknown) => expect(error).toMatchObject({ code: 'range-mismatch' }),
		);
	});

	test.each(['changed-etag', 'changed-size'] as const)(
		'bytes of two versions never mix: %s while a broken read goes on',
		async (kind) => {
			const file = source({ fetch });
			await file.read(0, 8);
			hub.fault({ kind: 'drop-midway', host: 'cdn', bytes: 5000, times: 1 });
			hub.fault({ kind, host: 'cdn' });
			expect((await thrownBy(() => file.read(START, END))).code).toBe('content-changed');
		},
	);

	test('a trickle is slow and right, whatever the time that it takes', async () => {
		hub.fault({ kind: 'trickle', host: 'cdn', bytes: 100, ms: 20 });
		const bytes = await source({ fetch, tries: 1 }).read(0, 2000);
		await hub.idle();
		expect(bytes).toEqual(WEIGHTS.slice(0, 2000));
		expect(hub.log).toHaveLength(2);
	});

	test('a 429 is waited for as long as the server says, or until its window must be over', async () => {
		const effects = hasty();
		hub.fault({ kind: 'rate-limited', seconds: 38, times: 2 });
		const waits: Wait[] = [];
		await expectRight(source({ fetch, effects, onWait: (wait) => waits.push(wait) }));
		const readable = fetch === undefined;
		expect(effects.waits.slice(0, 1)).toEqual([readable ? 38_000 : 30_000]);
		expect(waits[0]).toMatchObject({ why: 'rate-limited', host: new URL(hub.url).host });
	});
});

test.each([1, 100_000, END - START - 1])(
	'a read survives a reset after %d bytes',
	async (bytes) => {
		hub.fault({ kind: 'reset', host: 'cdn', bytes, times: 1 });
		await expectRight(source());
		const [, second] = served();
		const from = Number(/=(\d+)/.exec(second?.[0] ?? '')?.[1]);
		expect(from).toBeLessThanOrEqual(START + bytes);
	},
);

test('whatever goes wrong in whatever order, the bytes are right, and none is asked for twice', async () => {
	const fault = fc.record({
		kind: fc.constantFrom('drop-midway', 'short-chunked', 'expired', 'server-error', 'delay'),
		bytes: fc.integer({ min: 1, max: 200_000 }),
		ms: fc.constant(1),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(fault, { maxLength: 4 }), async (faults) => {
			hub.clearFaults();
			hub.clearLog();
			for (const one of faults) hub.fault({ ...one, host: 'cdn', times: 1 });
			const file = source();
			const reading = file.read(START, END);
			// Two addresses in a row that are refused at once are no accident.
			const hopeless = faults.some(
				({ kind }, i) => kind === 'expired' && faults[i + 1]?.kind === 'expired',
			);
			const bytes = await reading.catch((error: unknown) => {
				if (!hopeless) throw error;
				expect(error).toMatchObject({ code: 'http-status' });
				return null;
			});
			await hub.idle();
			if (bytes === null) return;
			expect(Buffer.compare(bytes, WEIGHTS.subarray(START, END))).toBe(0);
			expect(served().reduce((sum, [, sent]) => sum + sent, 0)).toBe(END - START);
		}),
		{ numRuns: 40 },
	);
});

describe('a signal stops a read at once,', () => {
	test.each<readonly [string, Fault]>([
		['while it waits to try again', { kind: 'server-error' }],
		['while it waits for the quota', { kind: 'rate-limited' }],
		['while nothing is answered', { kind: 'stall' }],
		['in the middle of a body', { kind: 'stall', host: 'cdn', bytes: 5000 }],
		['in the middle of a trickle', { kind: 'trickle', host: 'cdn', bytes: 10, ms: 10 }],
	])('%s', async (_what, fault) => {
		hub.fault(fault);
		const stop = new AbortController();
		// Real waits: of half a second and more, which the signal has to cut short.
		const file = source({ effects: undefined, stallTimeout: 30_000 });
		const reading = thrownBy(() => file.read(START, END, { signal: stop.signal }));
		await new Promise((resolve) => setTimeout(resolve, 60));
		stop.abort();
		const stopped = performance.now();
		expect((await reading).code).toBe('aborted');
		// Loose, and far below every wait above.
		expect(performance.now() - stopped).toBeLessThan(400);
	});

	test('and before the first request', async () => {
		const signal = AbortSignal.abort();
		expect((await thrownBy(() => source().read(0, 8, { signal }))).code).toBe('aborted');
		expect(hub.log).toEqual([]);
	});
});

test('a refused CORS request is tried again, then said to be unreadable', async () => {
	// What a browser does with such an answer: it gives the page a TypeError and nothing else.
	const effects = hasty();
	const fetch: typeof globalThis.fetch = async (input, init) => {
		const response = await globalThis.fetch(input, init);
		if (response.headers.get('Access-Control-Allow-Origin') !== null) return response;
		await response.body?.cancel();
		throw new TypeError('Failed to fetch');
	};
	hub.fault({ kind: 'no-cors', host: 'cdn', times: 2 });
	await expectRight(source({ fetch, effects }));
	expect(effects.waits).toEqual([250, 500]);
	hub.fault({ kind: 'no-cors', host: 'cdn' });
	const error = await thrownBy(() => source({ fetch }).read(0, 8));
	expect(error.code).toBe('network-failed');
	expect(error.hint).toContain('refuses this page');
});
