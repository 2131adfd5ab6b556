import type { APIRoute, GetStaticPaths } from 'astro';
import { allCards } from '../../../../site/collection.ts';

/** The card's file as it is. */
export const getStaticPaths = (async () =>
	(await allCards()).map(({ card }) => ({
		params: { owner: card.owner, model: card.name },
		props: { raw: card.raw },
	}))) satisfies GetStaticPaths;

export const GET: APIRoute<{ raw: string }> = ({ props }) =>
	new Response(props.raw, { headers: { 'Content-Type': 'text/markdown; charset=utf-8' } });
