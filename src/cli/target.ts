import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemeltError } from '../errors/index.ts';
import { resolvePath } from './paths.ts';
import { fileMissing } from './recipeText.ts';

/** What is to be verified: where its recipe is, and the model that claims it. */
export interface Target {
	/** A recipe's file, a card's, or a repository. */
	readonly recipe: string;
	/** A folder or a repository. */
	readonly published: string;
}

/** Where a model folder's recipe is, in the order in which they are tried. */
const PLACES = ['mergekit_config.yml', 'README.md'] as const;

/**
 * A folder and a repository have their recipe with them; a recipe's or a card's file is held against the
 * model that is named beside it.
 * @throws `recipe-missing` for a folder without a recipe, `file-missing` where a file is, or nothing is published
 */
export async function findTarget(
	{ recipe, published }: { readonly recipe: string; readonly published: string | null },
	folder: string,
): Promise<Target> {
	const path = resolvePath(folder, recipe);
	const found = await stat(path).catch(() => null);
	if (found?.isDirectory() === true)
		return { recipe: await recipeIn(path, recipe), published: published ?? recipe };
	if (published !== null) return { recipe, published };
	if (found === null) {
		if (/\.(?:ya?ml|md|markdown)$/i.test(recipe)) throw fileMissing(recipe);
		return { recipe, published: recipe };
	}
	throw new RemeltError('file-missing', `Nothing says which model ${recipe} is to have made.`, {
		hint: 'Name the model beside it: remelt verify RECIPE PUBLISHED, a folder or owner/name.',
		details: { recipe },
	});
}

async function recipeIn(path: string, name: string): Promise<string> {
	for (const place of PLACES) {
		const file = join(path, place);
		const text = await readFile(file, 'utf8').catch(() => null);
		if (text !== null && (place !== 'README.md' || /\bmerge_method\s*:/.test(text))) return file;
	}
	throw new RemeltError('recipe-missing', `There is no recipe in ${name}.`, {
		hint: `Put mergekit_config.yml there, or give the recipe: remelt verify RECIPE ${name}.`,
		details: { folder: name, looked: PLACES.join(', ') },
	});
}
