import type { Finding } from '../errors/index.ts';
import { planMerge, PUBLISHED } from '../merge/index.ts';
import type { MergePlan } from '../merge/index.ts';
import { modelReferences, parseRecipe, type Recipe } from '../recipe/index.ts';
import type { ReadingArguments } from './args.ts';
import { openModel, openModels, refuseUnknown, type OpenedModel, type Places } from './models.ts';
import { readRecipeText } from './recipeText.ts';

/** A recipe with its models opened and its plan made: everything but the weights. */
export interface Prepared {
	readonly recipe: Recipe;
	readonly plan: MergePlan;
	/** The recipe's and the plan's. */
	readonly findings: readonly Finding[];
	/** By reference; the one to compare with under {@link PUBLISHED}. */
	readonly models: ReadonlyMap<string, OpenedModel>;
}

/** Reads what a command line names and plans it. Throws whatever can be refused. */
export async function prepare(
	args: ReadingArguments,
	folder: string,
	signal: AbortSignal,
	note: (text: string) => void,
): Promise<Prepared> {
	const places: Places = { ...args, folder };
	const { text, of } = await readRecipeText({ ...args, folder }, signal);
	if (of > 1) note(`Recipe ${args.number} of the ${of} there; --recipe takes another.\n`);
	const { recipe, findings } = parseRecipe(text);
	const references = modelReferences(recipe);
	refuseUnknown(references, places);
	const models = await openModels(references, places, signal);
	const published =
		args.published === null ? null : await openModel(args.published, places, signal);
	const plan = planMerge(recipe, {
		headers: new Map([...models].map(([reference, { files }]) => [reference, files.headers])),
		published: published?.files.headers,
		semantics: args.semantics,
		seed: args.seed,
		ties: args.ties,
		memoryBudget: args.memory,
		shardSize: args.shardSize,
	});
	if (published) models.set(PUBLISHED, published);
	return { recipe, plan, findings: [...findings, ...plan.findings], models };
}
