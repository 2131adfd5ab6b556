/** What a card page tells the reproducer, as JSON in the page. */
export interface ReproducerContract {
	/** `owner/name` of the card. */
	readonly id: string;
	/** The recipe's YAML as the card gives it; null where the card gives none. */
	readonly recipe: string | null;
	/** Repo id of the published weights that a merge is compared with; null: there are none. */
	readonly published: string | null;
	/** Base address of the Hub, without a slash at its end. */
	readonly hub: string;
	/** Whether `?hub=` in the page's address may name another base: test builds only. */
	readonly hubOverride?: boolean | undefined;
	/** Where the recipe was found: in this site's card (the default), in the repo, in a pasted text. */
	readonly recipeFrom?: 'card' | 'repo' | 'text' | undefined;
	/** Which toy weights fit; null where the layer count is not known. */
	readonly rehearsal: RehearsalShape | null;
	/** Why the published weights cannot simply be checked. */
	readonly blocked: Blocked | null;
	/** Model references that were never published. */
	readonly localParents: readonly string[];
}

/** Names a set of toy parents. */
export interface RehearsalShape {
	/** A class name such as `MistralForCausalLM`. */
	readonly architecture: string;
	readonly layers: number;
}

/** Why a card cannot simply be checked. */
export type Blocked = 'no-recipe' | 'local-parents' | 'method-unknown';

/**
 * The base address of the Hub for this page: the contract's, or what `?hub=` names where the build
 * allows it.
 */
export function hubBase(
	contract: Pick<ReproducerContract, 'hub' | 'hubOverride'>,
	search: string,
): string {
	const override = contract.hubOverride === true ? new URLSearchParams(search).get('hub') : null;
	return (override ?? contract.hub).replace(/\/+$/, '');
}
