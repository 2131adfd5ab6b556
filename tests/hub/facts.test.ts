import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkHub } from '../../scripts/checkHub.ts';
import {
	checkFacts,
	HUB_FACTS,
	summarizeFacts,
	type FactOutcome,
	type FactSettings,
} from '../../src/hub/index.ts';
import type { Fault } from '../support/hubFaults.ts';
import { startHubServer, type HubServer } from '../support/hubServer.ts';
import { makeModels, removeModels, type Models } from './models.ts';

let models: Models;
let hub: HubServer;
let settings: FactSettings;
beforeAll(async () => {
	models = await makeModels();
	const gated = { 'toy/gated': models.folders['toy/small'] ?? expect.unreachable() };
	hub = await startHubServer({ models: { ...models.folders, ...gated }, gated: ['toy/gated'] });
	settings = {
		base: hub.url,
		small: { repo: 'toy/small', file: 'config.json' },
		large: { repo: 'toy/long', file: 'model.safetensors' },
		gated: { repo: 'toy/gated', file: 'config.json' },
		missing: 'toy/nothing',
		hosts: ['127.0.0.1'],
	};
});
afterAll(async () => {
	await hub.close();
	await removeModels(models);
});
afterEach(() => hub.clearFaults());

async function check(changes: Partial<FactSettings> = {}): Promise<readonly FactOutcome[]> {
	return checkFacts(HUB_FACTS, { settings: { ...settings, ...changes } });
}

function failed(outcomes: readonly FactOutcome[]): readonly string[] {
	return outcomes.filter(({ result }) => result?.holds !== true).map(({ fact }) => fact.id);
}

test('every fact holds of a Hub that behaves', async () => {
	const outcomes = await check();
	expect(outcomes.filter(({ result }) => result?.holds !== true)).toEqual([]);
	expect(summarizeFacts(outcomes)).toBe('as-believed');
});

test('facts have distinct ids, and say what follows', () => {
	expect(new Set(HUB_FACTS.map(({ id }) => id)).size).toBe(HUB_FACTS.length);
	for (const { claim, consequence } of HUB_FACTS)
		expect([claim, consequence].every((text) => /^[A-Z].*\.$/.test(text))).toBe(true);
});

describe('a Hub that misbehaves is found out:', () => {
	test.each<readonly [Fault, readonly string[], string]>([
		[{ kind: 'ignore-range', path: '/toy/long/' }, ['range-large', 'pinned'], 'broken'],
		[{ kind: 'ignore-range', path: '/toy/small/' }, ['range-small', 'range-beyond-end'], 'broken'],
		[{ kind: 'wrong-content-range', host: 'cdn' }, ['range-large', 'pinned'], 'broken'],
		[{ kind: 'short-body', host: 'cdn' }, ['range-large', 'pinned'], 'broken'],
		[{ kind: 'no-cors', host: 'cdn' }, ['cors-large'], 'broken'],
		[{ kind: 'no-cors', host: 'hub' }, ['cors-small'], 'broken'],
		[{ kind: 'changed-etag', host: 'cdn', after: 5, times: 1 }, ['etag'], 'broken'],
		[{ kind: 'server-error', path: '/api/' }, ['commit', 'pinned', 'digests'], 'broken'],
		[{ kind: 'unauthorized', path: '/toy/nothing/' }, ['missing-model'], 'surprising'],
		[{ kind: 'server-error', path: 'no-such-branch' }, ['missing-revision'], 'surprising'],
		[{ kind: 'server-error', path: '/tree/' }, ['digests'], 'surprising'],
	])('%o', async (fault, ids, summary) => {
		hub.fault(fault);
		const outcomes = await check();
		expect(failed(outcomes)).toEqual(ids);
		expect(summarizeFacts(outcomes)).toBe(summary);
	});

	test('weights from a host that the policy does not know', async () => {
		const outcomes = await check({ hosts: ['huggingface.co', '*.hf.co'] });
		expect(failed(outcomes)).toEqual(['host-large']);
	});
});

test('a fact that cannot be tried is no tick', async () => {
	hub.fault({ kind: 'drop', host: 'cdn' });
	const outcomes = await check();
	expect(outcomes.find(({ fact }) => fact.id === 'range-large')?.result).toBeNull();
	expect(summarizeFacts(outcomes)).toBe('broken');
});

test('a signal stops the checks', async () => {
	const signal = AbortSignal.abort();
	await expect(checkFacts(HUB_FACTS, { settings, signal })).rejects.toThrow('abort');
});

describe('the terminal', () => {
	async function run(changes: Partial<FactSettings> = {}): Promise<{ code: number; text: string }> {
		const lines: string[] = [];
		const code = await checkHub({ ...settings, ...changes }, (line) => lines.push(line));
		return { code, text: lines.join('\n') };
	}

	test('shows ticks', async () => {
		const { code, text } = await run();
		expect(code).toBe(0);
		expect(text.match(/^✓/gm)).toHaveLength(HUB_FACTS.length);
		expect(text).toContain('behaves as Remelt believes');
	});

	test('shows what follows from a cross, and fails', async () => {
		hub.fault({ kind: 'ignore-range', path: '/toy/long/' });
		const { code, text } = await run();
		expect(code).toBe(1);
		expect(text).toContain('So: Weights cannot be read tensor by tensor');
	});

	test('says when nothing could be tried', async () => {
		const closed = await startHubServer({ models: {} });
		await closed.close();
		const { code, text } = await run({ base: closed.url });
		expect(code).toBe(2);
		expect(text).toContain('Nothing could be checked');
	});
});
