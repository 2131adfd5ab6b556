import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernels } from '../../src/kernels/index.ts';
import {
	createMemorySink,
	createTensorMerger,
	planMerge,
	runMerge,
} from '../../src/merge/index.ts';
import type { MergeOutcome, MergePlan, OpenFile, PassOptions } from '../../src/merge/index.ts';
import { modelReferences, parseRecipe, type Recipe } from '../../src/recipe/index.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { openNodeFolder } from '../../src/tensors/node.ts';
import { loadFolder, loadTensors, type LoadedTensor } from './compare.ts';

const ORACLE = join(import.meta.dirname, '../oracle');

/** The folder of one of the oracle's models. */
export function modelFolder(name: string): string {
	return join(ORACLE, 'models', name);
}

/** The folder with what mergekit made of a case. */
export function expectedFolder(name: string): string {
	return join(ORACLE, 'cases', name, 'expected');
}

/** The path of a case's recipe. */
export function recipePath(name: string): string {
	return join(ORACLE, 'cases', name, 'config.yml');
}

/** What mergekit made of a case, tensor by tensor. */
export function expectedTensors(name: string): Map<string, LoadedTensor> {
	return loadFolder(expectedFolder(name));
}

/** What mergekit's weight file of a case holds, byte for byte. */
export function expectedFile(name: string): Uint8Array {
	return readFileSync(join(expectedFolder(name), 'model.safetensors'));
}

/** A case's recipe, read. */
export function caseRecipe(name: string): Recipe {
	return parseRecipe(readFileSync(recipePath(name), 'utf8')).recipe;
}

/** Opens the oracle models that a recipe names. */
export async function openParents(recipe: Recipe): Promise<Map<string, ModelFiles>> {
	const names = modelReferences(recipe);
	const opened = names.map(
		async (name) => [name, await openNodeFolder(modelFolder(name))] as const,
	);
	return new Map(await Promise.all(opened));
}

/** Opens weight files of models by name, for mergers. */
export function opener(models: ReadonlyMap<string, ModelFiles>): OpenFile {
	return (name, file) => {
		const model = models.get(name);
		if (model === undefined) throw new Error(`${name} has not been opened`);
		return model.file(file);
	};
}

export interface CaseOptions extends PassOptions {
	readonly kernels: Kernels;
	readonly concurrency?: number;
	readonly memoryBudget?: number;
}

/** Files by their digests: short to print where they differ. */
export function digests(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
	const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
	return Object.fromEntries([...files].map(([name, bytes]) => [name, hash(bytes)]));
}

/** A case's merge, done. */
export interface CaseResult {
	readonly plan: MergePlan;
	readonly outcome: MergeOutcome;
	readonly files: ReadonlyMap<string, Uint8Array>;
	readonly tensors: Map<string, LoadedTensor>;
}

/** Runs a case of the oracle into memory, comparing with what mergekit made of it. */
export async function runCase(name: string, options: CaseOptions): Promise<CaseResult> {
	const { kernels, concurrency = 2, memoryBudget, unit, step } = options;
	const recipe = caseRecipe(name);
	const models = await openParents(recipe);
	const published = await openNodeFolder(expectedFolder(name));
	const headers = new Map([...models].map(([key, model]) => [key, model.headers]));
	const plan = planMerge(recipe, { headers, published: published.headers, memoryBudget });
	models.set('published', published);
	const sink = createMemorySink();
	const merge = createTensorMerger({ kernels, open: opener(models), memoryBudget, unit, step });
	const outcome = await runMerge(plan, { merge, concurrency, memoryBudget, sink });
	const weights = [...sink.files].filter(([file]) => file.endsWith('.safetensors'));
	return {
		plan,
		outcome,
		files: sink.files,
		tensors: loadTensors(weights.map(([, bytes]) => bytes)),
	};
}
