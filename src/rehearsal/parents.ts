import { RemeltError } from '../errors/index.ts';
import { modelReferences, type Recipe } from '../recipe/index.ts';

/** The toy models of one shape that the site serves: the shared base and three fine-tunes of it. */
export const PARENTS = 4;
/** In place of a commit. */
export const REHEARSAL_REVISION = 'rehearsal';

/** What toy parents need to have in common with the real ones. */
export interface RehearsalShape {
	/** The class name in `config.json`, e.g. `MistralForCausalLM`. */
	readonly architecture: string;
	readonly layers: number;
}

/** Where a toy parent is served, in the form that `openHubModel` takes. */
export interface RehearsalLocation {
	readonly base: string;
	readonly repo: string;
	readonly revision: string;
}

/** `mistral-32/parent-1`: the toy parent's name below the rehearsal base. */
export function parentRepo({ architecture, layers }: RehearsalShape, parent: number): string {
	const family = architecture.replace(/For[A-Z].*$|Model$/, '').toLowerCase();
	return `${family}-${layers}/parent-${parent}`;
}

/**
 * The toy parent that stands for each model of a recipe, by its reference as written: the base model
 * gets the fine-tunes' shared base, the others their turn in order of first appearance. Throws
 * `model-count` where the recipe names more models than there are parents.
 */
export function rehearsalParents(
	recipe: Recipe,
	shape: RehearsalShape,
	base = '/rehearsal',
): ReadonlyMap<string, RehearsalLocation> {
	const references = modelReferences(recipe);
	if (references.length > PARENTS)
		throw new RemeltError(
			'model-count',
			`The recipe names ${references.length} models; there are toy parents for ${PARENTS}.`,
			{
				hint: 'Rehearse it with fewer models, or point to folders of your own.',
				details: { models: references.length, parents: PARENTS },
			},
		);
	return new Map(
		references.map((reference, parent) => [
			reference,
			{ base, repo: parentRepo(shape, parent), revision: REHEARSAL_REVISION },
		]),
	);
}
