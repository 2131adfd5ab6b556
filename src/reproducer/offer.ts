import { findMethod } from '../merge/index.ts';
import { isLocalReference, modelReferences, modulesOf, parseRecipe } from '../recipe/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { RehearsalShape } from './contract.ts';

/** What a page needs to know of a recipe before it offers to run it. */
export interface RecipeOffer {
	readonly method: string;
	readonly models: readonly string[];
	/** Models that were never published. */
	readonly local: readonly string[];
	/** Toy weights that fit; null where none do. */
	readonly rehearsal: RehearsalShape | null;
}

/**
 * Reads a recipe and says what can be done with it. Throws `recipe-syntax`, `recipe-invalid`,
 * `method-unknown` and `method-unsupported`.
 */
export function offerFor(text: string, shapes: readonly RehearsalShape[]): RecipeOffer {
	const { recipe } = parseRecipe(text);
	findMethod(recipe.method);
	const models = modelReferences(recipe);
	return {
		method: recipe.method,
		models,
		local: models.filter(isLocalReference),
		rehearsal: shapeFor(recipe, shapes),
	};
}

/** The smallest toy shape that has all layers that a recipe reads; null where none has. */
function shapeFor(recipe: Recipe, shapes: readonly RehearsalShape[]): RehearsalShape | null {
	const ends = modulesOf(recipe)
		.flatMap(({ slices }) => slices.flatMap(({ sources }) => sources))
		.map(({ layerRange }) => layerRange[1]);
	const needed = Math.max(0, ...ends);
	const fitting = shapes.filter(({ layers }) => layers >= needed);
	return [...fitting].sort((a, b) => a.layers - b.layers)[0] ?? null;
}
