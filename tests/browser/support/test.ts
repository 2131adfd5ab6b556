import { test as base, expect, type Page } from '@playwright/test';
import { serveSite, type SiteServer } from '../../../scripts/serve.ts';
import { TEST_SITES } from '../../../scripts/sites.ts';
import { startHubServer, type HubServer } from '../../support/hubServer.ts';
import { oracleModels } from './models.ts';

interface PerWorker {
	/** The site with the project's own cards. */
	readonly site: SiteServer;
	/** The site whose cards name the oracle's models. */
	readonly fixture: SiteServer;
	readonly sharedHub: HubServer;
}

interface PerTest {
	/** A Hub with the oracle's models, well-behaved again for each test. */
	readonly hub: HubServer;
	/** What the page complained about: errors, refusals of the content policy, missing files. */
	readonly complaints: readonly string[];
	/** Complaints that a test provokes on purpose; others fail it. */
	readonly tolerate: (pattern: RegExp) => void;
}

/** Playwright's `test` with the built sites, a Hub, and a watch on what pages complain about. */
export const test = base.extend<PerTest & { watch: undefined }, PerWorker>({
	site: [
		async ({}, use) => {
			const server = await serveSite(TEST_SITES.content);
			await use(server);
			await server.close();
		},
		{ scope: 'worker' },
	],
	fixture: [
		async ({}, use) => {
			const server = await serveSite(TEST_SITES.fixture);
			await use(server);
			await server.close();
		},
		{ scope: 'worker' },
	],
	sharedHub: [
		async ({}, use) => {
			const hub = await startHubServer({ models: await oracleModels() });
			await use(hub);
			await hub.close();
		},
		{ scope: 'worker' },
	],
	hub: async ({ sharedHub }, use) => {
		sharedHub.clearFaults();
		sharedHub.clearLog();
		await use(sharedHub);
		sharedHub.clearFaults();
	},
	complaints: async ({ page }, use) => {
		await use(listen(page));
	},
	tolerate: async ({ complaints }, use) => {
		const tolerated: RegExp[] = [];
		await use((pattern) => void tolerated.push(pattern));
		const rest = complaints.filter((text) => !tolerated.some((pattern) => pattern.test(text)));
		expect(rest, 'complaints of the page').toEqual([]);
	},
	// Every test is watched, also those that tolerate nothing.
	watch: [
		async ({ tolerate }, use) => {
			void tolerate;
			await use(undefined);
		},
		{ auto: true },
	],
});

export { expect };

/** Collects what a page complains about, refusals of its content policy among it. */
function listen(page: Page): readonly string[] {
	const complaints: string[] = [];
	page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning')
			complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`.trim());
	});
	return complaints;
}
