import { findMethod, methodNames } from '../merge/index.ts';
import type { MergeMethod } from '../merge/index.ts';
import { methodSince } from '../recipe/index.ts';
import { methodName } from './describeCard.ts';
import { readDocument } from './documents.ts';
import type { Document } from './documents.ts';
import type { SiteCard } from './siteCard.ts';

/** A merge method with its page's text and the cards that use it. */
export interface Method {
	/** As recipes write it. */
	readonly id: string;
	readonly name: string;
	/** What it does, in a sentence; null where Remelt does not run it. */
	readonly summary: string | null;
	/** The day on which mergekit got it, `YYYY-MM-DD`; null where it always had it or never did. */
	readonly since: string | null;
	/** `docs/methods/<id>.md`; null where nobody has written it. */
	readonly document: Document | null;
	readonly cards: readonly SiteCard[];
}

/** What a method's name may be made of to become part of an address. */
const NAME = /^[a-z][a-z0-9_-]*$/;

/** The methods that Remelt runs, and those that only cards name; the most used first. */
export function methodsOf(cards: readonly SiteCard[]): readonly Method[] {
	const users = new Map<string, SiteCard[]>(methodNames().map((id) => [id, []]));
	for (const card of cards) {
		const id = card.recipe?.method ?? '';
		if (NAME.test(id)) users.set(id, [...(users.get(id) ?? []), card]);
	}
	return [...users]
		.map(([id, its]) => ({
			id,
			name: methodName(id),
			summary: runnable(id)?.summary ?? null,
			since: methodSince(id),
			document: readDocument(`methods/${id}`),
			cards: its,
		}))
		.sort((a, b) => b.cards.length - a.cards.length || a.name.localeCompare(b.name, 'en'));
}

function runnable(id: string): MergeMethod | null {
	return methodNames().some((name) => name === id) ? findMethod(id) : null;
}

/** The path of a method's page below the site's path; null where the method has none. */
export function methodPath(id: string): string | null {
	return NAME.test(id) ? `methods/${id}/` : null;
}
