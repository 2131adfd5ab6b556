import { expect } from 'vitest';
import { openHubFile, type ClientOptions } from '../../src/hub/index.ts';
import type { ByteSource } from '../../src/tensors/index.ts';
import { startHubServer, type HubServer } from '../support/hub/index.ts';
import { hasty } from './effects.ts';

export const SIZE = 1 << 20;
export const WEIGHTS = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) % 256);
/** A range that is sent in several pieces. */
export const [START, END] = [1000, 901_000] as const;

const NAME = 'model.safetensors';

/** A Hub with one weight file, and what is asked of it. */
export interface OneFileHub {
	readonly start: () => Promise<HubServer>;
	/** Well-behaved again, with an empty log. */
	readonly reset: () => Promise<void>;
	/** The file, read as a worker would. */
	readonly source: (options?: ClientOptions) => ByteSource;
	/** Reads from START to END and compares. */
	readonly expectRight: (file: ByteSource) => Promise<void>;
	/** Ranges that the store was asked for, with how many bytes it sent. */
	readonly served: () => (readonly [string | null, number])[];
	/** Which server was asked, by request. */
	readonly hosts: () => string[];
}

export function oneFileHub(): OneFileHub {
	let running: HubServer | undefined;
	const hub = (): HubServer => running ?? expect.unreachable();
	return {
		start: async () => {
			const contents = { [NAME]: WEIGHTS };
			running = await startHubServer({ models: { 'toy/model': { commits: [{ contents }] } } });
			return running;
		},
		reset: async () => {
			await hub().idle();
			hub().clearFaults();
			hub().clearLog();
		},
		source: (options = {}) =>
			openHubFile(
				{ base: hub().url, repo: 'toy/model', revision: hub().commit('toy/model') },
				{ name: NAME, size: SIZE, etag: null },
				{ effects: hasty(), stallTimeout: 2000, ...options },
			),
		expectRight: async (file) => {
			const bytes = await file.read(START, END);
			await hub().idle();
			expect(Buffer.compare(bytes, WEIGHTS.subarray(START, END))).toBe(0);
		},
		served: () =>
			hub()
				.log.filter(({ host }) => host === 'cdn')
				.map(({ range, sent }) => [range, sent] as const),
		hosts: () => hub().log.map(({ host }) => host),
	};
}
