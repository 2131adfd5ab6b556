import type { Finding } from '../errors/index.ts';
import { plannedHeaders, planMerge, PUBLISHED, refuseEarly } from '../merge/index.ts';
import type { MergePlan } from '../merge/index.ts';
import { modelReferences, parseRecipes, type Recipe } from '../recipe/index.ts';
import type { ModelHeaders } from '../tensors/index.ts';
import type { ReadingArguments } from './args.ts';
import { openModel, openModels, refuseUnknown, type OpenedModel, type Places } from './models.ts';
import { waitText } from './print.ts';
import { readRecipeText } from './recipeText.ts';

/** A recipe with its models opened and its plan made: everything but the weights. */
export interface Prepared {
	/** The name by which later recipes mean the result; null for the one whose result is wanted. */
	readonly name: string | null;
	readonly recipe: Recipe;
	readonly plan: MergePlan;
	/** By reference, those that exist; the one to compare with under {@link PUBLISHED}. */
	readonly models: ReadonlyMap<string, OpenedModel>;
	/** References of models that earlier recipes make. */
	readonly needs: readonly string[];
}

/** What a command line asks for: one merge, and those that have to come before it. */
export interface PreparedRun {
	/** In the order in which they can be run. */
	readonly before: readonly Prepared[];
	readonly last: Prepared;
	/** What is odd about the recipe's text; plans have findings of their own. */
	readonly findings: readonly Finding[];
}

/** What a command line names, opened: what does not depend on semantics or seed. */
export interface Opened {
	readonly recipes: ReturnType<typeof parseRecipes>['recipes'];
	readonly findings: readonly Finding[];
	/** By reference; models that the recipes make themselves are not among them. */
	readonly models: ReadonlyMap<string, OpenedModel>;
	/** The one to compare with. */
	readonly published: OpenedModel | null;
}

/** Reads what a command line names and plans all of it. Throws whatever can be refused. */
export async function prepare(
	args: ReadingArguments,
	folder: string,
	signal: AbortSignal,
	note: (text: string) => void,
): Promise<PreparedRun> {
	return planRun(await openRun(args, folder, signal, note), args);
}

/** Reads a recipe and opens its models. Throws what can be refused without a plan. */
export async function openRun(
	args: ReadingArguments,
	folder: string,
	signal: AbortSignal,
	note: (text: string) => void,
): Promise<Opened> {
	const places: Places = {
		...args,
		folder,
		onWait: (wait) => {
			note(`${waitText(wait, Date.now())}\n`);
		},
	};
	const { text, of } = await readRecipeText({ ...args, folder }, signal);
	if (of > 1) note(`Recipe ${args.number} of the ${of} there; --recipe takes another.\n`);
	const { recipes, findings } = parseRecipes(text);
	for (const { recipe } of recipes) refuseEarly(recipe);
	const names = namesOf(recipes);
	const references = [...new Set(recipes.flatMap(({ recipe }) => modelReferences(recipe)))];
	const wanted = references.filter((reference) => !names.has(reference));
	refuseUnknown(wanted, places);
	const models = await openModels(wanted, places, signal);
	const published =
		args.published === null ? null : await openModel(args.published, places, signal);
	return { recipes, findings, models, published };
}

/** Plans all of it. Throws whatever can be refused. */
export function planRun(
	{ recipes, findings, models, published }: Opened,
	args: ReadingArguments,
): PreparedRun {
	const names = namesOf(recipes);
	const prepared: Prepared[] = [];
	for (const { name, recipe } of recipes) {
		const mentioned = modelReferences(recipe);
		const needs = mentioned.filter((reference) => names.has(reference));
		const opened = new Map([...models].filter(([reference]) => mentioned.includes(reference)));
		const headers = new Map([...headersOf(opened), ...made(prepared, needs)]);
		const compared = name === null ? published : null;
		const plan = planMerge(recipe, {
			...planOptions(args),
			headers,
			published: compared?.files.headers,
		});
		if (compared !== null) opened.set(PUBLISHED, compared);
		prepared.push({ name, recipe, plan, models: opened, needs });
	}
	const last = prepared.pop();
	if (last === undefined) throw new RangeError('a text without recipes is refused before');
	return { before: prepared, last, findings };
}

/** Names of the models that the recipes make themselves. */
function namesOf(recipes: Opened['recipes']): ReadonlySet<string> {
	return new Set(recipes.flatMap(({ name }) => name ?? []));
}

function planOptions(args: ReadingArguments): Omit<Parameters<typeof planMerge>[1], 'headers'> {
	return {
		semantics: args.semantics,
		seed: args.seed,
		ties: args.ties,
		memoryBudget: args.memory,
		shardSize: args.shardSize,
	};
}

function headersOf(models: ReadonlyMap<string, OpenedModel>): (readonly [string, ModelHeaders])[] {
	return [...models].map(([reference, { files }]) => [reference, files.headers] as const);
}

/** Headers of the results of earlier recipes, as they will be. */
function made(
	prepared: readonly Prepared[],
	needs: readonly string[],
): (readonly [string, ModelHeaders])[] {
	return prepared.flatMap(({ name, plan }) =>
		name !== null && needs.includes(name) ? [[name, plannedHeaders(plan, name)] as const] : [],
	);
}
