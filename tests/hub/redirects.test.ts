import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { thrownBy } from '../support/errors.ts';
import type { HubServer } from '../support/hub/index.ts';
import { hasty } from './effects.ts';
import { END, oneFileHub, START } from './oneFile.ts';

/** Milliseconds; only ends what hangs. */
vi.setConfig({ testTimeout: 20_000 });

const one = oneFileHub();
const { source, expectRight, served, hosts } = one;
let hub: HubServer;
beforeAll(async () => void (hub = await one.start()));
afterAll(async () => hub.close());
afterEach(one.reset);

describe('the address that the Hub redirects to', () => {
	test('is asked directly from then on, by reads at the same time, too', async () => {
		const file = source();
		await file.read(0, 8);
		await Promise.all([1, 2, 3, 4].map(async (i) => file.read(i, 100)));
		await hub.idle();
		expect(hosts()).toEqual(['hub', 'cdn', 'cdn', 'cdn', 'cdn', 'cdn']);
	});

	test('is asked for anew before it expires', async () => {
		const effects = hasty();
		const file = source({ effects });
		await file.read(0, 8);
		effects.advance(3500_000);
		await file.read(0, 8);
		effects.advance(100_000);
		await expectRight(file);
		expect(hosts()).toEqual(['hub', 'cdn', 'cdn', 'hub', 'cdn']);
	});

	test('is asked for anew, once and without a wait, where it is refused', async () => {
		const effects = hasty();
		const file = source({ effects });
		await file.read(0, 8);
		hub.fault({ kind: 'expired', host: 'cdn', times: 1 });
		await expectRight(file);
		expect(hosts()).toEqual(['hub', 'cdn', 'cdn', 'hub', 'cdn']);
		expect(effects.waits).toEqual([]);
	});

	test('is asked for anew in the middle of a range, which goes on where it stopped', async () => {
		const file = source();
		await file.read(0, 8);
		await hub.idle();
		hub.clearLog();
		hub.fault({ kind: 'drop-midway', host: 'cdn', bytes: 300_000, times: 1 });
		hub.fault({ kind: 'expired', host: 'cdn', times: 1 });
		await expectRight(file);
		expect(served().map(([, sent]) => sent)).toEqual([300_000, 0, END - START - 300_000]);
	});

	test('is not asked for over and over where a store refuses every one', async () => {
		hub.fault({ kind: 'expired', host: 'cdn' });
		const error = await thrownBy(() => source().read(0, 8));
		expect(error).toMatchObject({ code: 'http-status', details: { status: 403 } });
		expect(error.message).toContain('refuses the address');
		expect(hosts()).toEqual(['hub', 'cdn', 'hub', 'cdn']);
	});

	test('is given up where its server breaks connections', async () => {
		const file = source();
		await file.read(0, 8);
		hub.fault({ kind: 'drop', host: 'cdn', times: 1 });
		await expectRight(file);
		expect(hosts()).toEqual(['hub', 'cdn', 'cdn', 'hub', 'cdn']);
	});

	test('is not asked any more where its server lets in nobody without a redirect', async () => {
		const fetch: typeof globalThis.fetch = async (input, init) => {
			if (typeof input === 'string' && input.startsWith(hub.cdnUrl))
				throw new TypeError('Failed to fetch');
			return globalThis.fetch(input, init);
		};
		const effects = hasty();
		const file = source({ fetch, effects });
		for (let i = 0; i < 3; i++) await file.read(i, 100);
		await expectRight(file);
		expect(effects.waits).toEqual([]);
		expect(hosts()).toEqual(Array(4).fill(['hub', 'cdn']).flat());
	});

	test('and its signature are in no error', async () => {
		for (const kind of ['server-error', 'drop', 'wrong-content-range', 'changed-etag'] as const) {
			const file = source();
			await file.read(0, 8);
			hub.fault({ kind, host: 'cdn' });
			const error = await thrownBy(() => file.read(0, 8));
			expect(JSON.stringify(error.serialize())).not.toMatch(/Signature|xet-bridge/);
			expect(error.message).toMatch(/model\.safetensors of toy\/model|refuses/);
			hub.clearFaults();
		}
	});
});
