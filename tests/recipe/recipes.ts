import { readFileSync } from 'node:fs';
import { parseRecipe, type Recipe } from '../../src/recipe/index.ts';

/** The text of a recipe in `cases/`. */
export function caseText(name: string): string {
	return readFileSync(new URL(`cases/${name}.yml`, import.meta.url), 'utf8');
}

/** A recipe in `cases/`, read. */
export function caseRecipe(name: string): Recipe {
	return parseRecipe(caseText(name)).recipe;
}

/** A recipe from lines, read. */
export function recipeOf(...lines: readonly string[]): Recipe {
	return parseRecipe(lines.join('\n')).recipe;
}
