import type { FrontMatter } from '../card/index.ts';
import { isLocalReference, modelReferences, parseModelReference } from '../recipe/index.ts';
import type { Recipe } from '../recipe/index.ts';

/** A model that a recipe reads. */
export interface Parent {
	/** As the recipe writes it. */
	readonly reference: string;
	/** `owner/name` without revision or adapter; the reference itself where it is local. */
	readonly repo: string;
	readonly revision: string | null;
	/** Whether it is a folder on its author's disk, never published. */
	readonly local: boolean;
	/** Whether the recipe names it as `base_model`. */
	readonly base: boolean;
}

/** Folders that people keep models in; a name that starts with one is local if the card has no ids. */
const FOLDER = /^(?:models?|merges?|checkpoints?|weights)\//i;

/** Every model that a recipe reads: its base first, then in order of appearance. */
export function findParents(recipe: Recipe, frontMatter: FrontMatter): readonly Parent[] {
	const nameless = frontMatter.baseModel.length === 0;
	return modelReferences(recipe).map((reference) => {
		const local = isLocalReference(reference) || (nameless && FOLDER.test(reference));
		const parsed = local ? null : parseModelReference(reference);
		return {
			reference,
			repo: parsed?.path ?? reference,
			revision: parsed?.revision ?? null,
			local,
			base: reference === recipe.baseModel,
		};
	});
}
