import { openCard, type Reproducer } from './support/reproducer.ts';
import { expect, test } from './support/test.ts';

/** A page that says what happened says where, what to do, and offers a way on. */
async function expectExplained(merge: Reproducer, code: string | RegExp): Promise<void> {
	await merge.reach('failed');
	await expect(merge.error).toHaveAttribute('data-error-code', code);
	await expect(merge.error.locator('h3')).not.toBeEmpty();
	await expect(merge.part('hint')).toContainText(/What to do\. \S.{20}/);
	await expect(merge.button('retry')).toBeVisible();
	await expect(merge.button('download-zip')).toHaveCount(0);
}

test('a server that ignores ranges is refused before a weight is read', async ({
	page,
	fixture,
	hub,
}) => {
	hub.fault({ kind: 'ignore-range', path: 'model.safetensors' });
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await expectExplained(merge, 'range-ignored');
	await expect(merge.part('details')).toContainText('model.safetensors');
});

test('a server that ignores ranges in the middle of a run ends it, and trying again works', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await merge.reach('planned');
	const fault = hub.fault({ kind: 'ignore-range', path: 'model.safetensors', after: 3 });
	await merge.button('start').click();
	await expectExplained(merge, 'range-ignored');
	fault.clear();
	await merge.button('retry').click();
	await merge.button('start').click();
	await merge.reach('done');
});

test('a truncated header names its file', async ({ page, fixture, hub }) => {
	const path = `oracle/b/resolve/${hub.commit('oracle/b')}/model.safetensors`;
	hub.fault({ kind: 'truncated-header', path });
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await expectExplained(merge, /header-invalid|file-truncated/);
	await expect(merge.part('details')).toContainText('model.safetensors');
});

test('a parent that misses a tensor is named with the tensor', async ({ page, fixture, hub }) => {
	const merge = await openCard(page, fixture, 'broken/missing-tensor', hub);
	await merge.ask('check');
	await expectExplained(merge, 'tensor-missing');
	await expect(merge.error).toContainText('model.layers.2.mlp.up_proj.weight');
	await expect(merge.error).toContainText('broken/short');
});

test('a tensor of another shape is named with both shapes', async ({ page, fixture, hub }) => {
	const merge = await openCard(page, fixture, 'broken/other-shape', hub);
	await merge.ask('check');
	await expectExplained(merge, 'shape-mismatch');
	await expect(merge.error).toContainText('model.layers.2.mlp.up_proj.weight');
	await expect(merge.error).toContainText(/64.*32|32.*64/s);
});

test('a parent that is not on the Hub is named', async ({ page, fixture, hub, tolerate }) => {
	tolerate(/401/);
	const merge = await openCard(page, fixture, 'broken/gone', hub);
	await merge.ask('check');
	await expectExplained(merge, /not-found|gated/);
	await expect(merge.error).toContainText('oracle/gone');
});

test('a gated parent sends the reader to its page', async ({ page, fixture, hub, tolerate }) => {
	tolerate(/401/);
	hub.fault({ kind: 'gated', path: 'oracle/b' });
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await expectExplained(merge, 'gated');
	await expect(merge.error).toContainText('oracle/b');
});

test('a Hub that does not answer is told from one that refuses', async ({
	page,
	fixture,
	hub,
	tolerate,
}) => {
	tolerate(/Failed to load|ERR_|net::|fetch/);
	hub.fault({ kind: 'drop' });
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	await merge.ask('check');
	await expectExplained(merge, 'network-failed');
	await merge.button('rehearse-instead').click();
	await merge.reach('planned');
	await expect(merge.part('watermark')).toBeVisible();
});

test('a card whose front matter does not parse is shown with what is wrong, and runs', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'broken/unparsable', hub);
	await expect(page.locator('main')).toContainText('The rest of it can still be read.');
	await expect(page.locator('section[aria-labelledby="findings"]')).toContainText(/line \d/i);
	await merge.ask('check');
	await merge.reach('planned');
});

test('a method that nobody knows is said on the page', async ({ page, fixture, hub }) => {
	await openCard(page, fixture, 'broken/unknown-method', hub);
	const main = page.locator('main');
	await expect(main).toContainText('alchemy');
	await expect(main.locator('[data-ask="check"]:enabled')).toHaveCount(0);
	await expect(main.locator('[data-blocked]')).toContainText(/alchemy/);
});

test('a recipe that is no YAML says so with a line', async ({ page, fixture, hub }) => {
	await openCard(page, fixture, 'broken/bad-recipe', hub);
	await expect(page.locator('[data-blocked]')).toContainText(/line \d|cannot be read/i);
	await expect(page.locator('section[aria-labelledby="findings"]')).toContainText(/line \d/i);
});

test('a card without a recipe says where to look', async ({ page, fixture, hub }) => {
	await openCard(page, fixture, 'broken/no-recipe', hub);
	await expect(page.locator('[data-blocked="no-recipe"] a').first()).toHaveAttribute(
		'href',
		/reproduce\/\?m=broken\/no-recipe/,
	);
});

test('parents that were never published can be rehearsed', async ({ page, fixture, hub }) => {
	const merge = await openCard(page, fixture, 'broken/local-parents', hub);
	const blocked = page.locator('[data-blocked="local-parents"]');
	await expect(blocked).toContainText('./mine/first');
	await expect(blocked.locator('[data-ask="folders"]')).toBeEnabled();
	await merge.ask('rehearsal');
	await merge.reach('planned');
	await merge.button('start').click();
	await merge.reach('done');
	expect(hub.log).toEqual([]);
});
