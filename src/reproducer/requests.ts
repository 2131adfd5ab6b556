import { RemeltError } from '../errors/index.ts';
import { isLocalReference, modelReferences, parseModelReference } from '../recipe/index.ts';
import type { Recipe } from '../recipe/index.ts';
import { rehearsalParents } from '../rehearsal/index.ts';
import type { ReproducerContract } from './contract.ts';
import { shortName } from './format.ts';
import type { Location } from './models.ts';
import type { Request } from './session.ts';
import type { Job, Mode } from './state.ts';

/** What a reader wants: a mode, perhaps a recipe of their own, perhaps folders of theirs. */
export interface Wish {
	readonly mode: Mode;
	/** A variant of the card's recipe. */
	readonly recipe?: string | undefined;
	readonly folders?: ReadonlyMap<string, readonly File[]> | undefined;
	/** Whether to compare with the published weights where there are some; default true. */
	readonly compare?: boolean | undefined;
}

/** Whether a wish leads to a comparison with the published weights. */
export function compares(wish: Wish, contract: ReproducerContract): boolean {
	if (wish.mode === 'rehearsal' || wish.compare === false) return false;
	return contract.published !== null && !isVariant(wish, contract);
}

function isVariant(wish: Wish, contract: ReproducerContract): boolean {
	return wish.recipe !== undefined && wish.recipe !== contract.recipe;
}

/** Where the page is. */
export interface Surroundings {
	readonly contract: ReproducerContract;
	readonly hub: string;
	readonly rehearsalBase: string;
}

/** A wish with everything that a session needs. */
export function requestFor(wish: Wish, around: Surroundings): Request {
	const { contract, hub } = around;
	const variant = isVariant(wish, contract);
	const published =
		contract.published !== null && compares(wish, contract)
			? hubLocation(hub, contract.published)
			: null;
	return {
		mode: wish.mode,
		recipe: wish.recipe ?? contract.recipe ?? '',
		variant,
		locate: (recipe) => locate(recipe, wish, around),
		published,
		outputName: outputName(contract, { mode: wish.mode, variant }),
	};
}

function locate(
	recipe: Recipe,
	wish: Wish,
	{ contract, hub, rehearsalBase }: Surroundings,
): ReadonlyMap<string, Location> {
	const references = modelReferences(recipe);
	if (wish.mode === 'rehearsal') return toyLocations(recipe, contract, rehearsalBase);
	return new Map(
		references.map((reference) => {
			const files = wish.folders?.get(reference);
			const location: Location =
				files === undefined
					? hubLocation(hub, reference)
					: { kind: 'folder', name: shortName(reference), files };
			return [reference, location];
		}),
	);
}

function toyLocations(
	recipe: Recipe,
	{ rehearsal }: ReproducerContract,
	base: string,
): ReadonlyMap<string, Location> {
	if (rehearsal === null)
		throw new RemeltError(
			'layer-range',
			'No toy weights fit: this recipe does not say how many layers its models have.',
			{ hint: 'Check it against the Hub instead, where config.json tells.' },
		);
	const parents = rehearsalParents(recipe, rehearsal, base);
	return new Map(
		[...parents].map(([reference, location]) => [reference, { kind: 'hub', ...location }]),
	);
}

/** Where a reference lies on the Hub. Throws `not-found` for one that was never published. */
function hubLocation(base: string, reference: string): Location {
	if (isLocalReference(reference))
		throw new RemeltError('not-found', `${reference} is a folder on the author’s machine.`, {
			hint: 'Rehearse the recipe on toy weights, or point to a folder of yours.',
			details: { model: reference },
		});
	const parsed = parseModelReference(reference);
	const repo = parsed?.path ?? reference;
	return { kind: 'hub', base, repo, revision: parsed?.revision ?? 'main' };
}

/** Name of the folder or zip that a merge makes; a rehearsal's and a variant's say so. */
export function outputName(
	contract: ReproducerContract,
	{ mode, variant }: Pick<Job, 'mode' | 'variant'>,
): string {
	const parts = [
		shortName(contract.id),
		variant ? 'variant' : '',
		mode === 'rehearsal' ? 'rehearsal-toy-weights' : 'remelt',
	];
	return parts.filter((part) => part !== '').join('-');
}

/**
 * The command that does the same at a terminal: with the card's file where the site has that card,
 * with the repo's name where the recipe came from there, else with a file that the reader saves the
 * recipe to.
 */
export function commandLine(contract: ReproducerContract, variant: boolean): string {
	const recipe = recipePlace(contract, variant);
	return `npm run remelt -- merge ${recipe} --out ./${shortName(contract.id)}`;
}

/** How a check was done: what else a command needs to come to the same. */
export type Checked =
	| { readonly level: 'spot'; readonly sampleSeed: number; readonly semantics: string }
	| { readonly level: 'full'; readonly semantics: string };

/** The command that checks the published weights at a terminal. */
export function verifyCommandLine(contract: ReproducerContract, checked: Checked): string {
	const recipe = recipePlace(contract, false);
	const seed = checked.level === 'spot' ? ` --sample-seed ${String(checked.sampleSeed)}` : '';
	return `npm run remelt -- verify ${recipe} ${contract.published ?? contract.id} --level ${checked.level}${seed} --semantics ${checked.semantics}`;
}

function recipePlace(
	{ id, published, recipeFrom = 'card' }: ReproducerContract,
	variant: boolean,
): string {
	const places = { card: `content/cards/${id}/card.md`, repo: published ?? id, text: 'recipe.yml' };
	return places[variant ? 'text' : recipeFrom];
}
