import { readFileSync } from 'node:fs';
import { recipePath } from '../support/oracle.ts';
import { compareWithOracle, downloadZip, reproducerOn } from './support/reproducer.ts';
import { expect, test } from './support/test.ts';

const RECIPE = readFileSync(recipePath('slerp-card'), 'utf8').replace(
	/(model|base_model): ([ab])$/gm,
	'$1: oracle/$2',
);

test('a pasted recipe is checked against a model that claims it', async ({
	page,
	fixture,
	hub,
}) => {
	await page.goto(`${fixture.url}reproduce/?hub=${hub.url}`);
	await page.locator('textarea[name="recipe"]').fill(RECIPE);
	await page.locator('input[name="published"]').fill('oracle/slerp-card');
	await page.locator('[data-part="by-text"] button[type="submit"]').click();
	await expect(page.locator('[data-part="claim-method"]')).toHaveText('slerp');
	const merge = reproducerOn(page);
	await merge.ask('check');
	await merge.reach('planned');
	await merge.button('start').click();
	await merge.reach('done');
	await expect(merge.part('identical')).toContainText('%');
	expect(compareWithOracle(await downloadZip(page, merge), 'slerp-card').far).toBe(0);
});

test('a pasted recipe that does not parse is explained', async ({ page, fixture }) => {
	await page.goto(`${fixture.url}reproduce/`);
	await page.locator('textarea[name="recipe"]').fill('slices: [\nmerge_method: slerp\n');
	await page.locator('[data-part="by-text"] button[type="submit"]').click();
	await expect(page.locator('[data-part="failure"]')).toBeVisible();
	await expect(page.locator('[data-part="failure-message"]')).not.toBeEmpty();
	await expect(page.locator('[data-part="failure-hint"]')).not.toBeEmpty();
});

test('a model without a recipe in its repo is said to be so', async ({
	page,
	fixture,
	hub,
	tolerate,
}) => {
	// The browser itself reports the 404s that say so.
	tolerate(/404/);
	await page.goto(`${fixture.url}reproduce/?m=oracle/a&hub=${hub.url}`);
	await expect(page.locator('[data-part="failure"]')).toHaveAttribute(
		'data-error-code',
		'recipe-missing',
	);
});

test('search finds a card by a word in its text', async ({ page, site }) => {
	await page.goto(site.url);
	await page.keyboard.press('/');
	await page.locator('#search-text').fill('WizardMath');
	await expect(page.locator('[data-search-results] a').first()).toHaveAttribute(
		'href',
		/Pearl-7B-slerp/,
	);
});

test('filters narrow the list of cards and stay in the address', async ({ page, site }) => {
	await page.goto(site.url);
	const filter = page.locator('[data-filters] select[name="method"]');
	const [passthrough = ''] = (await filter.locator('option').allTextContents()).filter((text) =>
		/passthrough/i.test(text),
	);
	await filter.selectOption(passthrough);
	const visible = page.locator('main a[href*="/models/"]:visible').filter({ hasText: /\w/ });
	await expect(visible.filter({ hasText: 'Interleaved' }).first()).toBeVisible();
	await expect(visible.filter({ hasText: 'Pearl' })).toHaveCount(0);
	expect(new URL(page.url()).search).toMatch(/passthrough/i);
	await page.reload();
	await expect(visible.filter({ hasText: 'Pearl' })).toHaveCount(0);
});

test('the facts about the Hub are tried against the Hub that the page names', async ({
	page,
	fixture,
	hub,
	tolerate,
}) => {
	tolerate(/Failed to load|CORS|ERR_|fetch|40\d/);
	await page.goto(`${fixture.url}hub-check/?hub=${hub.url}`);
	await page.locator('[data-run]').click();
	await expect(page.locator('[data-summary]')).toContainText(/\d+ of \d+ hold/, {
		timeout: 25_000,
	});
	expect(hub.log.length).toBeGreaterThan(0);
});

test('the content policy holds: no other host, no eval, no inline script', async ({
	page,
	site,
	tolerate,
}) => {
	tolerate(/Content Security Policy|Refused|violates/i);
	await page.goto(`${site.url}models/louisbrulenaudet/Pearl-7B-slerp/`);
	const reached = await page.evaluate(async () => {
		const attempt = async (action: () => unknown): Promise<boolean> => {
			// The policy does not bind what a test evaluates, but what that leaves behind.
			await new Promise((resolve) => setTimeout(resolve, 0));
			try {
				await action();
				return true;
			} catch {
				return false;
			}
		};
		const script = document.createElement('script');
		script.textContent = 'globalThis.injected = true;';
		document.body.append(script);
		return {
			fetched: await attempt(() => fetch('https://example.org/')),
			evaluated: await attempt(() => (0, eval)('1 + 1') as unknown),
			injected: 'injected' in globalThis,
		};
	});
	expect(reached).toEqual({ fetched: false, evaluated: false, injected: false });
});

test('workers get the policy from their own answer', async ({ page, site, request }) => {
	const workers: string[] = [];
	await page.goto(`${site.url}models/louisbrulenaudet/Pearl-7B-slerp/`);
	page.on('worker', (worker) => workers.push(worker.url()));
	const merge = reproducerOn(page);
	await merge.ask('rehearsal');
	await merge.reach('planned');
	await merge.button('start').click();
	await merge.reach('done');
	expect(workers.length).toBeGreaterThan(0);
	for (const url of new Set(workers)) {
		const { 'content-security-policy': policy = '' } = (await request.get(url)).headers();
		expect(policy).toContain("default-src 'none'");
		expect(policy).toContain('connect-src');
	}
});

test('code is copied by its button', async ({ page, site, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.goto(`${site.url}models/louisbrulenaudet/Pearl-7B-slerp/`);
	const figure = page.locator('.card-text figure.code[data-recipe]');
	await figure.locator('button.copy').click();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toContain('merge_method: slerp');
	expect(copied).toBe(await figure.locator('pre').textContent());
});
