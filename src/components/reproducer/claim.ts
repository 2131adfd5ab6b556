import { toRemeltError } from '../../errors/index.ts';
import type { SerializedError } from '../../errors/index.ts';
import { findMethod } from '../../merge/index.ts';
import { modelReferences, parseRecipe } from '../../recipe/index.ts';

/** What a card's recipe claims, in the few words that stand above the buttons. */
export type Claim =
	| { readonly kind: 'merge'; readonly method: string; readonly models: readonly string[] }
	/** The recipe cannot be read. */
	| { readonly kind: 'unreadable'; readonly error: SerializedError }
	/** The recipe can be read, and its method cannot be run. */
	| { readonly kind: 'unrunnable'; readonly error: SerializedError }
	| { readonly kind: 'none' };

/** What is wrong with a method rather than with a recipe. */
const METHOD: ReadonlySet<string> = new Set(['method-unknown', 'method-unsupported']);

/** Reads a recipe as far as its claim; never throws. */
export function claimOf(recipe: string | null): Claim {
	if (recipe === null) return { kind: 'none' };
	try {
		const parsed = parseRecipe(recipe).recipe;
		findMethod(parsed.method);
		return { kind: 'merge', method: parsed.method, models: modelReferences(parsed) };
	} catch (thrown) {
		const error = toRemeltError(thrown, 'recipe-invalid');
		return { kind: METHOD.has(error.code) ? 'unrunnable' : 'unreadable', error: error.serialize() };
	}
}
