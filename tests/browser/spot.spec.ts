import { AxeBuilder } from '@axe-core/playwright';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import type { SiteServer } from '../../scripts/serve.ts';
import { checkReceipt, parseReceipt, receiptDigest } from '../../src/receipt/index.ts';
import type { Receipt } from '../../src/receipt/index.ts';
import type { HubServer } from '../support/hubServer.ts';
import { recipePath } from '../support/oracle.ts';
import { UP_PROJ } from './support/models.ts';
import { openCard, reproducerOn } from './support/reproducer.ts';
import type { Reproducer } from './support/reproducer.ts';
import { expect, test } from './support/test.ts';

const SLOW = { kind: 'delay', ms: 400, path: 'model.safetensors' } as const;

/** A case's recipe as the test Hub's models are named. */
function recipeOf(name: string): string {
	const text = readFileSync(recipePath(name), 'utf8');
	return text.replace(/(model|base_model): ([a-z])$/gm, '$1: oracle/$2');
}

/** Opens the plan of a recipe, held against a model that is not the card's. */
async function openClaim(
	page: Page,
	fixture: SiteServer,
	hub: HubServer,
	claim: { readonly recipe: string; readonly published: string },
): Promise<Reproducer> {
	await page.goto(`${fixture.url}reproduce/?hub=${hub.url}`);
	await page.locator('textarea[name="recipe"]').fill(claim.recipe);
	await page.locator('input[name="published"]').fill(claim.published);
	await page.locator('[data-part="by-text"] button[type="submit"]').click();
	const merge = reproducerOn(page);
	await merge.ask('check');
	await merge.reach('planned');
	return merge;
}

async function setSeed(page: Page, merge: Reproducer, seed: number): Promise<void> {
	await merge.part('seed').locator('summary').click();
	await page.locator('input[name="sample-seed"]').fill(String(seed));
}

/** Presses "Save receipt", and reads and checks what is saved. */
async function saveReceipt(page: Page, merge: Reproducer): Promise<Receipt> {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		merge.button('save-receipt').click(),
	]);
	const checked = await checkReceipt(await readFile(await download.path(), 'utf8'));
	expect(checked.problems).toEqual([]);
	if (checked.kind === 'malformed') throw new Error('no receipt was saved');
	return checked.receipt;
}

test('the plan has three rungs with their costs, and nothing but headers was read', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await expect(merge.part('rung-headers')).toContainText(/fits.*All 39 tensors/);
	await expect(merge.part('rung-spot')).toContainText(/\d+ requests/);
	await expect(merge.part('rung-full')).toContainText(/\d+ requests/);
	await expect(merge.button('spot')).toHaveClass(/rm-button-main/);
	expect(page.workers()).toHaveLength(0);
});

test('an honest slerp is not contradicted, and its strip says so', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('verdict')).toHaveAttribute('data-verdict', 'agrees');
	await expect(merge.part('sentence')).toContainText(/No contradiction: t as claimed in \d+ of 39/);
	await expect(merge.part('strip')).toHaveAttribute('aria-label', /self_attn\.q_proj in 4 layers/);
	await expect(merge.part('caught')).toContainText('all of this small model');
	await expect(page.locator('[data-finding="different"]')).toHaveCount(0);
	await expect.poll(() => page.workers().length).toBe(0);
});

test('a recipe with another t is contradicted in the tensors that it names', async ({
	page,
	fixture,
	hub,
}) => {
	const recipe = recipeOf('slerp-far').replace('value: 0.5', 'value: 0.45');
	const merge = await openClaim(page, fixture, hub, { recipe, published: 'oracle/slerp-far' });
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('verdict')).toHaveAttribute('data-verdict', 'different');
	await expect(merge.part('verdict').locator('[data-cause]').first()).toHaveAttribute(
		'data-cause',
		'another-t',
	);
	await expect(merge.part('sentence')).toContainText(/^Contradiction in/);
});

test('a replaced tensor is named, and the others agree', async ({ page, fixture, hub }) => {
	const recipe = recipeOf('slerp-far');
	const merge = await openClaim(page, fixture, hub, { recipe, published: 'tampered/replaced' });
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('verdict')).toHaveAttribute('data-verdict', 'different');
	await expect(merge.part('sentence')).toContainText(
		`Contradiction in 1 of 39 tensors (${UP_PROJ})`,
	);
	const [first] = await page.locator('table[role="table"] tbody tr').all();
	await expect(first ?? page.locator('none')).toContainText(UP_PROJ);
	await expect(merge.part('strip')).toHaveAttribute(
		'aria-label',
		/mlp\.up_proj in 4 layers: [^;]*different in layer 2/,
	);
});

test('an honest model of an old mergekit is not contradicted, and the release is named', async ({
	page,
	fixture,
	hub,
}) => {
	const recipe = recipeOf('linear-gradient');
	const merge = await openClaim(page, fixture, hub, { recipe, published: 'old/linear-gradient' });
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('verdict')).not.toHaveAttribute('data-verdict', 'different');
	await expect(merge.part('eras')).toContainText(/made as mergekit 0\.0\.\d makes it.*0\.1\.5/);
	await expect(merge.part('strip')).toHaveCount(0);
	// The other releases' numbers are tried on the windows that were read: each range is asked for once.
	const ranges = hub.log.flatMap(({ path, range }) => (range === null ? [] : [`${path} ${range}`]));
	expect(ranges.filter((one, at) => ranges.indexOf(one) !== at)).toEqual([]);
});

test('cancelling ends the worker and its requests, and a second check is whole', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	hub.fault(SLOW);
	await merge.button('spot').click();
	await merge.reach('checking');
	await expect.poll(() => page.workers().length).toBe(1);
	await merge.button('cancel').click();
	await merge.reach('cancelled');
	await expect.poll(() => page.workers().length).toBe(0);
	await page.waitForTimeout(500);
	const asked = hub.log.length;
	await page.waitForTimeout(800);
	expect(hub.log.length).toBe(asked);
	hub.clearFaults();
	await merge.button('again').click();
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('tensors')).toContainText('39');
});

test('a server that ignores ranges ends the check with an error that says so', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	hub.fault({ kind: 'ignore-range', path: 'model.safetensors', after: 3 });
	await merge.button('spot').click();
	await merge.reach('failed');
	await expect(merge.error).toHaveAttribute('data-error-code', 'range-ignored');
	await expect.poll(() => page.workers().length).toBe(0);
});

test('the full check follows without another look at the headers', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await merge.button('spot').click();
	await merge.reach('checked');
	const configs = (): number => hub.log.filter(({ path }) => path.endsWith('config.json')).length;
	const before = configs();
	await merge.button('start').click();
	await merge.reach('done');
	expect(configs()).toBe(before);
	await expect(merge.part('identical')).toContainText('%');
	const receipt = await saveReceipt(page, merge);
	expect(receipt.predicate).toMatchObject({ level: 'full', run: { where: 'page' } });
});

test('the keyboard alone checks, and the result is focused and announced', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await page.locator('[data-ask="check"]').focus();
	await page.keyboard.press('Enter');
	await merge.reach('planned');
	await expect(page.locator('.rm-mode')).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(merge.button('spot')).toBeFocused();
	await page.keyboard.press('Enter');
	await merge.reach('checked');
	await expect(page.locator('.rm-mode')).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(merge.button('start')).toBeFocused();
	await expect(page.locator('[role="status"][data-part="announcements"]')).not.toBeEmpty();
});

test('a seed that is none is refused, and the one before is kept', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await setSeed(page, merge, 42);
	const field = page.locator('input[name="sample-seed"]');
	await field.fill('-1');
	await expect(field).toHaveAttribute('aria-invalid', 'true');
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('sample-seed')).toContainText('42');
});

test('the receipt has the digest of the one that the command line makes', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-far', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await setSeed(page, merge, 20_261_125);
	await merge.button('spot').click();
	await merge.reach('checked');
	await expect(merge.part('command')).toContainText('--level spot --sample-seed 20261125');
	const receipt = await saveReceipt(page, merge);
	const digest = await receiptDigest(receipt);
	await expect(merge.part('receipt-digest')).toHaveText(digest);
	const folder = await mkdtemp(join(tmpdir(), 'remelt-receipt-'));
	const file = join(folder, 'receipt.json');
	const card = 'tests/fixtures/content/oracle/slerp-far/card.md';
	const options = ['--level', 'spot', '--sample-seed', '20261125', '--hub', hub.url];
	const semantics = ['--semantics', receipt.predicate.semantics];
	await promisify(execFile)(process.execPath, [
		...['src/cli/main.ts', 'verify', card, 'oracle/slerp-far'],
		...[...options, ...semantics, '--receipt', file],
	]);
	const other = parseReceipt(await readFile(file, 'utf8'));
	if (!other.ok) throw new Error(JSON.stringify(other.problems));
	const { run: mine, ...found } = receipt.predicate;
	const { run: theirs, ...theirFound } = other.value.predicate;
	expect(found).toEqual(theirFound);
	expect(await receiptDigest(other.value)).toBe(digest);
	expect([mine.where, theirs.where]).toEqual(['page', 'cli']);
});

test('plan and result have nothing that axe objects to, light and dark, and no sideways scrolling', async ({
	page,
	fixture,
	hub,
}) => {
	const recipe = recipeOf('slerp-far').replace('value: 0.5', 'value: 0.45');
	const merge = await openClaim(page, fixture, hub, { recipe, published: 'oracle/slerp-far' });
	await expectFine(page);
	await merge.button('spot').click();
	await merge.reach('checked');
	await expectFine(page);
});

async function expectFine(page: Page): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		const { violations } = await new AxeBuilder({ page }).analyze();
		const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
		expect(found, colorScheme).toEqual([]);
	}
	for (const width of [360, 1440]) {
		await page.setViewportSize({ width, height: 900 });
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		expect(overflow, `sideways scrolling at ${String(width)} px`).toBe(0);
	}
}
