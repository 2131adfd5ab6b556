import { expect, test } from './support/test.ts';

test('the vectors of the slerp figure move by keyboard, down to where slerp is an average', async ({
	page,
	site,
}) => {
	await page.goto(`${site.url}methods/slerp/`);
	const tip = page.getByRole('slider', { name: /^v₁/ });
	await expect(tip).toHaveAttribute('aria-valuetext', '118 degrees, length 1.00');
	await tip.focus();
	for (let turn = 0; turn < 10; turn++) await page.keyboard.press('PageDown');
	await expect(tip).toHaveAttribute('aria-valuetext', '18 degrees, length 1.00');
	await expect(page.getByText('here slerp is a plain average')).toBeVisible();
	for (let turn = 0; turn < 2; turn++) await page.keyboard.press('ArrowLeft');
	await expect(page.getByText('here slerp is a plain average')).toHaveCount(0);
	await page.keyboard.press('ArrowUp');
	await expect(tip).toHaveAttribute('aria-valuetext', '20 degrees, length 1.02');
});

test('the slerp figure follows the pointer, the slider and the fields', async ({ page, site }) => {
	await page.goto(`${site.url}methods/slerp/`);
	const tip = page.getByRole('slider', { name: /^v₀/ });
	await tip.scrollIntoViewIfNeeded();
	const box = await tip.boundingBox();
	if (box === null) throw new Error('the tip is not drawn');
	const x = box.x + box.width / 2;
	const y = box.y + box.height / 2;
	await page.mouse.move(x, y);
	await page.mouse.down();
	await page.mouse.move(x - 20, y + 40, { steps: 5 });
	await page.mouse.up();
	await expect(tip).not.toHaveAttribute('aria-valuetext', '18 degrees, length 1.00');
	await page.getByLabel('angle between, °').fill('90');
	await expect(page.getByText('cos θ = 0.0000')).toBeVisible();
	await page.locator('remelt-slerp input[type=range]').fill('0.5');
	await expect(page.getByRole('row', { name: /weight of v₁/ })).toContainText('0.707');
});
