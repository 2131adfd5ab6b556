/**
 * Checks a card of the site at its real size in Chromium: `npm run large [-- owner/name]`, a slerp of
 * two Mistral-7B models by default. The models are stand-ins that a local Hub makes up while they are
 * read, so that nothing is downloaded or stored: about 43 GB go through the page. Shows that the plan,
 * the memory and the order hold at that size; what the numbers should be is the oracle's business.
 */
import { chromium, type Page } from '@playwright/test';
import { readFile, readdir } from 'node:fs/promises';
import { findRecipes } from '../src/card/index.ts';
import { parseRecipe } from '../src/recipe/index.ts';
import { CHROMIUM_FLAGS, CHROMIUM_HINT, findChromium } from './chromium.ts';
import { startLargeHub } from './large/hub.ts';
import { makeLargeModels } from './large/models.ts';
import { serveSite } from './serve.ts';
import { buildSite } from './sites.ts';

const SITE = '.cache/sites/large';

/** Private memory of the largest renderer in MiB; null where the system does not tell. */
async function rendererMemory(): Promise<number | null> {
	const sizes = await Promise.all(
		(await readdir('/proc').catch(() => [])).map(async (process) => {
			const command = await readFile(`/proc/${process}/cmdline`, 'utf8').catch(() => '');
			if (!command.includes('--type=renderer')) return 0;
			const memory = await readFile(`/proc/${process}/smaps_rollup`, 'utf8').catch(() => '');
			return Number(/^Pss_Anon:\s+(\d+) kB$/m.exec(memory)?.[1] ?? 0);
		}),
	);
	const largest = Math.max(0, ...sizes);
	return largest === 0 ? null : largest / 1024;
}

/** Waits for the end of the run, saying every half minute how far it is; the peak in MiB. */
async function watch(page: Page): Promise<number | null> {
	let peak: number | null = null;
	const live = page.locator('.rm-live');
	for (let second = 1; ; second++) {
		await page.waitForTimeout(1000);
		const memory = await rendererMemory();
		if (memory !== null) peak = Math.max(peak ?? 0, memory);
		const phase = await live.getAttribute('data-phase');
		if (phase !== 'running') return peak;
		if (second % 30 === 0)
			console.log(`  ${await page.locator('[data-part=tensors-done]').innerText()}`);
	}
}

async function check(page: Page, address: string): Promise<boolean> {
	await page.goto(address);
	await page.locator('[data-ask=check]').click();
	const start = page.locator('[data-action=start]');
	await start.waitFor();
	console.log(await page.locator('[data-part=plan-sentence]').innerText());
	const began = performance.now();
	await start.click();
	const peak = await watch(page);
	const seconds = (performance.now() - began) / 1000;
	const sentence = page.locator('[data-part=sentence]');
	if ((await sentence.count()) === 0) {
		console.log(await page.locator('[data-error-code]').innerText());
		return false;
	}
	const verdict = await page.locator('[data-part=verdict]').getAttribute('data-verdict');
	console.log(await sentence.innerText());
	console.log(
		`${Math.round(seconds)} s; memory of the page at most ${peak?.toFixed(0) ?? '?'} MiB`,
	);
	return verdict === 'identical';
}

const executablePath = findChromium();
if (executablePath === null) throw new Error(CHROMIUM_HINT);
const id = process.argv[2] ?? 'louisbrulenaudet/Pearl-7B-slerp';
const [found] = findRecipes(await readFile(`content/cards/${id}/card.md`, 'utf8'));
if (found === undefined) throw new Error(`The card of ${id} has no recipe.`);
await buildSite({ variables: { REMELT_OUT: SITE, REMELT_HUB_OVERRIDE: '1' } });
const hub = await startLargeHub(await makeLargeModels(parseRecipe(found.text).recipe, id));
const site = await serveSite({ root: SITE });
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
try {
	const page = await browser.newPage();
	const holds = await check(page, `${site.url}models/${id}/?hub=${encodeURIComponent(hub.url)}`);
	console.log(holds ? '✓ Identical at full size.' : '✗ Not as it should be.');
	process.exitCode = holds ? 0 : 1;
} finally {
	await browser.close();
	await Promise.all([hub.close(), site.close()]);
}
