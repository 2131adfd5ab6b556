import type { RecipeContent, RecipeModel, RecipeModule, RecipeSource } from './types.ts';

/** The name that stands for the whole model in recipes without `modules`. */
export const DEFAULT_MODULE = 'default';

/**
 * The parts of the model that a recipe merges, one list for every reader: its `modules`, or one
 * called `default` that holds the recipe's own `models` or `slices` and no parameters. mergekit applies
 * `models` at the top to every module of the architecture, and takes `slices` at the top only where the
 * architecture has one module (mergekit.md §2.5).
 */
export function modulesOf(recipe: RecipeContent): readonly RecipeModule[] {
	if (recipe.modules.length > 0) return recipe.modules;
	const { models, slices } = recipe;
	return [{ name: DEFAULT_MODULE, models, slices, parameters: {} }];
}

/** The module that pictures of a recipe show: the first. */
export function shownModule(recipe: RecipeContent): RecipeModule {
	const [first] = modulesOf(recipe);
	return first ?? { name: DEFAULT_MODULE, models: [], slices: [], parameters: {} };
}

/** Every entry of a recipe that takes weights from a model, in order. */
export function inputsOf(recipe: RecipeContent): readonly (RecipeModel | RecipeSource)[] {
	return modulesOf(recipe).flatMap(({ models, slices }) => [
		...models,
		...slices.flatMap(({ sources }) => sources),
	]);
}
