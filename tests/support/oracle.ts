import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernels } from '../../src/kernels/index.ts';
import {
	createMemorySink,
	createTensorMerger,
	planMerge,
	runMerge,
} from '../../src/merge/index.ts';
import type {
	MergeOutcome,
	MergePlan,
	OpenFile,
	PassOptions,
	TiesOrder,
} from '../../src/merge/index.ts';
import { modelReferences, parseRecipe, type Recipe } from '../../src/recipe/index.ts';
import type { ModelFiles } from '../../src/tensors/index.ts';
import { openNodeFolder } from '../../src/tensors/node.ts';
import { loadFolder, loadTensors, type LoadedTensor } from './compare.ts';

const ORACLE = join(import.meta.dirname, '../oracle');

/** The folder of one of the oracle's models. */
export function modelFolder(name: string): string {
	return join(ORACLE, 'models', name);
}

/** The commit that the cases were made with, by the name of its semantics. */
export const CASES_MADE_WITH = '0.1.4';

/** The releases that cases were made with, too. */
export const ERAS: readonly string[] = readdirSync(join(ORACLE, 'eras'));

/** The cases that a release was run on, refusals left out. */
export function casesOf(semantics: string): string[] {
	const folder = semantics === CASES_MADE_WITH ? 'cases' : join('eras', semantics);
	return readdirSync(join(ORACLE, folder)).filter((name) => !name.startsWith('error-'));
}

/** The folder with what mergekit made of a case. */
export function expectedFolder(name: string, semantics = CASES_MADE_WITH): string {
	const folder = semantics === CASES_MADE_WITH ? 'cases' : join('eras', semantics);
	return join(ORACLE, folder, name, 'expected');
}

/** The path of a case's recipe. */
export function recipePath(name: string): string {
	return join(ORACLE, 'cases', name, 'config.yml');
}

/** What mergekit made of a case, tensor by tensor. */
export function expectedTensors(name: string, semantics?: string): Map<string, LoadedTensor> {
	return loadFolder(expectedFolder(name, semantics));
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
	/** Default {@link CASES_MADE_WITH}. */
	readonly semantics?: string;
	readonly ties?: TiesOrder;
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
	const { kernels, concurrency = 2, memoryBudget, unit, step, ties } = options;
	const { semantics = CASES_MADE_WITH } = options;
	const recipe = caseRecipe(name);
	const models = await openParents(recipe);
	// Folders of the eras hold weights only, without a configuration.
	const published = ERAS.includes(semantics)
		? undefined
		: await openNodeFolder(expectedFolder(name));
	const headers = new Map([...models].map(([key, model]) => [key, model.headers]));
	const plan = planMerge(recipe, {
		headers,
		published: published?.headers,
		memoryBudget,
		semantics,
		ties,
	});
	if (published) models.set('published', published);
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
