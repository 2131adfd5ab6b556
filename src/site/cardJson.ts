import { cardPath } from './collection.ts';
import { parentNames } from './describeCard.ts';
import { href } from './settings.ts';
import type { SiteCard } from './siteCard.ts';

/** An address of this site with its host. */
function address(path: string, site: URL | undefined): string {
	return new URL(href(path), site).href;
}

/** A card in a line: what `/api/models.json` lists. */
export function cardSummary(
	entry: SiteCard,
	site: URL | undefined,
): Readonly<Record<string, unknown>> {
	const { card, recipe, ability, provenance, findings } = entry;
	return {
		id: card.id,
		title: card.title,
		license: card.frontMatter.license,
		method: recipe?.method ?? null,
		parents: parentNames(entry),
		billions: provenance?.parameters?.billions ?? null,
		published: provenance?.published.date ?? null,
		ability,
		findings: findings.length,
		page: address(cardPath(entry), site),
		card: address(`${cardPath(entry)}card.md`, site),
		json: address(`api/models/${card.id}.json`, site),
	};
}

/** The whole card: what `/api/models/<owner>/<model>.json` holds. */
export function cardJson(
	entry: SiteCard,
	site: URL | undefined,
): Readonly<Record<string, unknown>> {
	const { card, recipe, recipeText, parents, rehearsal, provenance, findings } = entry;
	const { frontMatter, frontMatterKeys, summary, headings, tables, scores, citations } = card;
	return {
		...cardSummary(entry, site),
		summary,
		frontMatter,
		frontMatterKeys,
		recipe: recipeText === null ? null : { ...recipeText, parsed: recipe },
		parents,
		rehearsal,
		headings,
		tables,
		scores,
		citations,
		findings,
		provenance,
	};
}
