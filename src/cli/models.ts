import { readFile, stat } from 'node:fs/promises';
import { findRecipes } from '../card/index.ts';
import { RemeltError } from '../errors/index.ts';
import { openHubModel } from '../hub/index.ts';
import { modelReferences, parseModelReference, type Recipe } from '../recipe/index.ts';
import type { ModelFiles } from '../tensors/index.ts';
import { openNodeFolder } from '../tensors/node.ts';
import type { Arguments } from './args.ts';

/**
 * The recipe's YAML, the file itself or a fence of the card, and how many recipes there are to choose from.
 * @throws `file-missing`, `recipe-missing`
 */
export async function readRecipeText({
	recipe,
	number,
}: Pick<Arguments, 'recipe' | 'number'>): Promise<{ text: string; of: number }> {
	const text = await readFile(recipe, 'utf8').catch((error: unknown) => {
		throw new RemeltError('file-missing', `The file ${recipe} cannot be read.`, {
			hint: 'Check the path.',
			details: { file: recipe },
			cause: error,
		});
	});
	if (!/\.(?:md|markdown)$/i.test(recipe)) return { text, of: 1 };
	const recipes = findRecipes(text);
	const found = recipes[number - 1];
	if (found !== undefined) return { text: found.text, of: recipes.length };
	throw new RemeltError(
		'recipe-missing',
		recipes.length === 0
			? `The card ${recipe} has no merge recipe in it.`
			: `The card ${recipe} has ${recipes.length} merge recipes, not ${number}.`,
		{
			hint: 'A recipe is a fenced YAML block with merge_method; it can also be given as a file.',
			details: { file: recipe, recipes: recipes.length },
		},
	);
}

/** Opens every model that a recipe names, by its reference. Throws as the Hub and folders do. */
export async function openModels(
	recipe: Recipe,
	{ hub, folders }: Pick<Arguments, 'hub' | 'folders'>,
	signal: AbortSignal,
): Promise<Map<string, ModelFiles>> {
	const references = modelReferences(recipe);
	for (const name of folders.keys())
		if (!references.includes(name))
			throw new RemeltError('not-found', `The recipe names no model ${name}.`, {
				hint: `--model takes one of ${references.join(', ')}.`,
				details: { model: name },
			});
	const opened = references.map(async (reference) => {
		const folder = folders.get(reference);
		const model =
			folder === undefined
				? await openModel(reference, hub, signal)
				: await openNodeFolder(folder, { signal });
		return [reference, model] as const;
	});
	return new Map(await Promise.all(opened));
}

/** A folder where there is one of that name, else a repository on the Hub. */
export async function openModel(
	reference: string,
	hub: string,
	signal: AbortSignal,
): Promise<ModelFiles> {
	const { path, revision, lora } = parseModelReference(reference) ?? {};
	if (path === undefined || lora != null)
		throw new RemeltError('recipe-invalid', `${reference} is not a model that Remelt can open.`, {
			hint: 'Give owner/name, owner/name@revision, or a folder; merge adapters into models first.',
			details: { model: reference },
		});
	const local = await stat(path).catch(() => null);
	if (local?.isDirectory() === true) return openNodeFolder(path, { signal });
	return openHubModel({ base: hub, repo: path, revision: revision ?? undefined }, { signal });
}
