import type { RecipeContent } from './types.ts';

/** A model reference, taken apart. */
export interface ModelReference {
	/** A repository `owner/name`, or a path. */
	readonly path: string;
	/** A branch, a tag or a commit; null: the repository's main branch. */
	readonly revision: string | null;
	/** A LoRA adapter to be merged in first; null in all recipes that Remelt runs. */
	readonly lora: { readonly path: string; readonly revision: string | null } | null;
}

/**
 * Takes `path[@revision][+lora[@revision]]` apart (mergekit.md §2.2).
 * @returns null for what mergekit refuses: more than one `+`, more than one `@` in a part, no path
 */
export function parseModelReference(text: string): ModelReference | null {
	const parts = text.split('+').map((part) => part.split('@'));
	const [model, lora] = parts;
	if (parts.length > 2 || parts.some(([path, , extra]) => path === '' || extra !== undefined))
		return null;
	const [path = '', revision = null] = model ?? [];
	const adapter = lora === undefined ? null : { path: lora[0] ?? '', revision: lora[1] ?? null };
	return { path, revision, lora: adapter };
}

/** Whether a string can be a model reference at all. */
export function isModelReference(text: string): boolean {
	return text.trim() !== '' && parseModelReference(text) !== null;
}

/** First segments of addresses that the Hub keeps for its own pages, so that no account has them. */
const RESERVED = new Set(['models', 'datasets', 'spaces']);

/**
 * Whether a reference means a folder on somebody's disk rather than a repository: it starts like a
 * path, has more than one slash (mergekit.md §3.7), or a first segment that no account can have.
 */
export function isLocalReference(text: string): boolean {
	const path = parseModelReference(text)?.path ?? text;
	if (/^[/~.\\]|^[A-Za-z]:|\\/.test(path)) return true;
	const segments = path.split('/');
	return segments.length > 2 || (segments.length === 2 && RESERVED.has(segments[0] ?? ''));
}

/** Every model that a recipe names, as written, once, the base first, then in order of appearance. */
export function modelReferences(recipe: RecipeContent): string[] {
	const names = [
		recipe.baseModel,
		...recipe.models.map(({ model }) => model),
		...recipe.slices.flatMap(({ baseModel, sources }) => [
			baseModel,
			...sources.map(({ model }) => model),
		]),
	];
	return [...new Set(names.filter((name) => name !== null))];
}
