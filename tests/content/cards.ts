import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readCard } from '../../src/card/index.ts';
import type { Card } from '../../src/card/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', 'content', 'cards');
const FACTS = join(import.meta.dirname, 'facts');

/** What a card's original says, copied from it by a script that knows nothing of our cards. */
const factsSchema = z.strictObject({
	id: z.string(),
	title: z.string(),
	/** The front matter's data. */
	frontMatter: z.record(z.string(), z.unknown()),
	/** The digits of its scores as written, by benchmark. */
	digits: z.record(z.string(), z.string()),
	/** Tables, the header first. */
	tables: z.array(z.array(z.array(z.string()))),
	/** The recipe's data. */
	recipe: z.unknown(),
	recipeComments: z.array(z.string()),
	/** Other code that is kept word for word. */
	code: z.array(z.string()).optional(),
	/** TeX sources. */
	formulas: z.array(z.string()),
	citations: z.array(z.string()),
	citationKeys: z.array(z.string()),
	/** Names, numbers and settings that must stand somewhere in the card. */
	mentions: z.array(z.string()),
	/** Scores of lists: name and digits. */
	listScores: z.array(z.tuple([z.string(), z.string()])),
});

export type Facts = z.output<typeof factsSchema>;

/** A published card and what its original says. */
export interface PublishedCard {
	readonly id: string;
	readonly folder: string;
	readonly text: string;
	readonly card: Card;
	readonly facts: Facts;
}

/** Every card of `content/cards`, read, with its facts. */
export function publishedCards(): PublishedCard[] {
	return readdirSync(FACTS).map((file) => {
		const facts = factsSchema.parse(JSON.parse(readFileSync(join(FACTS, file), 'utf8')));
		const [owner = '', name = ''] = facts.id.split('/');
		const folder = join(ROOT, owner, name);
		const text = readFileSync(join(folder, 'card.md'), 'utf8');
		return { id: facts.id, folder, text, card: readCard(text, { owner, name }), facts };
	});
}

/** The ids of all folders of `content/cards` that hold a card. */
export function cardFolders(): string[] {
	return readdirSync(ROOT).flatMap((owner) =>
		readdirSync(join(ROOT, owner))
			.filter((name) => existsSync(join(ROOT, owner, name, 'card.md')))
			.map((name) => `${owner}/${name}`),
	);
}

/** A file beside a card; null where there is none. */
export function companion(card: PublishedCard, file: string): string | null {
	const path = join(card.folder, file);
	return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
