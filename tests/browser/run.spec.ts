import { TOY_MARK } from '../../src/reproducer/toy.ts';
import { compareWithOracle, downloadZip, openCard } from './support/reproducer.ts';
import { expect, test } from './support/test.ts';

const SLOW = { kind: 'delay', ms: 250, path: 'model.safetensors' } as const;

test('cancel stops reading and leaves nothing, and a second run is whole', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await merge.reach('planned');
	hub.fault(SLOW);
	await merge.button('start').click();
	await merge.reach('running');
	await merge.button('cancel').click();
	await merge.reach('cancelled');
	await page.waitForTimeout(500);
	const asked = hub.log.length;
	await page.waitForTimeout(800);
	expect(hub.log.length).toBe(asked);
	await expect(merge.button('download-zip')).toHaveCount(0);
	hub.clearFaults();
	await merge.button('again').click();
	await merge.button('start').click();
	await merge.reach('done');
	expect(compareWithOracle(await downloadZip(page, merge), 'slerp-card').far).toBe(0);
	await merge.button('again').click();
	await merge.button('start').click();
	await merge.reach('done');
});

test('pause stops requests until the reader goes on', async ({ page, fixture, hub }) => {
	const merge = await openCard(page, fixture, 'oracle/passthrough-stack', hub);
	await merge.ask('check');
	await merge.reach('planned');
	hub.fault(SLOW);
	await merge.button('start').click();
	await merge.reach('running');
	await merge.button('pause').click();
	await merge.reach('paused');
	// Answers that were under way when the button was pressed still come.
	await page.waitForTimeout(800);
	const asked = hub.log.length;
	await page.waitForTimeout(1000);
	expect(hub.log.length).toBe(asked);
	hub.clearFaults();
	await merge.button('resume').click();
	await merge.reach('done');
	expect(hub.log.length).toBeGreaterThan(asked);
	expect(compareWithOracle(await downloadZip(page, merge), 'passthrough-stack').rows).toEqual([]);
});

test('a rehearsal reads nothing from the Hub and says what it is everywhere', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('rehearsal');
	await merge.reach('planned');
	await expect(merge.part('watermark')).toHaveText(TOY_MARK);
	await merge.button('start').click();
	await merge.reach('done');
	await expect(merge.part('watermark')).toHaveText(TOY_MARK);
	await expect(merge.part('sentence')).toContainText(/toy|rehears/i);
	await expect(merge.part('identical')).toHaveCount(0);
	const files = await downloadZip(page, merge);
	for (const path of files.keys()) expect(path).toMatch(/^slerp-card-rehearsal-toy-weights\//);
	expect(files.get('slerp-card-rehearsal-toy-weights/README.md')?.toString()).toContain(TOY_MARK);
	expect(hub.log).toEqual([]);
});

test('leaving the plan brings the two buttons back', async ({ page, fixture, hub }) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await merge.button('close').click();
	await expect(page.locator('[data-ask="check"]')).toBeVisible();
	await expect(page.locator('[data-ask="check"]')).toBeFocused();
});

test('the keyboard alone runs a merge, and progress is announced politely', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await page.locator('[data-ask="check"]').focus();
	await page.keyboard.press('Enter');
	await merge.reach('planned');
	await merge.button('start').focus();
	await page.keyboard.press('Space');
	await merge.reach('done');
	const region = page.locator('[role="status"][data-part="announcements"]');
	await expect(region).not.toBeEmpty();
});

test('a page at work asks before it is left', async ({ page, fixture, hub }) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await merge.reach('planned');
	hub.fault(SLOW);
	await merge.button('start').click();
	await merge.reach('running');
	const asked = page.waitForEvent('dialog');
	void page.close({ runBeforeUnload: true });
	const dialog = await asked;
	expect(dialog.type()).toBe('beforeunload');
	await dialog.dismiss();
	await merge.button('cancel').click();
	await merge.reach('cancelled');
});

test('without a GPU the result says that WASM computed it, and why', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await merge.button('start').click();
	await merge.reach('done');
	await expect(merge.part('backend')).toHaveText(
		/^Computed with WASM: this browser (has no WebGPU|offers no GPU)\.$/,
	);
});
