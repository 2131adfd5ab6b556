import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernels } from '../../../src/kernels/index.ts';
import { planMerge, PUBLISHED, type MergePlan } from '../../../src/merge/index.ts';
import { parseRecipe, type Recipe } from '../../../src/recipe/index.ts';
import type { ModelFiles, ModelHeaders, TensorEntry } from '../../../src/tensors/index.ts';
import { checkWindow, planSpot } from '../../../src/verify/spot/index.ts';
import type { SpotFinding, SpotPlan, WindowBytes } from '../../../src/verify/spot/index.ts';
import { caseRecipe, expectedFolder, openParents, recipePath } from '../../support/oracle.ts';

/** A published model in memory. */
export interface Published {
	readonly headers: ModelHeaders;
	readonly bytes: Uint8Array;
}

type Entries = Record<
	string,
	{ dtype: TensorEntry['dtype']; shape: number[]; data_offsets: [number, number] }
>;

/** What mergekit made of a case, with a copy of its bytes that may be altered. */
export function publishedCase(name: string, semantics?: string): Published {
	const file = 'model.safetensors';
	const folder = expectedFolder(name, semantics);
	const read = (): Buffer => {
		try {
			return readFileSync(join(folder, file));
		} catch {
			return readFileSync(join(folder, 'model-00001-of-00001.safetensors'));
		}
	};
	return publishedFrom(name, read());
}

/** A model's one weight file as a published model; its bytes are copied. */
export function publishedFrom(name: string, source: Uint8Array): Published {
	const file = 'model.safetensors';
	const bytes = Uint8Array.from(source);
	const view = new DataView(bytes.buffer);
	const start = 8 + Number(view.getBigUint64(0, true));
	const entries = JSON.parse(Buffer.from(bytes.subarray(8, start)).toString('utf8')) as Entries;
	const tensors = Object.entries(entries)
		.filter(([key]) => key !== '__metadata__')
		.map(
			([
				key,
				{
					dtype,
					shape,
					data_offsets: [from, to],
				},
			]): [string, TensorEntry] => [
				key,
				{ name: key, dtype, shape, file, start: start + from, end: start + to },
			],
		);
	const headers: ModelHeaders = {
		id: name,
		revision: 'oracle',
		config: '{}',
		tensors: new Map(tensors),
		files: new Map([[file, { size: bytes.length, etag: null }]]),
	};
	return { headers, bytes };
}

export interface SpotRun {
	readonly plan: MergePlan;
	readonly spot: SpotPlan;
	readonly findings: readonly SpotFinding[];
}

export interface SpotRunOptions {
	readonly kernels: Kernels;
	readonly recipe: Recipe;
	readonly published: Published;
	readonly semantics: string;
	readonly sampleSeed?: number;
	readonly elements?: number;
	/** Parents in the place of the oracle's. */
	readonly parents?: ReadonlyMap<string, ModelFiles>;
}

/** A spot check of a published model against a recipe over the oracle's models. */
export async function spotCheck(options: SpotRunOptions): Promise<SpotRun> {
	const { kernels, recipe, published, semantics, sampleSeed = 1, elements } = options;
	const parents = options.parents ?? (await openParents(recipe));
	const headers = new Map([...parents].map(([key, model]) => [key, model.headers]));
	const plan = planMerge(recipe, { headers, published: published.headers, semantics });
	const spot = planSpot(plan, { sampleSeed, elements });
	const findings: SpotFinding[] = [];
	for (const window of spot.windows) {
		const inputs = window.ranges.map(async ({ model, file, start, end }) => {
			const files = parents.get(model);
			if (files === undefined) throw new Error(`${model} has not been opened`);
			return files.file(file).read(start, end);
		});
		const { start, end, model } = window.published;
		if (model !== PUBLISHED) throw new Error(`${model} is not the published model`);
		const bytes: WindowBytes = {
			inputs: await Promise.all(inputs),
			published: published.bytes.slice(start, end),
		};
		findings.push(await checkWindow(kernels, plan, window, bytes));
	}
	return { plan, spot, findings };
}

/** A case's recipe with its text changed first. */
export function changedRecipe(name: string, change: (text: string) => string): Recipe {
	const text = readFileSync(recipePath(name), 'utf8');
	const changed = change(text);
	if (changed === text) throw new Error(`nothing changed in ${name}`);
	return parseRecipe(changed).recipe;
}

export { caseRecipe };
