import { readCard } from '../../src/card/index.ts';
import type { Card } from '../../src/card/index.ts';

/** Reads a text as the card of `owner/name`. */
export function read(text: string): Card {
	return readCard(text, { owner: 'owner', name: 'name' });
}

/** Reads a body under front matter that raises no finding; its first line is line 4. */
export function readBody(body: string): Card {
	return read(`---\nlicense: mit\n---\n${body}`);
}

/** The codes of a card's findings. */
export function codes(card: Card): string[] {
	return card.findings.map(({ code }) => code);
}
