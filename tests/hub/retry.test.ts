import { describe, expect, test } from 'vitest';
import { RemeltError, type ErrorCode, type ErrorDetails } from '../../src/errors/index.ts';
import { REAL_EFFECTS } from '../../src/hub/effects.ts';
import { canGetBetter, delayAfter, persist } from '../../src/hub/retry.ts';
import { thrownBy } from '../support/errors.ts';
import { hasty } from './effects.ts';

function failure(code: ErrorCode, details: ErrorDetails = {}): RemeltError {
	return new RemeltError(code, code, { details });
}

test.each<readonly [boolean, ErrorCode, ErrorDetails]>([
	[true, 'network-failed', {}],
	[true, 'rate-limited', { status: 429 }],
	[true, 'http-status', { status: 500 }],
	[true, 'http-status', { status: 503 }],
	[true, 'http-status', { status: 408 }],
	[false, 'http-status', { status: 418 }],
	[false, 'http-status', {}],
	[true, 'range-mismatch', { received: 9, expected: 10 }],
	[false, 'range-mismatch', { received: 11, expected: 10 }],
	[false, 'range-mismatch', { status: 206 }],
	[false, 'range-ignored', { status: 200 }],
	[false, 'content-changed', {}],
	[false, 'gated', { status: 401 }],
	[false, 'not-found', { status: 404 }],
	[false, 'aborted', {}],
	[false, 'header-invalid', {}],
])('%s: %s %o can get better', (expected, code, details) => {
	expect(canGetBetter(failure(code, details))).toBe(expected);
});

describe('waits', () => {
	test('double, between half and all of it, up to a bound', () => {
		const error = failure('network-failed');
		const delays = [1, 2, 3, 4, 20].map((n) => [delayAfter(n, error, 0), delayAfter(n, error, 1)]);
		expect(delays).toEqual([
			[250, 500],
			[500, 1000],
			[1000, 2000],
			[2000, 4000],
			[15_000, 30_000],
		]);
	});

	test('are what the server says, and never less', () => {
		const error = failure('rate-limited', { retryAfter: 38 });
		expect([delayAfter(1, error, 0), delayAfter(4, error, 0.999)]).toEqual([38_000, 38_999]);
	});

	test('without a word from it reach beyond the Hub’s window before the last try', () => {
		const error = failure('rate-limited', { retryAfter: null });
		const sum = [1, 2, 3, 4].reduce((total, n) => total + delayAfter(n, error, 0), 0);
		expect(sum).toBeGreaterThan(300_000);
	});

	test('end with the signal, and leave no listener and no timer', async () => {
		const stop = new AbortController();
		const sleeping = REAL_EFFECTS.sleep(60_000, stop.signal);
		stop.abort();
		await sleeping;
		await REAL_EFFECTS.sleep(60_000, stop.signal);
		await REAL_EFFECTS.sleep(1);
	});
});

describe('persist', () => {
	const base = { tries: 3, host: 'hub' };

	test('counts failures without progress only', async () => {
		const effects = hasty(0);
		let received = 0;
		let calls = 0;
		const step = async (): Promise<string> => {
			calls++;
			if (calls % 2 === 0) received += 1;
			if (calls < 12) throw failure('network-failed');
			return Promise.resolve('done');
		};
		const progress = (): number => received;
		expect(await persist(step, { ...base, effects, progress })).toBe('done');
		// Every second failure came with a byte more, and begins a new count.
		expect(effects.waits).toEqual([250, ...Array.from({ length: 5 }, () => [250, 500]).flat()]);
	});

	test('gives up after so many, with the last error and its count', async () => {
		const effects = hasty(0);
		let calls = 0;
		const step = async (): Promise<never> =>
			Promise.reject(failure('http-status', { status: 500 + calls++ }));
		const error = await thrownBy(async () => persist(step, { ...base, effects }));
		expect(error).toMatchObject({ code: 'http-status', details: { status: 502, tries: 3 } });
		expect(effects.waits).toEqual([250, 500]);
	});

	test('lets what is no RemeltError through: a mistake of ours is not the network’s', async () => {
		const effects = hasty(0);
		const step = async (): Promise<never> => Promise.reject(new TypeError('ours'));
		await expect(persist(step, { ...base, effects })).rejects.toThrow('ours');
		expect(effects.waits).toEqual([]);
	});

	test('tells of each wait before it begins', async () => {
		const effects = hasty(0);
		const seen: unknown[] = [];
		const codes: ErrorCode[] = ['network-failed', 'rate-limited'];
		const step = async (): Promise<void> => {
			const code = codes.shift();
			if (code !== undefined) throw failure(code, { retryAfter: 38 });
			return Promise.resolve();
		};
		await persist(step, { ...base, effects, onWait: (wait) => seen.push(wait, effects.now()) });
		expect(seen).toEqual([
			{ until: 250, why: 'trouble', host: 'hub' },
			0,
			{ until: 38_250, why: 'rate-limited', host: 'hub' },
			250,
		]);
	});
});
