import { toRemeltError } from '../../errors/index.ts';
import type { SerializedError } from '../../errors/index.ts';
import { modelReferences, parseRecipe } from '../../recipe/index.ts';

/** What a card's recipe claims, in the few words that stand above the buttons. */
export type Claim =
	| { readonly kind: 'merge'; readonly method: string; readonly models: readonly string[] }
	/** The recipe cannot be read. */
	| { readonly kind: 'unreadable'; readonly error: SerializedError }
	| { readonly kind: 'none' };

/** Reads a recipe as far as its claim; never throws. */
export function claimOf(recipe: string | null): Claim {
	if (recipe === null) return { kind: 'none' };
	try {
		const parsed = parseRecipe(recipe).recipe;
		return { kind: 'merge', method: parsed.method, models: modelReferences(parsed) };
	} catch (thrown) {
		return { kind: 'unreadable', error: toRemeltError(thrown, 'recipe-invalid').serialize() };
	}
}
