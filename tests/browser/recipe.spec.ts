import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/test.ts';

const CARD = 'models/louisbrulenaudet/Pearl-7B-slerp/';

/** The card's recipe, with its editor loaded. */
async function openEditor(page: Page, url: string): Promise<Locator> {
	await page.goto(url + CARD);
	const recipe = page.locator('figure[data-recipe]').first();
	await recipe.getByRole('button', { name: 'Make a variant' }).click();
	await expect(recipe.getByText('As on the card')).toBeVisible();
	return recipe;
}

/** The YAML of the variant that is being made. */
async function variantOf(recipe: Locator): Promise<string> {
	await recipe.getByText('YAML of the variant').click();
	return recipe.locator('.rc-yaml').innerText();
}

test('a variant is made by keys, copied, and put back', async ({ page, site }) => {
	const recipe = await openEditor(page, site.url);
	const point = recipe.getByRole('slider', { name: 't of self_attn, point 2 of 5' });
	await expect(point).toHaveAttribute('aria-valuenow', '0.5');
	await point.focus();
	await page.keyboard.press('PageUp');
	await page.keyboard.press('ArrowUp');
	await expect(point).toHaveAttribute('aria-valuenow', '0.61');
	await expect(recipe.getByText('Not the author’s recipe any more')).toBeVisible();
	expect(await variantOf(recipe)).toContain('value: [0, 0.61, 0.3, 0.7, 1]');
	await recipe.getByRole('button', { name: 'Reset' }).click();
	await expect(point).toHaveAttribute('aria-valuenow', '0.5');
	await expect(recipe.getByText('Not the author’s recipe any more')).toHaveCount(0);
});

test('a variant is made by typing, and by adding and removing points', async ({ page, site }) => {
	const recipe = await openEditor(page, site.url);
	const mlp = recipe.getByRole('group', { name: 't of mlp', exact: true });
	await mlp.getByLabel('point 1', { exact: true }).fill('0.25');
	await mlp.getByRole('button', { name: 'Remove the last point' }).click();
	expect(await variantOf(recipe)).toContain('value: [0.25, 0.5, 0.7, 0.3]');
	await mlp.getByRole('button', { name: 'Add a point' }).click();
	await expect(recipe.locator('.rc-yaml')).toContainText('value: [0.25, 0.5, 0.7, 0.3, 0.3]');
});

test('a point is dragged, and the cells under it follow', async ({ page, site }) => {
	const recipe = await openEditor(page, site.url);
	const point = recipe.getByRole('slider', { name: 't of self_attn, point 1 of 5' });
	const cell = recipe.locator('.rc-cells rect').first();
	const before = await cell.getAttribute('fill');
	await point.scrollIntoViewIfNeeded();
	const box = await point.boundingBox();
	if (box === null) throw new Error('the point is not drawn');
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await page.mouse.down();
	await page.mouse.move(box.x, box.y - 200, { steps: 5 });
	await page.mouse.up();
	await expect(point).toHaveAttribute('aria-valuenow', '1');
	expect(await cell.getAttribute('fill')).not.toBe(before);
});

test('a layer’s values are read by keyboard', async ({ page, site }) => {
	const recipe = await openEditor(page, site.url);
	const reader = recipe.getByRole('slider', { name: 'read layer' });
	await reader.focus();
	await page.keyboard.press('End');
	await expect(reader).toHaveAttribute(
		'aria-valuetext',
		'Layer 31: self_attn 1 · mlp 0 · everything else 0.5',
	);
});

test('a variant is handed to the reproducer', async ({ page, site }) => {
	const recipe = await openEditor(page, site.url);
	const handed = page.evaluate(
		() =>
			new Promise<string>((resolve) => {
				document.addEventListener(
					'remelt:variant',
					(event) => {
						resolve((event as CustomEvent<{ recipe: string }>).detail.recipe);
					},
					{ once: true },
				);
			}),
	);
	await recipe.getByRole('slider', { name: 't of everything else, point 1 of 1' }).press('End');
	await recipe.getByRole('button', { name: 'Rehearse this variant' }).click();
	expect(await handed).toContain('- value: 1\n');
});

test('the editor has nothing that axe objects to', async ({ page, site }) => {
	const recipe = await openEditor(page, site.url);
	await recipe.getByRole('slider', { name: 't of mlp, point 1 of 5' }).press('Home');
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		const { violations } = await new AxeBuilder({ page }).include('figure[data-recipe]').analyze();
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
	}
});
