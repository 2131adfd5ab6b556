import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import {
	createMemorySink,
	createTensorMerger,
	methodNames,
	planMerge,
	runMerge,
	tensorPasses,
} from '../../src/merge/index.ts';
import type { MergePlan, PassOptions } from '../../src/merge/index.ts';
import { opener } from '../support/oracle.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

/** Rows of a matrix that is no whole number of blocks, so that chunks cut rows. */
const SHAPE = [83, 131];

const MATRIX = 'model.layers.0.mlp.up_proj.weight';

let kernels: Kernels;

beforeAll(async () => {
	kernels = await loadWasmKernels();
});

function modelsOf(dtype: 'BF16' | 'F16' | 'F32'): Record<string, ReturnType<typeof tinyModel>> {
	const make = (name: string, seed: number): ReturnType<typeof tinyModel> =>
		tinyModel(name, {
			layers: 1,
			elements: 4096 + 5,
			shapes: { [MATRIX]: SHAPE },
			dtype,
			seed,
			anyBits: true,
		});
	return { base: make('base', 1), a: make('a', 2), b: make('b', 3) };
}

/** A recipe that every method of the family takes, with parameters that it does not read left in. */
function recipeText(method: string): string {
	const own = 'parameters: {weight: 0.4, density: 0.6, gamma: 0.05, epsilon: 0.1}';
	if (method === 'passthrough')
		return 'models: [{model: a, parameters: {scale: 1.5}}]\nmerge_method: passthrough\n';
	const base = method === 'linear' ? '' : `base_model: ${method === 'slerp' ? 'a' : 'base'}\n`;
	return `models: [{model: a, ${own}}, {model: b, ${own}}]\nmerge_method: ${method}\n${base}parameters: {t: 0.3, rescale: true}\n`;
}

it.each(methodNames())('%s looks at its inputs as often as the plan says', async (method) => {
	for (const dtype of ['BF16', 'F32'] as const)
		for (const semantics of ['precise', '0.1.4', '0.1.5']) {
			const models = modelsOf(dtype);
			const headers = headersOf(models);
			const plan = planMerge(recipeOf(recipeText(method)), { headers, semantics, seed: 3 });
			const open = opener(new Map(Object.entries(models)));
			const merge = createTensorMerger({ kernels, open, memoryBudget: 1 });
			const outcome = await runMerge(plan, { merge, concurrency: 1, memoryBudget: 1 });
			const planned = plan.tensors.map((tensor) => tensorPasses(tensor, 1).bytesToRead);
			expect(outcome.results.map(({ bytesRead }) => bytesRead)).toEqual(planned);
		}
});

async function digestOf(
	plan: MergePlan,
	models: Readonly<Record<string, ReturnType<typeof tinyModel>>>,
	options: PassOptions & { memoryBudget?: number; concurrency?: number },
): Promise<string> {
	const { memoryBudget, concurrency = 1, ...passes } = options;
	const open = opener(new Map(Object.entries(models)));
	const sink = createMemorySink();
	const merge = createTensorMerger({ kernels, open, memoryBudget, ...passes });
	await runMerge(plan, { merge, concurrency, memoryBudget, sink });
	return createHash('sha256')
		.update(sink.files.get('model.safetensors') ?? '')
		.digest('hex');
}

it.each(methodNames())(
	'%s makes the same bytes of any bits, however many tensors and elements at a time',
	async (method) => {
		for (const dtype of ['BF16', 'F16', 'F32'] as const)
			for (const semantics of ['precise', '0.1.4', '0.1.5']) {
				const models = modelsOf(dtype);
				const plan = planMerge(recipeOf(recipeText(method)), {
					headers: headersOf(models),
					semantics,
					seed: 3,
				});
				const digests = new Set<string>();
				for (const options of [
					{},
					{ concurrency: 4 },
					{ memoryBudget: 1 },
					{ unit: 2 * 4096, step: 4096 },
				])
					digests.add(await digestOf(plan, models, options));
				expect([dtype, semantics, digests.size]).toEqual([dtype, semantics, 1]);
			}
	},
);
