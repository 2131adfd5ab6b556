import { modulesOf } from './modules.ts';
import type { RecipeContent } from './types.ts';

/** A model reference, taken apart. */
export interface ModelReference {
	/** A repository `owner/name`, or a path. */
	readonly path: string;
	/** A branch, a tag or a commit; null: the repository's main branch. */
	readonly revision: string | null;
	/** A LoRA adapter to be merged in first; the plan refuses it. */
	readonly lora: { readonly path: string; readonly revision: string | null } | null;
}

/**
 * Takes `path[@revision][+lora[@revision]]` apart (mergekit.md §2.2).
 * @returns null for what mergekit refuses: more than one `+`, more than one `@` in a part, no path
 */
export function parseModelReference(text: string): ModelReference | null {
	const parts = text.split('+').map((part) => part.split('@'));
	const [model = [], lora] = parts;
	if (parts.length > 2 || parts.some(([path = '', , extra]) => !path.trim() || extra !== undefined))
		return null;
	return { ...pathOf(model), lora: lora === undefined ? null : pathOf(lora) };
}

/** An empty revision counts as none. */
function pathOf([path = '', revision = '']: readonly string[]): {
	path: string;
	revision: string | null;
} {
	return { path, revision: revision === '' ? null : revision };
}

/** A model reference in the text form. */
export function formatReference({ path, revision, lora }: ModelReference): string {
	const adapter = lora === null ? '' : `+${formatReference({ ...lora, lora: null })}`;
	return `${path}${revision === null ? '' : `@${revision}`}${adapter}`;
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

/**
 * Every model that a recipe names, as written, once: the base first, then those that weights are taken
 * from in order of appearance, then those that only the tokenizer is taken from.
 */
export function modelReferences(recipe: RecipeContent): string[] {
	const names = [
		recipe.baseModel,
		...modulesOf(recipe).flatMap(({ models, slices }) => [
			...models.map(({ model }) => model),
			...slices.flatMap(({ baseModel, sources }) => [
				baseModel,
				...sources.map(({ model }) => model),
			]),
		]),
		...tokenizerReferences(recipe),
	];
	return [...new Set(names.filter((name) => name !== null))];
}

/** The models that a recipe takes a tokenizer or the embedding of a token from, once each. */
export function tokenizerReferences({ tokenizerSource, tokenizer }: RecipeContent): string[] {
	const tokens = tokenizer?.tokens.map(({ source }) =>
		source === null || source.kind === 'zero' ? null : source.model,
	);
	const sources = [tokenizerSource, tokenizer?.source].filter((source) => !isKeyword(source));
	return [...new Set([...sources, ...(tokens ?? [])].filter((name) => name != null))];
}

function isKeyword(source: string | null | undefined): boolean {
	return source === 'union' || source === 'base';
}
