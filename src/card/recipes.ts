import { findFences } from './fences.ts';
import { MAX_CARD_LENGTH } from './limits.ts';
import type { CardRecipe } from './types.ts';

/** Languages that a recipe's fence is known to carry; others are code whatever they contain. */
const LANGUAGES = new Set(['yaml', 'yml', 'text', 'txt', 'shell', 'plaintext']);

/**
 * Finds the mergekit recipes of a card: fenced blocks of YAML with `merge_method`, or with `slices`
 * or `models` that name a model. Reads lines only and parses no YAML; an evaluation task file, which
 * is YAML too, has none of these keys. Needs nothing but the text, so that a page can use it as it is.
 */
export function findRecipes(text: string): readonly CardRecipe[] {
	return findFences(text.slice(0, MAX_CARD_LENGTH)).filter(
		(fence) => (fence.language === null || LANGUAGES.has(fence.language)) && isRecipe(fence.text),
	);
}

function isRecipe(text: string): boolean {
	if (/^[ \t]*merge_method[ \t]*:/m.test(text)) return true;
	return /^[ \t]*(?:slices|models)[ \t]*:/m.test(text) && /^[ \t]*-?[ \t]*model[ \t]*:/m.test(text);
}
