import { findRecipes } from '../card/index.ts';
import { RemeltError } from '../errors/index.ts';
import { findMethod } from '../merge/index.ts';
import { isLocalReference, modelReferences, parseRecipe } from '../recipe/index.ts';
import type { Recipe } from '../recipe/index.ts';
import type { RehearsalShape } from './contract.ts';

/** A recipe that was found, and where. */
export interface FoundRecipe {
	readonly text: string;
	/** The file, or `the text` for a pasted one. */
	readonly file: string;
	/** Line of its first line in the file, where it is a part of it. */
	readonly line: number | null;
	/** How many more recipes the file has. */
	readonly others: number;
}

/** A repo and a revision of it. */
export interface RepoAddress {
	readonly repo: string;
	readonly revision: string;
}

/**
 * Reads `owner/name`, `owner/name@revision` or a model's address on the Hub. Null for anything else.
 */
export function parseRepoAddress(text: string): RepoAddress | null {
	const plain = text.trim().replace(/^https?:\/\/[^/]+\//, '');
	const match =
		/^([\w-][\w.-]*\/[\w-][\w.-]*)(?:@([\w./-]+)|\/(?:tree|blob|resolve)\/([\w.-]+)(?:\/.*)?)?\/?$/.exec(
			plain,
		);
	const repo = match?.[1];
	if (repo === undefined) return null;
	return { repo, revision: match?.[2] ?? match?.[3] ?? 'main' };
}

/** Reads a text file of a repo; null where it has none of that name. */
export type ReadText = (address: RepoAddress, file: string) => Promise<string | null>;

/** A recipe's places in a repo, in the order in which they are tried. */
const PLACES = ['mergekit_config.yml', 'README.md'] as const;

/**
 * Looks for a repo's recipe: in the file that mergekit writes, then in the card's fences. Throws
 * `recipe-missing`, and what `read` throws.
 */
export async function findInRepo(address: RepoAddress, read: ReadText): Promise<FoundRecipe> {
	for (const file of PLACES) {
		const text = await read(address, file);
		if (text === null) continue;
		if (file === 'mergekit_config.yml') return { text, file, line: null, others: 0 };
		const found = inFences(text, file);
		if (found !== null) return found;
	}
	throw new RemeltError(
		'recipe-missing',
		`${address.repo} has no mergekit_config.yml, and its card gives no recipe that could be found.`,
		{
			hint: 'If you have the recipe from elsewhere, paste it below and name this model to compare with.',
			details: { repo: address.repo, revision: address.revision },
		},
	);
}

/**
 * The recipe in a text that a reader pasted: the first fence of a card that has one, else the text
 * itself. Throws `recipe-missing` for an empty text and for a card without a recipe.
 */
export function findInText(text: string): FoundRecipe {
	const fenced = inFences(text, 'the text');
	if (fenced !== null) return fenced;
	const looksLikeCard =
		/^(?:---|#|```|~~~)/m.test(text) && !/^\s*(?:merge_method|slices|models)\s*:/m.test(text);
	if (text.trim() === '' || looksLikeCard)
		throw new RemeltError('recipe-missing', 'There is no recipe in this text.', {
			hint: 'Paste the YAML with merge_method in it, or a card whose recipe stands between ``` fences.',
		});
	return { text, file: 'the text', line: null, others: 0 };
}

function inFences(text: string, file: string): FoundRecipe | null {
	const [first, ...others] = findRecipes(text);
	if (first === undefined) return null;
	return { text: first.text, file, line: first.line, others: others.length };
}

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
	const ends = recipe.slices.flatMap(({ sources }) =>
		sources.map(({ layerRange }) => layerRange[1]),
	);
	const needed = Math.max(0, ...ends);
	const fitting = shapes.filter(({ layers }) => layers >= needed);
	return [...fitting].sort((a, b) => a.layers - b.layers)[0] ?? null;
}
