import type { ReproducerContract } from '../reproducer/index.ts';
import { settings } from './settings.ts';
import type { SiteCard } from './siteCard.ts';

/** What a card's page tells the reproducer. */
export function reproducerProps(site: SiteCard): ReproducerContract {
	const { card, recipeText, parents, ability, rehearsal } = site;
	const localParents = parents.filter(({ local }) => local).map(({ reference }) => reference);
	return {
		id: card.id,
		recipe: recipeText?.text ?? null,
		published: card.id,
		hub: settings.hub,
		hubOverride: settings.hubOverride,
		rehearsal,
		blocked: recipeText === null ? 'no-recipe' : ability === 'rehearse' ? 'local-parents' : null,
		localParents,
	};
}
