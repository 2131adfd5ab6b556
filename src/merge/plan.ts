import { RemeltError } from '../errors/index.ts';
import {
	DEFAULT_SEMANTICS,
	findSemantics,
	methodSince,
	modulesOf,
	type Recipe,
	type Semantics,
} from '../recipe/index.ts';
import type { ModelHeaders } from '../tensors/index.ts';
import { editConfig } from './config.ts';
import { inputsFindings, methodFindings, publishedFindings, recipeFindings } from './findings.ts';
import { outputWeights } from './inputs.ts';
import { layOut } from './layout.ts';
import { DEFAULT_MEMORY_BUDGET, tensorPasses } from './memory.ts';
import { findMethod } from './methods/registry.ts';
import { placeDraws, streamOrder } from './order.ts';
import { planTensor, PUBLISHED } from './planTensor.ts';
import { writeReadme } from './readme.ts';
import { refuseAdapters, resolveSources, type PlanSources } from './sources.ts';
import { checkTokenizer } from './tokenizer.ts';
import type { MergeMethod, MergePlan, PlannedTensor, PlanOptions } from './types.ts';

/**
 * What a recipe means for concrete models: every output tensor with its inputs as byte ranges and its
 * numbers resolved, the output files, and what a run will read, write and hold. Pure; refuses
 * everything that can be refused without reading a weight.
 * @throws `semantics-unknown`, `method-unknown`, `method-unsupported`, `base-missing`, `model-count`,
 *   `layer-range`, `architecture-unknown`, `architecture-mismatch`, `not-found`, `parameter-missing`,
 *   `parameter-invalid`, `tensor-missing`, `shape-mismatch`, `dtype-unsupported`, `recipe-invalid`,
 *   `lora-unsupported`, `tokenizer-unsupported`.
 */
export function planMerge(recipe: Recipe, options: PlanOptions): MergePlan {
	const { headers, published, memoryBudget, shardSize, seed = 0, ties = 'mergekit' } = options;
	const semantics = findSemantics(options.semantics ?? DEFAULT_SEMANTICS);
	const method = findMethod(recipe.method);
	requireAge(method, semantics);
	if (method.base === 'one-of' || method.base === 'apart') requireBase(recipe, method);
	const sources = resolveSources(recipe, headers);
	const context = { recipe, method, semantics, seed, ties, published };
	const tokenizer = checkTokenizer(recipe, sources, semantics);
	const weights = outputWeights(sources, { semantics, crop: method.crop ?? 'common' });
	const unplaced = weights.map((weight) => planTensor(weight, context));
	const layout = layOut(placeDraws(streamOrder(unplaced, semantics)), {
		shardSize,
		limit: semantics.shardLimit,
		alwaysIndexed: semantics.singleFile === 'indexed',
	});
	const draws = layout.tensors.some(isRandom);
	const config = editConfig(recipe, sources, weights);
	const models = modelsOf(sources);
	const readme = writeReadme({
		recipe,
		method: method.label,
		semantics: semantics.name,
		models,
		donor: sources.donor.model,
		tensors: unplaced.length,
	});
	const texts: Record<string, string> = { 'config.json': config.text };
	texts['mergekit_config.yml'] = recipe.text;
	texts['README.md'] = readme;
	if (layout.index !== null) texts['model.safetensors.index.json'] = layout.index;
	return {
		method: method.name,
		semantics: semantics.name,
		seed: draws ? seed : null,
		ties,
		tensors: layout.tensors,
		files: layout.files,
		texts,
		models: published ? { ...models, [PUBLISHED]: identity(published) } : models,
		totals: totalsOf(layout.tensors, layout.files, memoryBudget ?? DEFAULT_MEMORY_BUDGET),
		findings: [
			...recipeFindings(recipe, sources),
			...inputsFindings(sources, layout.tensors),
			...tokenizer,
			...methodFindings(layout.tensors, draws && options.seed === undefined),
			...config.findings,
			...(published ? publishedFindings(layout.tensors, published) : []),
		],
	};
}

/**
 * Refuses what can be told before any model has been opened: an unknown method, LoRA adapters.
 * @throws `method-unknown`, `method-unsupported`, `lora-unsupported`.
 */
export function refuseEarly(recipe: Recipe): void {
	findMethod(recipe.method);
	refuseAdapters(recipe);
}

/** A method is refused where the mergekit that is asked for had not got it yet. */
function requireAge({ name, label }: MergeMethod, semantics: Semantics): void {
	const since = methodSince(name);
	if (since === null || semantics.date === null || since <= semantics.date) return;
	throw new RemeltError(
		'method-unknown',
		`mergekit ${semantics.name} has no method ${name}: it came on ${since}.`,
		{
			hint: `Ask for semantics of that day or later; ${label} cannot have been run with an older mergekit.`,
			details: { method: name, since, semantics: semantics.name },
		},
	);
}

function isRandom({ operation }: PlannedTensor): boolean {
	return operation.kind === 'task-vectors' && operation.random !== null;
}

function requireBase(recipe: Recipe, method: MergeMethod): void {
	const whole = modulesOf(recipe).some(({ models }) => models.length > 0);
	const slice = modulesOf(recipe)
		.flatMap(({ slices }) => slices)
		.findIndex(({ baseModel }) => baseModel === null);
	if (recipe.baseModel !== null || (!whole && slice < 0)) return;
	throw new RemeltError('base-missing', `${method.label} needs a base_model, and none is given.`, {
		hint:
			method.base === 'one-of'
				? `Add base_model: with one of the recipe's models. For ${method.name} that is where t = 0.`
				: 'Add base_model: with the model that the others were tuned from.',
		details: { method: method.name, slice: slice < 0 ? null : slice },
	});
}

function modelsOf({ slices, donor }: PlanSources): Record<string, ReturnType<typeof identity>> {
	const models: Record<string, ReturnType<typeof identity>> = {};
	const add = ({ model, headers }: { model: string; headers: ModelHeaders }): void => {
		models[model] ??= identity(headers);
	};
	add(donor);
	for (const slice of slices) for (const source of slice.sources) add(source);
	return models;
}

function identity({ id, revision }: ModelHeaders): { id: string; revision: string } {
	return { id, revision };
}

function totalsOf(
	tensors: readonly PlannedTensor[],
	files: MergePlan['files'],
	budget: number,
): MergePlan['totals'] {
	const passes = tensors.map((tensor) => tensorPasses(tensor, budget));
	const everything = tensors.map(({ bytes }, index) => bytes + (passes[index]?.bytes ?? 0));
	return {
		tensors: tensors.length,
		bytesToRead: sum(passes.map(({ bytesToRead }) => bytesToRead)),
		bytesToWrite: sum(files.map(({ size }) => size)),
		// A run starts no tensor that would take it beyond the budget, unless one alone does.
		peakMemory: Math.max(...passes.map(({ bytes }) => bytes), Math.min(sum(everything), budget)),
		requests: sum(passes.map(({ requests }) => requests)),
	};
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
