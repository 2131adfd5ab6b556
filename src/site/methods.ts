import { readDocument } from './documents.ts';
import type { Document } from './documents.ts';
import { methodName } from './describeCard.ts';
import type { SiteCard } from './siteCard.ts';

/** A merge method with its page's text and the cards that use it. */
export interface Method {
	/** As recipes write it. */
	readonly id: string;
	readonly name: string;
	/** `docs/methods/<id>.md`; null where nobody has written it. */
	readonly document: Document | null;
	readonly cards: readonly SiteCard[];
}

/** What a method's name may be made of to become part of an address. */
const NAME = /^[a-z][a-z0-9_-]*$/;

/** The methods that the cards use, most used first. */
export function methodsOf(cards: readonly SiteCard[]): readonly Method[] {
	const users = new Map<string, SiteCard[]>();
	for (const card of cards) {
		const id = card.recipe?.method ?? '';
		if (NAME.test(id)) users.set(id, [...(users.get(id) ?? []), card]);
	}
	return [...users]
		.map(([id, its]) => ({
			id,
			name: methodName(id),
			document: readDocument(`methods/${id}`),
			cards: its,
		}))
		.sort((a, b) => b.cards.length - a.cards.length || a.id.localeCompare(b.id, 'en'));
}

/** The path of a method's page below the site's path; null where the method has none. */
export function methodPath(id: string): string | null {
	return NAME.test(id) ? `methods/${id}/` : null;
}
