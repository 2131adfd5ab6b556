import { findRecipes } from '../card/index.ts';
import { RemeltError } from '../errors/index.ts';

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
 * Looks for a repo's recipe: in the file that mergekit writes, then in the card's fences, of which
 * `number` tells the one to take, counted from 1. Throws `recipe-missing`, and what `read` throws.
 */
export async function findInRepo(
	address: RepoAddress,
	read: ReadText,
	number = 1,
): Promise<FoundRecipe> {
	for (const file of PLACES) {
		const text = await read(address, file);
		if (text === null) continue;
		if (file === 'mergekit_config.yml') return { text, file, line: null, others: 0 };
		const found = inFences(text, file, number);
		if (found !== null) return found;
	}
	throw new RemeltError(
		'recipe-missing',
		`${address.repo} has no mergekit_config.yml, and its card gives no recipe that could be found.`,
		{
			hint: 'If you have the recipe from elsewhere, give that and name this model to compare with.',
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

function inFences(text: string, file: string, number = 1): FoundRecipe | null {
	const recipes = findRecipes(text);
	const found = recipes[number - 1];
	if (found === undefined) return null;
	return { text: found.text, file, line: found.line, others: recipes.length - 1 };
}
