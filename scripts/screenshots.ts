/**
 * Takes pictures of every page and of every state of the reproducer, wide, narrow and dark:
 * `npm run screenshots [-- <folder>]`. Builds the sites that the browser tests use where they are
 * not there; remove `.cache/sites` to have them built afresh.
 */
import { chromium, type Browser, type Page } from '@playwright/test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { oracleModels } from '../tests/browser/support/models.ts';
import { startHubServer, type HubServer } from '../tests/support/hubServer.ts';
import { CHROMIUM_FLAGS, CHROMIUM_HINT, findChromium } from './chromium.ts';
import { serveSite } from './serve.ts';
import { buildSite, TEST_SITES } from './sites.ts';

const LOOKS = {
	wide: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
	narrow: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
	dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
	'narrow-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
} as const;

const SLOW = { kind: 'delay', ms: 400, path: 'model.safetensors' } as const;

/** What leads to one state of the reproducer. */
interface Scene {
	readonly name: string;
	readonly card: string;
	readonly play: (page: Page, hub: HubServer) => Promise<void>;
}

const press = (page: Page, action: string): Promise<void> =>
	page.locator(`[data-action="${action}"]`).click();
const ask = (page: Page, mode: string): Promise<void> =>
	page.locator(`[data-ask="${mode}"]`).click();
const reach = (page: Page, phase: string): Promise<void> =>
	page.locator(`[data-phase="${phase}"]`).waitFor();

async function plan(page: Page, mode = 'check'): Promise<void> {
	await ask(page, mode);
	await reach(page, 'planned');
}

async function run(page: Page, hub: HubServer): Promise<void> {
	await plan(page);
	hub.fault(SLOW);
	await press(page, 'start');
	await reach(page, 'running');
	await page.waitForTimeout(2500);
}

async function finish(page: Page, mode = 'check'): Promise<void> {
	await plan(page, mode);
	await press(page, 'start');
	await reach(page, 'done');
}

const nothing = (): Promise<void> => Promise.resolve();

const SCENES: readonly Scene[] = [
	{ name: 'idle', card: 'oracle/slerp-card', play: nothing },
	{ name: 'idle-passthrough', card: 'oracle/passthrough-block-expansion', play: nothing },
	{ name: 'no-recipe', card: 'broken/no-recipe', play: nothing },
	{ name: 'local-parents', card: 'broken/local-parents', play: nothing },
	{ name: 'unreadable', card: 'broken/bad-recipe', play: nothing },
	{ name: 'unknown-method', card: 'broken/unknown-method', play: nothing },
	{
		name: 'folders',
		card: 'broken/local-parents',
		play: async (page) => {
			await ask(page, 'folders');
			await reach(page, 'choosing');
		},
	},
	{
		name: 'reading',
		card: 'oracle/slerp-card',
		play: async (page, hub) => {
			hub.fault({ ...SLOW, ms: 10_000 });
			await ask(page, 'check');
			await reach(page, 'reading');
		},
	},
	{ name: 'planned', card: 'oracle/slerp-card', play: (page) => plan(page) },
	{ name: 'planned-toy', card: 'oracle/slerp-card', play: (page) => plan(page, 'rehearsal') },
	{ name: 'running', card: 'oracle/slerp-card', play: run },
	{
		name: 'paused',
		card: 'oracle/slerp-card',
		play: async (page, hub) => {
			await run(page, hub);
			await press(page, 'pause');
			await reach(page, 'paused');
		},
	},
	{
		name: 'cancelled',
		card: 'oracle/slerp-card',
		play: async (page, hub) => {
			await run(page, hub);
			await press(page, 'cancel');
			await reach(page, 'cancelled');
		},
	},
	{
		name: 'failed',
		card: 'broken/missing-tensor',
		play: async (page) => {
			await ask(page, 'check');
			await reach(page, 'failed');
		},
	},
	{ name: 'done', card: 'oracle/slerp-card', play: (page) => finish(page) },
	{ name: 'done-far', card: 'oracle/slerp-far', play: (page) => finish(page) },
	{ name: 'done-passthrough', card: 'oracle/passthrough-stack', play: (page) => finish(page) },
	{ name: 'done-toy', card: 'oracle/slerp-card', play: (page) => finish(page, 'rehearsal') },
];

/** Opens a page in one look, does something, and takes a picture of its whole length. */
async function shoot(
	browser: Browser,
	look: keyof typeof LOOKS,
	url: string,
	file: string,
	play: (page: Page) => Promise<void>,
): Promise<void> {
	const context = await browser.newContext({ ...LOOKS[look], reducedMotion: 'reduce' });
	const page = await context.newPage();
	await page.goto(url);
	await page.evaluate(() => document.fonts.ready.then(() => undefined));
	await play(page);
	await page.screenshot({ path: file, fullPage: true });
	await context.close();
	console.log(file);
}

async function shootPages(browser: Browser, folder: string): Promise<void> {
	const { root } = TEST_SITES.content;
	const site = await serveSite({ root });
	const pages = readdirSync(root, { recursive: true, encoding: 'utf8' })
		.map((path) => path.replaceAll('\\', '/'))
		.filter((path) => path.endsWith('.html'));
	for (const path of pages)
		for (const look of Object.keys(LOOKS) as (keyof typeof LOOKS)[]) {
			const name = path.replace(/\/?index\.html$|\.html$/, '').replaceAll('/', '-') || 'home';
			const url = site.url + path.replace(/index\.html$/, '');
			await shoot(browser, look, url, join(folder, 'pages', `${name}.${look}.png`), nothing);
		}
	await site.close();
}

async function shootStates(browser: Browser, folder: string): Promise<void> {
	const site = await serveSite({ root: TEST_SITES.fixture.root });
	const hub = await startHubServer({ models: await oracleModels() });
	for (const { name, card, play } of SCENES)
		for (const look of Object.keys(LOOKS) as (keyof typeof LOOKS)[]) {
			hub.clearFaults();
			const url = `${site.url}models/${card}/?hub=${hub.url}`;
			await shoot(browser, look, url, join(folder, 'states', `${name}.${look}.png`), (page) =>
				play(page, hub),
			);
		}
	await hub.close();
	await site.close();
}

const executablePath = findChromium();
if (executablePath === null) throw new Error(CHROMIUM_HINT);
for (const site of Object.values(TEST_SITES))
	if (!existsSync(join(site.root, 'index.html'))) await buildSite(site);
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
const folder = process.argv[2] ?? '.cache/screenshots';
try {
	await shootStates(browser, folder);
	await shootPages(browser, folder);
} finally {
	await browser.close();
}
