import type { APIRoute, GetStaticPaths } from 'astro';
import { cardJson } from '../../../../site/cardJson.ts';
import { allCards } from '../../../../site/collection.ts';
import type { SiteCard } from '../../../../site/siteCard.ts';

/** One card, whole. */
export const getStaticPaths = (async () =>
	(await allCards()).map((entry) => ({
		params: { owner: entry.card.owner, model: entry.card.name },
		props: { entry },
	}))) satisfies GetStaticPaths;

export const GET: APIRoute<{ entry: SiteCard }> = ({ props, site }) =>
	Response.json(cardJson(props.entry, site));
