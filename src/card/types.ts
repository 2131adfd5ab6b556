import type { Finding } from '../errors/index.ts';
import type { FrontMatter } from './schema.ts';

export type { FrontMatter } from './schema.ts';

/** A recipe's text as it stands in a card; `src/recipe` says what it means. */
export interface CardRecipe {
	readonly text: string;
	/** The fence's language, if any. */
	readonly language: string | null;
	/** Line of the first line of the text in the card, 1-based. */
	readonly line: number;
}

/** A table as text. `rows` are as long as `header`. */
export interface CardTable {
	readonly header: readonly string[];
	readonly rows: readonly (readonly string[])[];
	readonly line: number;
	/** The line of each row. */
	readonly rowLines: readonly number[];
	/** The heading it stands under. */
	readonly heading: string | null;
}

/** One number that a card claims, as written. */
export interface CardScore {
	/** Which model it is about: the card's own id unless a table's row or heading says otherwise. */
	readonly model: string;
	/** As written: `Winogrande (5-shot)`, `GSM8K`. */
	readonly benchmark: string;
	readonly metric: string | null;
	readonly shots: number | null;
	readonly value: number;
	/** The digits as written, e.g. `68.00`. */
	readonly text: string;
	readonly standardError: number | null;
	readonly from: 'front-matter' | 'table' | 'list';
	/** Which table or list of the card, from 0; scores that share it were reported together. */
	readonly group: number;
	readonly line: number;
	readonly source: { readonly name: string | null; readonly url: string | null } | null;
}

/** A BibTeX entry, as written. */
export interface CardCitation {
	readonly text: string;
	readonly line: number;
	/** `misc`, `article`, …, lower case. */
	readonly type: string;
	readonly key: string;
}

export interface CardHeading {
	/** The level on the page, 2 to 6. */
	readonly depth: number;
	readonly id: string;
	readonly text: string;
}

/** A model card, read. */
export interface Card {
	/** `owner/name`. */
	readonly id: string;
	readonly owner: string;
	readonly name: string;
	/** The text of the card's first heading if that is an `h1`, else the model's name. */
	readonly title: string;
	/** The first paragraph as plain text. */
	readonly summary: string;
	readonly frontMatter: FrontMatter;
	/** The keys that the front matter gives, in order; empty where there is none. */
	readonly frontMatterKeys: readonly string[];
	/**
	 * The body as safe HTML without the title: sanitised, math rendered, code highlighted, headings
	 * from `h2` down with ids.
	 */
	readonly html: string;
	readonly headings: readonly CardHeading[];
	readonly recipes: readonly CardRecipe[];
	readonly tables: readonly CardTable[];
	readonly scores: readonly CardScore[];
	readonly citations: readonly CardCitation[];
	readonly findings: readonly Finding[];
	/** The file as it is. */
	readonly raw: string;
}
