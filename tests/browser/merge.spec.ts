import { createHash } from 'node:crypto';
import { loadWasmKernels } from '../../src/kernels/index.ts';
import { DEFAULT_SEMANTICS } from '../../src/recipe/index.ts';
import { runCase } from '../support/oracle.ts';
import { CASES, METHOD_CASES } from './support/models.ts';
import { compareWithOracle, downloadZip, openCard } from './support/reproducer.ts';
import { expect, test } from './support/test.ts';

/** Tensors of each case's result: its published model's. */
const TENSORS: Readonly<Record<(typeof CASES)[number], number>> = {
	'slerp-card': 39,
	'slerp-far': 39,
	'slerp-f32': 39,
	'passthrough-stack': 57,
	'passthrough-block-expansion': 57,
};

for (const name of CASES)
	test(`${name} is checked, and its download agrees with mergekit's model`, async ({
		page,
		fixture,
		hub,
	}) => {
		const merge = await openCard(page, fixture, `oracle/${name}`, hub);
		await merge.ask('check');
		await merge.reach('planned');
		await expect(merge.part('plan-sentence')).toContainText(`${TENSORS[name]} tensors`);
		await merge.button('start').click();
		await merge.reach('done');
		await expect(merge.part('tensors')).toContainText(String(TENSORS[name]));
		const files = await downloadZip(page, merge);
		expect([...files.keys()].map((path) => path.replace(/^[^/]+\//, '')).sort()).toEqual([
			'README.md',
			'config.json',
			'mergekit_config.yml',
			'model.safetensors',
			'remelt.json',
		]);
		const comparison = compareWithOracle(files, name);
		expect(comparison.rows.filter(({ problem }) => problem !== undefined)).toEqual([]);
		expect(comparison.far).toBe(0);
		if (name.startsWith('passthrough')) expect(comparison.rows).toEqual([]);
		// Sums in float64 against mergekit's in float32: one bf16 rounding in ten thousand may differ.
		else if (name !== 'slerp-f32') expect(comparison.share).toBeGreaterThanOrEqual(0.9999);
		await expect(merge.part('identical')).toContainText(
			comparison.share === 1 ? '100 %' : /\d\.\d+ %/,
		);
	});

function digest(bytes: Uint8Array | undefined): string {
	return createHash('sha256')
		.update(bytes ?? '')
		.digest('hex');
}

for (const name of METHOD_CASES)
	test(`${name} comes out of the page with the bytes that Node gives it`, async ({
		page,
		fixture,
		hub,
	}) => {
		const merge = await openCard(page, fixture, `oracle/${name}`, hub);
		await merge.ask('check');
		await merge.reach('planned');
		await merge.button('start').click();
		await merge.reach('done');
		const files = await downloadZip(page, merge);
		const weights = [...files].find(([path]) => path.endsWith('/model.safetensors'))?.[1];
		const kernels = await loadWasmKernels();
		const inNode = await runCase(name, { kernels, semantics: DEFAULT_SEMANTICS });
		expect(digest(weights)).toBe(digest(inNode.files.get('model.safetensors')));
	});

test('weights are read by ranges only, headers before the plan and the rest after', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
	expect(hub.log).toEqual([]);
	await merge.ask('check');
	await merge.reach('planned');
	const weights = (): typeof hub.log =>
		hub.log.filter(({ path, method }) => path.includes('.safetensors') && method === 'GET');
	const before = weights().length;
	const headers = weights().filter(({ status }) => status === 206);
	expect(headers.length).toBeGreaterThan(0);
	await merge.button('start').click();
	await merge.reach('done');
	expect(weights().length).toBeGreaterThan(before);
	expect(weights().filter(({ range }) => range === null)).toEqual([]);
});

test('a merged model is saved into a folder that the reader picks', async ({
	page,
	fixture,
	hub,
}) => {
	// The picker needs a person: the origin's own file system stands in for what it would return.
	await page.addInitScript(() => {
		Object.assign(window, {
			showDirectoryPicker: async () =>
				(await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true }),
		});
	});
	const merge = await openCard(page, fixture, 'oracle/passthrough-stack', hub);
	await merge.ask('check');
	await merge.button('start').click();
	await merge.reach('done');
	await merge.button('save-folder').click();
	await expect(merge.part('save-message')).toContainText('Saved in');
	const saved = await page.evaluate(async () => {
		const root = await navigator.storage.getDirectory();
		const picked = await root.getDirectoryHandle('picked');
		const found: Record<string, number[]> = {};
		for await (const folder of picked.values()) {
			if (folder.kind !== 'directory') continue;
			const handle = folder;
			for await (const [name, file] of handle.entries())
				if (file.kind === 'file') {
					const blob = await file.getFile();
					found[`${folder.name}/${name}`] = [...new Uint8Array(await blob.arrayBuffer())];
				}
		}
		return found;
	});
	const files = new Map(Object.entries(saved).map(([path, bytes]) => [path, Buffer.from(bytes)]));
	expect(files.size).toBe(5);
	expect(compareWithOracle(files, 'passthrough-stack').rows).toEqual([]);
});
