import { defineCollection } from 'astro:content';
import { z } from 'astro/zod';
import { cardLoader } from './site/cardLoader.ts';
import { readEnvironment } from './site/environment.ts';
import type { SiteCard } from './site/siteCard.ts';

/** Model cards, by `owner/name`. Their own schemas hold inside the loader, which never throws. */
const cards = defineCollection({
	loader: cardLoader(readEnvironment(process.env).content),
	schema: z.custom<SiteCard>(),
});

export const collections = { cards };
