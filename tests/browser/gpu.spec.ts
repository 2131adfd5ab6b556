import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.ts';
import { loadWasmKernels } from '../../src/kernels/index.ts';
import { DEFAULT_SEMANTICS } from '../../src/recipe/index.ts';
import { runCase } from '../support/oracle.ts';
import type { FloatDtype } from '../../src/tensors/index.ts';
import type { Asked, Mistake } from './support/gpuPage.ts';
import { SOFTWARE_GPU_FLAGS, startGpuServer, type GpuServer } from './support/gpuServer.ts';
import { downloadZip, openCard } from './support/reproducer.ts';
import { expect, test as base } from './support/test.ts';

const chromium = findChromium();

/** A test on a page whose WebGPU runs on the processor. */
const test = base.extend<{ gpuPage: undefined }, { gpuServer: GpuServer }>({
	gpuServer: [
		async ({}, use) => {
			const server = await startGpuServer();
			await use(server);
			await server.close();
		},
		{ scope: 'worker' },
	],
	gpuPage: async ({ page, gpuServer }, use) => {
		await page.goto(gpuServer.url);
		await page.waitForFunction(() => 'gpuPage' in globalThis);
		await use(undefined);
	},
});

test.use({
	launchOptions: {
		...(chromium !== null && { executablePath: chromium }),
		args: [...CHROMIUM_FLAGS, ...SOFTWARE_GPU_FLAGS],
	},
});

const DTYPES: readonly FloatDtype[] = ['F32', 'F16', 'BF16'];

/** Every pair of dtypes into every dtype, of random bits and of numbers near each other. */
const PAIRS: readonly Asked[] = DTYPES.flatMap((a) =>
	DTYPES.flatMap((b) =>
		DTYPES.flatMap((dtype) =>
			(['bits', 'weights'] as const).map((pattern) => ({
				pattern,
				inputs: [a, b],
				dtype,
				weights: pattern === 'bits' ? [0.5, -0.75] : [0.3, 0.7],
				elements: 12_289,
			})),
		),
	),
);

/** One to eight inputs, and lengths around a block and an even number. */
const SIZES: readonly Asked[] = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((count) =>
	[1, 4095, 4097, 20_000].map((elements) => ({
		pattern: count % 2 === 0 ? ('finite' as const) : ('weights' as const),
		inputs: Array.from({ length: count }, (_, i) => DTYPES[(i + count) % 3] ?? 'F32'),
		dtype: DTYPES[count % 3] ?? 'F32',
		weights: Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 0.6 : -0.35) / (i + 1)),
		elements,
	})),
);

test('the GPU’s bits and counts are those of WASM', async ({ page, gpuPage }) => {
	void gpuPage;
	const results = await page.evaluate(
		(list) => globalThis.gpuPage.compareBackends(list),
		[...PAIRS, ...SIZES],
	);
	for (const { asked, difference, counts } of results) {
		expect(difference, JSON.stringify(asked)).toBeNull();
		expect(counts.gpu, JSON.stringify(asked)).toEqual(counts.wasm);
	}
	// The data are such that there is something to count.
	const all = results.map(({ counts }) => counts.wasm);
	expect(all.some(({ maxUlp }) => maxUlp === 2 ** 32 - 1)).toBe(true);
	expect(all.some(({ signOfZero }) => signOfZero > 0)).toBe(true);
	expect(all.some(({ histogram }) => histogram.every((count) => count > 0))).toBe(true);
});

test('pieces give the bits and counts of the whole', async ({ page, gpuPage }) => {
	void gpuPage;
	const list = PAIRS.filter(({ pattern }) => pattern === 'bits').slice(0, 9);
	// One block at a time: two are under way, and the last is not whole.
	const results = await page.evaluate(
		(asked) => globalThis.gpuPage.compareBackends(asked, 4096),
		list,
	);
	for (const { asked, difference, counts } of results) {
		expect(difference, JSON.stringify(asked)).toBeNull();
		expect(counts.gpu).toEqual(counts.wasm);
	}
});

const MERGE: Asked = {
	pattern: 'weights',
	inputs: ['BF16', 'BF16'],
	dtype: 'BF16',
	weights: [0.3, 0.7],
	elements: 2 ** 19 + 4097,
};

/** Averages of bf16 numbers often lie halfway between two. */
const AVERAGE: Asked = { ...MERGE, weights: [0.5, 0.5] };

const MISTAKES: readonly [mistake: Mistake, asked: Asked][] = [
	['fused', MERGE],
	['half-up', AVERAGE],
];

test('the right shaders pass the self-test', async ({ page, gpuPage }) => {
	void gpuPage;
	expect(await page.evaluate(() => globalThis.gpuPage.selfTestOf(null))).toBeNull();
});

for (const mistake of ['fused', 'half-up', 'floats'] as const)
	test(`shaders with a mistake fail the self-test: ${mistake}`, async ({ page, gpuPage }) => {
		void gpuPage;
		const said = await page.evaluate((name) => globalThis.gpuPage.selfTestOf(name), mistake);
		expect(said).toMatch(/^gpu-wrong: The GPU fails the self-test: /);
	});

for (const [mistake, asked] of MISTAKES)
	test(`a mistake is found while merging, too: ${mistake}`, async ({ page, gpuPage }) => {
		void gpuPage;
		const report = await page.evaluate(([name, task]) => globalThis.gpuPage.mergeWith(name, task), [
			mistake,
			asked,
		] as const);
		expect(report.left).toHaveLength(1);
		expect(report.left[0]).toMatch(
			/^gpu-wrong: The GPU gave another result in block \d+ of 130\.$/,
		);
		// The chunk in which it was found and all after it are WASM's.
		expect(report.identical).toBe(asked.elements);
	});

test('a device that is lost half-way ends in the right result', async ({ page, gpuPage }) => {
	void gpuPage;
	// Of six chunks, three are written and three compared.
	for (const chunk of [1, 2, 5]) {
		const report = await page.evaluate(
			([task, at]) => globalThis.gpuPage.mergeWith(null, task, at),
			[MERGE, chunk] as const,
		);
		expect(report.difference).toBeNull();
		expect(report.identical).toBe(MERGE.elements);
		expect(report.left).toHaveLength(1);
		expect(report.left[0]).toMatch(/^gpu-unavailable: /);
	}
});

test('a merge on the GPU is right, and both backends can be timed', async ({ page, gpuPage }) => {
	void gpuPage;
	const report = await page.evaluate((task) => globalThis.gpuPage.mergeWith(null, task), MERGE);
	expect(report).toEqual({ left: [], difference: null, identical: MERGE.elements });
	const calibration = await page.evaluate(() => globalThis.gpuPage.measure());
	test.info().annotations.push({ type: 'rates', description: JSON.stringify(calibration) });
	for (const { wasm, webgpu } of Object.values(calibration)) {
		expect(wasm).toBeGreaterThan(0);
		expect(webgpu).toBeGreaterThan(0);
	}
});

test('the reader of a card chooses what computes, and gets the same bytes', async ({
	page,
	fixture,
	hub,
}) => {
	const kernels = await loadWasmKernels();
	const inNode = await runCase('slerp-card', { kernels, semantics: DEFAULT_SEMANTICS });
	const expected = Buffer.from(inNode.files.get('model.safetensors') ?? []);
	for (const [setting, said] of [
		['webgpu', /^Computed with WebGPU( \(.*\))?, as you chose\.$/],
		// On a processor that plays the graphics card.
		['auto', /^Computed with WASM: WebGPU would be 0\.\d+× as fast here/],
		['wasm', /^Computed with WASM, as you chose\.$/],
	] as const) {
		const merge = await openCard(page, fixture, 'oracle/slerp-card', hub);
		await merge.ask('check');
		await merge.reach('planned');
		await merge.part('backend-setting').selectOption(setting);
		await merge.button('start').click();
		await merge.reach('done');
		await expect(merge.part('backend')).toHaveText(said);
		const files = await downloadZip(page, merge);
		const weights = [...files].find(([path]) => path.endsWith('/model.safetensors'))?.[1];
		expect(weights?.equals(expected)).toBe(true);
	}
});

test('a card whose merge has nothing for a GPU offers no choice', async ({
	page,
	fixture,
	hub,
}) => {
	const merge = await openCard(page, fixture, 'oracle/passthrough-stack', hub);
	await merge.ask('check');
	await merge.reach('planned');
	await expect(merge.part('backend-setting')).toHaveCount(0);
});
