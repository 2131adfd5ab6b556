import { findMethod, methodNames } from '../merge/index.ts';
import { countLayers, dtypeName } from '../recipe/index.ts';
import { hubHref } from './settings.ts';
import type { Parent } from './parents.ts';
import type { Ability, SiteCard } from './siteCard.ts';

/** How the methods that Remelt runs are called in text, by their names in recipes. */
const METHOD_NAMES: ReadonlyMap<string, string> = new Map(
	methodNames().map((name) => [name, findMethod(name).label]),
);

/** A merge method's name in text; unknown ones as written. */
export function methodName(method: string): string {
	return METHOD_NAMES.get(method) ?? method;
}

/** What a card says it was made from: the recipe's models, else the front matter's. */
export function parentNames({ card, parents }: SiteCard): readonly string[] {
	return parents.length > 0 ? parents.map(({ repo }) => repo) : card.frontMatter.baseModel;
}

/**
 * How a card was merged: by its recipe, else by a tag that is a method's name. Null where it says
 * neither.
 */
export function methodOf({ card, recipe }: SiteCard): string | null {
	if (recipe !== null) return methodName(recipe.method);
	const tag = card.frontMatter.tags.find((each) => METHOD_NAMES.has(each));
	return tag === undefined ? null : methodName(tag);
}

/** What can be done with a card, in two or three words. */
export const ABILITY_NAMES: Readonly<Record<Ability, string>> = {
	check: 'Ready to check',
	rehearse: 'Rehearsal only',
	none: 'No recipe',
};

/** As {@link ABILITY_NAMES}, told apart where a recipe is there but does not run. */
export function abilityName(site: SiteCard): string {
	const { ability, recipe, recipeText } = site;
	if (ability !== 'none' || recipeText === null) return ABILITY_NAMES[ability];
	if (recipe === null) return 'Recipe not readable';
	return namesNoMethod(site) ? 'Unknown method' : 'Method not run yet';
}

/** Whether the recipe's method is one that mergekit does not have either. */
function namesNoMethod({ findings }: SiteCard): boolean {
	return findings.some(({ code }) => code === 'method-unknown');
}

/** `7.24 B`: parameters as cards write them. */
export function formatBillions(billions: number): string {
	return `${String(billions)} B`;
}

/** Classes of size that the list filters by, by the parameters in billions below which each ends. */
const SIZES: readonly (readonly [limit: number, name: string])[] = [
	[3, 'below 3 B'],
	[8, '3 to 8 B'],
	[15, '8 to 15 B'],
	[40, '15 to 40 B'],
	[Infinity, '40 B and more'],
];

/** The class of size of a model with so many billions of parameters; null where that is not known. */
export function sizeClass(billions: number | null): string | null {
	if (billions === null) return null;
	return SIZES.find(([limit]) => billions < limit)?.[1] ?? null;
}

/** `16 February 2024`, from an ISO date. */
export function formatDate(iso: string): string {
	return new Date(`${iso}T00:00:00Z`).toLocaleDateString('en-GB', {
		day: 'numeric',
		month: 'long',
		year: 'numeric',
		timeZone: 'UTC',
	});
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[]): string {
	const last = words.at(-1) ?? '';
	return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** `1 warning`, `3 warnings`. */
export function plural(count: number, word: string): string {
	return `${String(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** A parent's page on the Hub; null for folders that were never published. */
export function parentHref({ local, repo, revision }: Parent): string | null {
	return local ? null : hubHref(repo, revision);
}

/** What a card says of how the model was made: one or two sentences. */
export function claimSentence({ card, recipe, recipeText, parents }: SiteCard): string {
	if (recipe === null) {
		const named = card.frontMatter.baseModel;
		const made = named.length > 0 ? ` It names ${listWords(named)} as what it was made from.` : '';
		return recipeText === null
			? `The card describes the model and how it was merged, but gives no recipe.${made}`
			: `The card gives a recipe that cannot be read as it stands.${made}`;
	}
	const layers = countLayers(recipe);
	const dtype = recipe.outDtype ?? recipe.dtype;
	const shape = [
		...(layers === null ? [] : [plural(layers, 'layer')]),
		...(dtype === null ? [] : [`written in ${dtypeName(dtype)}`]),
	];
	const rest =
		shape.length === 0 ? '' : ` It has ${shape.join(', ')}.`.replace('has written', 'is written');
	const names = listWords(parents.map(({ repo }) => repo));
	return parents.length === 1
		? `This model is made of layers of ${names}, stacked anew by ${methodName(recipe.method)}.${rest}`
		: `This model is ${names}, merged by ${methodName(recipe.method)}.${rest}`;
}

/** What a reader can find out about that claim here: one or two sentences. */
export function abilitySentence(site: SiteCard): string {
	const { ability, recipe, recipeText, parents, card } = site;
	if (ability === 'check')
		return `If the Hub still has the ${parents.length === 1 ? 'parent' : 'parents'}, your browser can redo the merge and compare it with the published weights, number by number. A rehearsal on toy weights takes seconds.`;
	if (ability === 'rehearse') {
		const local = parents.filter((parent) => parent.local).map(({ reference }) => reference);
		return `The published weights cannot be checked from here: ${listWords(local)} ${local.length === 1 ? 'is a folder' : 'are folders'} on the author’s machine, never published. The recipe can still be rehearsed on toy weights.`;
	}
	if (recipe !== null && namesNoMethod(site))
		return `Remelt knows no method called ${recipe.method}, so nothing can be checked or rehearsed.`;
	if (recipe !== null)
		return `Remelt reads this recipe but does not run the method ${methodName(recipe.method)} yet, so nothing can be checked or rehearsed.`;
	return recipeText === null
		? `Nothing can be re-run until the recipe is found; it may lie in the repository ${card.id}.`
		: 'Nothing can be re-run until the recipe is mended. What is wrong with it stands under Findings.';
}

/** A sentence or two about a card for search engines and previews. */
export function cardDescription(site: SiteCard): string {
	const { card } = site;
	const start = `Model card of ${card.id}, read and checked by Remelt. `;
	const rest = claimSentence(site);
	const text = `${start}${rest}`;
	return text.length <= 220 ? text : `${text.slice(0, 219).replace(/\s+\S*$/, '')} …`;
}
