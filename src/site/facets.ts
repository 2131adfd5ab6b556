import { methodOf, parentNames, sizeClass } from './describeCard.ts';
import type { SiteCard } from './siteCard.ts';

/** What the list of cards is filtered by; the names stand in the page's address. */
export const FACETS = ['method', 'parent', 'licence', 'size'] as const;
export type Facet = (typeof FACETS)[number];

/** What a card is found under, for each facet. */
export type FacetValues = Readonly<Record<Facet, readonly string[]>>;

/** The values that a card is found under. */
export function facetsOf(site: SiteCard): FacetValues {
	const { card, provenance } = site;
	const size = sizeClass(provenance?.parameters?.billions ?? null);
	return {
		method: [methodOf(site) ?? 'not given'],
		parent: [...new Set(parentNames(site))],
		licence: [card.frontMatter.license ?? 'not given'],
		size: [size ?? 'not known'],
	};
}

/** Every value of a facet with the number of its cards, in order of the values. */
export function countFacet(
	cards: readonly SiteCard[],
	facet: Facet,
): readonly (readonly [value: string, count: number])[] {
	const counts = new Map<string, number>();
	for (const card of cards)
		for (const value of facetsOf(card)[facet]) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}
