import { getCollection } from 'astro:content';
import type { SiteCard } from './siteCard.ts';

/** All cards, by owner and name. */
export async function allCards(): Promise<readonly SiteCard[]> {
	const entries = await getCollection('cards');
	return entries
		.map(({ data }) => data)
		.sort((a, b) => a.card.id.localeCompare(b.card.id, 'en', { sensitivity: 'base' }));
}

/** The path of a card's page, below the site's path. */
export function cardPath({ card }: SiteCard): string {
	return `models/${card.owner}/${card.name}/`;
}
