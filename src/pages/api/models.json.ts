import type { APIRoute } from 'astro';
import { cardSummary } from '../../site/cardJson.ts';
import { allCards } from '../../site/collection.ts';

/** All cards in short. */
export const GET: APIRoute = async ({ site }) =>
	Response.json({ models: (await allCards()).map((card) => cardSummary(card, site)) });
