import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, CHROMIUM_HINT, findChromium } from './scripts/chromium.ts';

const chromium = findChromium();
if (chromium === null) throw new Error(CHROMIUM_HINT);

export default defineConfig({
	testDir: 'tests/browser',
	outputDir: '.cache/test-results',
	globalSetup: './tests/browser/support/buildSites.ts',
	fullyParallel: true,
	forbidOnly: process.env['CI'] !== undefined,
	workers: 2,
	// No time limit is a test's business; these only end what hangs.
	timeout: 120_000,
	expect: { timeout: 30_000 },
	reporter: 'list',
	use: {
		launchOptions: { executablePath: chromium, args: [...CHROMIUM_FLAGS] },
		screenshot: 'only-on-failure',
	},
});
