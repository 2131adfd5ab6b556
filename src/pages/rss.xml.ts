import rss from '@astrojs/rss';
import type { APIRoute } from 'astro';
import { allCards, cardPath } from '../site/collection.ts';
import { cardDescription } from '../site/describeCard.ts';
import { href } from '../site/settings.ts';

/** A feed of the cards; those whose date is not known come last and carry none. */
export const GET: APIRoute = async ({ site }) => {
	const cards = await allCards();
	return rss({
		title: 'Remelt',
		description: 'Model cards whose merges anyone can re-run.',
		site: new URL(href(''), site).href,
		items: cards
			.map((entry) => ({ entry, date: entry.provenance?.published.date ?? null }))
			.sort((a, b) => (b.date ?? '').localeCompare(a.date ?? ''))
			.map(({ entry, date }) => ({
				title: entry.card.id,
				link: new URL(href(cardPath(entry)), site).href,
				description: cardDescription(entry),
				...(date === null ? {} : { pubDate: new Date(`${date}T00:00:00Z`) }),
			})),
		customData: '<language>en</language>',
	});
};
