import { stat } from 'node:fs/promises';
import { RemeltError } from '../errors/index.ts';
import { openHubModel } from '../hub/index.ts';
import { modelReferences, parseModelReference, type Recipe } from '../recipe/index.ts';
import type { ModelFiles } from '../tensors/index.ts';
import { openNodeFolder } from '../tensors/node.ts';
import type { Arguments } from './args.ts';

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
