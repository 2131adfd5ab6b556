import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readHubDigests } from '../../src/hub/index.ts';
import { startHubServer, type HubServer } from '../support/hubServer.ts';
import { makeModels, removeModels, type Models } from './models.ts';

let models: Models;
let hub: HubServer;
beforeAll(async () => {
	models = await makeModels();
	hub = await startHubServer({ models: models.folders });
});
afterAll(async () => {
	await hub.close();
	await removeModels(models);
});

it('the Hub tells the digests of a model’s large files', async () => {
	const digests = await readHubDigests({ base: hub.url, repo: 'toy/sharded' });
	const sha256 = async (name: string): Promise<string> => {
		const bytes = await readFile(join(models.folders['toy/sharded'] ?? '', name));
		return createHash('sha256').update(bytes).digest('hex');
	};
	expect(Object.fromEntries(digests)).toEqual({
		'one.safetensors': await sha256('one.safetensors'),
		'two.safetensors': await sha256('two.safetensors'),
	});
});

it('a model that is not there is an error, a base without API has no digests', async () => {
	const absent = readHubDigests({ base: hub.url, repo: 'toy/none' });
	await expect(absent).rejects.toMatchObject({ code: 'not-found' });
	expect((await readHubDigests({ base: hub.url, repo: 'toy/none', api: false })).size).toBe(0);
});
