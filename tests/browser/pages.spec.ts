import { AxeBuilder } from '@axe-core/playwright';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TEST_SITES } from '../../scripts/sites.ts';
import { expect, test } from './support/test.ts';

const CARDS = readdirSync('content/cards', { recursive: true, encoding: 'utf8' })
	.filter((path) => path.endsWith('card.md'))
	.map((path) => path.replaceAll('\\', '/').replace(/\/card\.md$/, ''))
	.sort();

/** Every page of the built site, by its path. */
const PAGES = readdirSync(TEST_SITES.content.root, { recursive: true, encoding: 'utf8' })
	.map((path) => path.replaceAll('\\', '/'))
	.filter((path) => path.endsWith('.html'))
	.map((path) => path.replace(/index\.html$/, ''))
	.sort();

/** JavaScript before a button is pressed, gzipped. */
const SCRIPT_BUDGET = 15_000;

test('there are five cards', () => {
	expect(CARDS).toHaveLength(5);
	for (const card of CARDS) expect(PAGES).toContain(`models/${card}/`);
});

for (const path of PAGES)
	test(`/${path} has nothing that axe objects to, light and dark, wide and narrow`, async ({
		page,
		site,
	}) => {
		await page.goto(site.url + path);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			const { violations } = await new AxeBuilder({ page }).analyze();
			const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
			expect(found, colorScheme).toEqual([]);
		}
		for (const width of [360, 768, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			const overflow = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
			);
			expect(overflow, `sideways scrolling at ${width} px`).toBe(0);
		}
	});

for (const card of CARDS) {
	test(`${card} shows its formulas, tables and recipe without JavaScript`, async ({
		browser,
		site,
	}) => {
		const context = await browser.newContext({ javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(`${site.url}models/${card}/`);
		await expect(page.locator('h1')).toContainText(card.split('/')[1] ?? '');
		const text = await page.locator('main').evaluate((main) => {
			const copy = main.cloneNode(true) as HTMLElement;
			for (const code of copy.querySelectorAll('code, pre, annotation, script, style'))
				code.remove();
			return copy.textContent;
		});
		// Amounts of money aside, a dollar or backslash in prose is a formula that was left over.
		expect(text.match(/.{0,40}[$\\].{0,40}/g) ?? []).toEqual([]);
		await expect(page.locator('.math-error, .katex-error')).toHaveCount(0);
		const source = readFileSync(join('content/cards', card, 'card.md'), 'utf8');
		const tables = source.match(/^\|[\s:|-]+\|\s*$/gm) ?? [];
		await expect(page.locator('main table[data-sortable]')).toHaveCount(tables.length);
		const shown = await page.locator('main figure[data-recipe] pre').allTextContents();
		const fences = [...source.matchAll(/^```ya?ml\n(.*?)^```/gms)].map(([, fence = '']) => fence);
		for (const recipe of fences.filter((fence) => fence.includes('merge_method:')))
			expect(shown.map((text) => text.trimEnd())).toContain(recipe.trimEnd());
		await context.close();
	});

	test(`${card} loads at most 15 kB of JavaScript before a button is pressed`, async ({
		page,
		site,
	}) => {
		const scripts = new Map<string, number>();
		page.on('response', (response) => {
			if (response.request().resourceType() !== 'script') return;
			const { pathname } = new URL(response.url());
			const file = readFileSync(join(TEST_SITES.content.root, pathname));
			scripts.set(pathname, gzipSync(file).length);
		});
		await page.goto(`${site.url}models/${card}/`, { waitUntil: 'networkidle' });
		const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
		expect(total, [...scripts].map(([path, size]) => `${path} ${size}`).join('\n')).toBeLessThan(
			SCRIPT_BUDGET,
		);
	});

	test(`${card} is there as JSON and as raw text`, async ({ request, site }) => {
		const json: unknown = await (await request.get(`${site.url}api/models/${card}.json`)).json();
		expect(json).toMatchObject({ id: card });
		const raw = await request.get(`${site.url}models/${card}/card.md`);
		expect(await raw.text()).toBe(readFileSync(join('content/cards', card, 'card.md'), 'utf8'));
	});
}

/** Recipes of the cards, as their cards give them: t over 32 layers by module. */
const GRADIENTS = {
	'Chilee244/Marcoro14-7B-slerp': [
		[0, 0.5, 0.3, 0.7, 1],
		[1, 0.5, 0.7, 0.3, 0],
	],
	'InferenceIllusionist/Excalibur-7b': [
		[1, 0.7, 0.3, 0.5, 0],
		[0, 0.3, 0.7, 0.5, 1],
	],
	'louisbrulenaudet/Pearl-7B-slerp': [
		[0, 0.5, 0.3, 0.7, 1],
		[1, 0.5, 0.7, 0.3, 0],
	],
} as const;

/** Linear interpolation between evenly spaced values, as mergekit reads a gradient. */
function gradientAt(values: readonly number[], share: number): number {
	const place = share * (values.length - 1);
	const left = Math.min(Math.floor(place), values.length - 2);
	const [a = NaN, b = NaN] = values.slice(left);
	return a + (b - a) * (place - left);
}

for (const [card, gradients] of Object.entries(GRADIENTS))
	test(`${card} shows t for each of 32 layers as mergekit resolves it`, async ({ page, site }) => {
		await page.goto(`${site.url}models/${card}/`);
		const rows = await page
			.locator('.rc-table tbody tr')
			.evaluateAll((all) =>
				all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)),
			);
		const layers = rows.filter(([layer = '']) => /^\d+$/.test(layer));
		expect(layers.map(([layer]) => Number(layer))).toEqual(Array.from({ length: 32 }, (_, i) => i));
		for (const [layer, ...cells] of layers) {
			const share = Number(layer) / 31;
			const expected = [...gradients.map((values) => gradientAt(values, share)), 0.5];
			// Three decimals are shown.
			expected.forEach((t, i) =>
				expect(Math.abs(Number(cells[i]) - t)).toBeLessThanOrEqual(0.00051),
			);
		}
	});

test('every link inside the site leads somewhere', async ({ page, site, request }) => {
	const known = new Map<string, string>();
	const ids = new Map<string, ReadonlySet<string>>();
	const wanted: { from: string; path: string; hash: string }[] = [];
	for (const path of PAGES) {
		await page.goto(site.url + path);
		const found = await page.evaluate(() => ({
			ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
			links: [...document.querySelectorAll('a[href], link[href]')].map(
				(link) => (link as HTMLAnchorElement).href,
			),
		}));
		ids.set(`/${path}`, new Set(found.ids));
		for (const href of found.links) {
			const url = new URL(href);
			if (url.origin !== new URL(site.url).origin) continue;
			wanted.push({ from: path, path: decodeURIComponent(url.pathname), hash: url.hash.slice(1) });
		}
	}
	const broken: string[] = [];
	for (const { from, path, hash } of wanted) {
		if (!known.has(path)) {
			const response = await request.get(new URL(path, site.url).href);
			known.set(path, String(response.status()));
		}
		if (known.get(path) !== '200') broken.push(`${from} → ${path}: ${known.get(path) ?? ''}`);
		else if (hash !== '' && ids.get(path)?.has(decodeURIComponent(hash)) === false)
			broken.push(`${from} → ${path}#${hash}: no such place`);
	}
	expect([...new Set(broken)]).toEqual([]);
});

test('sitemap, feed and robots are well-formed and name every card', async ({ page, site }) => {
	await page.goto(site.url);
	const parsed = await page.evaluate(async () => {
		const read = async (path: string): Promise<{ errors: number; text: string }> => {
			const text = await (await fetch(path)).text();
			const tree = new DOMParser().parseFromString(text, 'application/xml');
			return { errors: tree.querySelectorAll('parsererror').length, text };
		};
		return Promise.all(['/sitemap-index.xml', '/sitemap-0.xml', '/rss.xml'].map(read));
	});
	for (const { errors } of parsed) expect(errors).toBe(0);
	for (const card of CARDS) {
		expect(parsed[1]?.text).toContain(`/models/${card}/`);
		expect(parsed[2]?.text).toContain(`/models/${card}/`);
	}
});
