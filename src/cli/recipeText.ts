import { readFile } from 'node:fs/promises';
import { RemeltError } from '../errors/index.ts';
import { readHubText } from '../hub/index.ts';
import type { ReadingArguments } from './args.ts';
import { resolvePath } from './paths.ts';

/** A recipe's YAML, and how many recipes there are to choose from where it was found. */
export interface RecipeText {
	readonly text: string;
	readonly of: number;
}

/**
 * Reads the recipe that a command line names: a file with it, a card's fence, or a repository on the
 * Hub where no file has that name.
 * @throws `file-missing`, `recipe-missing`, and as the Hub does
 */
export async function readRecipeText(
	{
		recipe,
		number,
		hub,
		folder,
	}: Pick<ReadingArguments, 'recipe' | 'number' | 'hub'> & {
		/** The folder that a path counts from. */
		readonly folder: string;
	},
	signal: AbortSignal,
): Promise<RecipeText> {
	const text = await readFile(resolvePath(folder, recipe), 'utf8').catch((error: unknown) => {
		if (isAbsent(error)) return null;
		throw fileMissing(recipe, error);
	});
	if (text !== null) return isCard(recipe) ? fromCard(text, recipe, number) : { text, of: 1 };
	if (/\.ya?ml$/i.test(recipe) || isCard(recipe)) throw fileMissing(recipe);
	const { findInRepo, parseRepoAddress } = await import('../lookup/index.ts');
	const address = parseRepoAddress(recipe);
	if (address === null) throw fileMissing(recipe);
	const found = await findInRepo(
		address,
		async (of, name) => readHubText({ base: hub, ...of }, name, { signal }),
		number,
	);
	return { text: found.text, of: found.others + 1 };
}

function isCard(path: string): boolean {
	return /\.(?:md|markdown)$/i.test(path);
}

function isAbsent(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The error of a recipe's or a card's file that is not there. */
export function fileMissing(file: string, cause?: unknown): RemeltError {
	return new RemeltError('file-missing', `The file ${file} cannot be read.`, {
		hint: 'Check the path; a repository on the Hub is named owner/name.',
		details: { file },
		cause,
	});
}

async function fromCard(card: string, file: string, number: number): Promise<RecipeText> {
	// Loaded on demand: all that reads Markdown takes longer to load than a plan to make.
	const { findRecipes } = await import('../card/index.ts');
	const recipes = findRecipes(card);
	const found = recipes[number - 1];
	if (found !== undefined) return { text: found.text, of: recipes.length };
	throw new RemeltError(
		'recipe-missing',
		recipes.length === 0
			? `The card ${file} has no merge recipe in it.`
			: `The card ${file} has ${recipes.length} merge recipes, not ${number}.`,
		{
			hint: 'A recipe is a fenced YAML block with merge_method; it can also be given as a file.',
			details: { file, recipes: recipes.length },
		},
	);
}
