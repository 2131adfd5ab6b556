import type { Finding } from '../errors/index.ts';

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
	/** The heading it stands under. */
	readonly heading: string | null;
}

/** One number that a card claims, as written. */
export interface CardScore {
	/** Which model it is about: the card's own name unless a table's row says otherwise. */
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
	readonly line: number;
	readonly source: { readonly name: string | null; readonly url: string | null } | null;
}

export interface CardHeading {
	readonly depth: number;
	readonly id: string;
	readonly text: string;
}

/** The keys of a card's front matter that Remelt shows; unknown keys are kept in `other`. */
export interface FrontMatter {
	readonly license: string | null;
	readonly licenseLink: string | null;
	readonly language: readonly string[];
	readonly libraryName: string | null;
	readonly pipelineTag: string | null;
	readonly tags: readonly string[];
	readonly baseModel: readonly string[];
	readonly datasets: readonly string[];
	readonly other: Readonly<Record<string, unknown>>;
}

/** A model card, read. */
export interface Card {
	/** `owner/name`. */
	readonly id: string;
	readonly owner: string;
	readonly name: string;
	readonly title: string;
	/** The first paragraph as plain text. */
	readonly summary: string;
	readonly frontMatter: FrontMatter;
	/** The body as safe HTML: sanitised, math rendered, code highlighted, headings with ids. */
	readonly html: string;
	readonly headings: readonly CardHeading[];
	readonly recipes: readonly CardRecipe[];
	readonly tables: readonly CardTable[];
	readonly scores: readonly CardScore[];
	/** BibTeX entries as written. */
	readonly citations: readonly { readonly text: string; readonly line: number }[];
	readonly findings: readonly Finding[];
	/** The file as it is. */
	readonly raw: string;
}
