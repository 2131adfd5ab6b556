import type { SiteCard } from './siteCard.ts';

/** An entry of a card page's table of contents. */
export interface Section {
	readonly id: string;
	readonly text: string;
	/** 2 for the page's sections, 3 for the card's headings, 4 for headings below them. */
	readonly depth: number;
	readonly children: readonly Section[];
}

/** Headings of the card that the table of contents lists: its first two levels. */
function cardHeadings({ card }: SiteCard): readonly Section[] {
	const top = Math.min(...card.headings.map(({ depth }) => depth));
	return card.headings
		.filter(({ depth }) => depth <= top + 1)
		.map(({ id, text, depth }) => ({ id, text, depth: depth - top + 3, children: [] }));
}

/** The sections of a card's page, in order. */
export function cardSections(site: SiteCard): readonly Section[] {
	const section = (id: string, text: string, children: readonly Section[] = []): Section => ({
		id,
		text,
		depth: 2,
		children,
	});
	const { card, recipeText, findings } = site;
	return [
		section('reproduce', 'Re-run this merge'),
		...(recipeText === null ? [] : [section('the-recipe', 'The recipe')]),
		section('the-card', 'The card', cardHeadings(site)),
		...(card.citations.length === 0 ? [] : [section('citations', 'To cite')]),
		section(
			'findings',
			findings.length === 0 ? 'Findings' : `Findings (${String(findings.length)})`,
		),
		section('badge', 'Badge'),
		section('sources', 'Sources'),
	];
}
