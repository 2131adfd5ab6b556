import type { Root } from 'mdast';
import type { Finding } from '../errors/index.ts';
import { findCitations } from './bibtex.ts';
import { plainBody, renderBody } from './body.ts';
import type { Body } from './body.ts';
import { readFrontMatter } from './frontMatter.ts';
import { MAX_CARD_LENGTH } from './limits.ts';
import { findExcess, findTreeExcess, parseMarkdown } from './markdown.ts';
import { findRecipes } from './recipes.ts';
import { scoresOfLists, scoresOfModelIndex, scoresOfTables } from './scores.ts';
import { readTables } from './tables.ts';
import type { Card } from './types.ts';

/**
 * Reads a model card: front matter, body, recipes, tables, scores, citations. Synchronous and without
 * side effects. Never throws on content: what is wrong becomes findings, and a body that cannot be
 * rendered within the limits is shown as plain text.
 */
export function readCard(text: string, id: { owner: string; name: string }): Card {
	const own = { id: `${id.owner}/${id.name}`, name: id.name };
	const kept = text.slice(0, MAX_CARD_LENGTH);
	const { frontMatter, keys, places, findings, body } = readFrontMatter(kept);
	const recipes = findRecipes(body);
	const { markdown, rendered } = readBody(body, own.id, recipes);
	const tables = markdown === null ? [] : readTables(markdown);
	return {
		...own,
		owner: id.owner,
		title: rendered.title ?? id.name,
		summary: rendered.summary,
		frontMatter,
		frontMatterKeys: keys,
		html: rendered.html,
		headings: rendered.headings,
		recipes,
		tables,
		scores: [
			...scoresOfModelIndex(frontMatter.modelIndex, places, own),
			...scoresOfTables(tables, own),
			...(markdown === null ? [] : scoresOfLists(markdown, own)),
		],
		citations: findCitations(body),
		findings: [
			...(kept.length < text.length ? [tooLong(text)] : []),
			...findings,
			...rendered.findings,
		],
		raw: text,
	};
}

function readBody(
	body: string,
	repo: string,
	recipes: Card['recipes'],
): { markdown: Root | null; rendered: Body } {
	const excess = findExcess(body);
	if (excess !== null)
		return { markdown: null, rendered: unrendered(body, excess.what, excess.line) };
	try {
		const markdown = parseMarkdown(body);
		const tree = findTreeExcess(markdown);
		if (tree !== null) return { markdown: null, rendered: unrendered(body, tree.what, tree.line) };
		return { markdown, rendered: renderBody(markdown, repo, recipes) };
	} catch (error) {
		// The parsers recurse and may overflow the stack on what the limits let through.
		const what = error instanceof RangeError ? 'more than can be rendered' : String(error);
		return { markdown: null, rendered: unrendered(body, what, undefined) };
	}
}

function unrendered(body: string, what: string, line: number | undefined): Body {
	const finding: Finding = {
		code: 'card-not-rendered',
		severity: 'error',
		message: `The card has ${what}, so it is shown as plain text.`,
		line,
		hint: 'Shorten or flatten the text at that place.',
	};
	return {
		title: null,
		summary: '',
		html: plainBody(body.trimStart()),
		headings: [],
		findings: [finding],
	};
}

function tooLong(text: string): Finding {
	return {
		code: 'card-too-long',
		severity: 'error',
		message: `The card has ${String(text.length)} characters; only the first ${String(MAX_CARD_LENGTH)} are shown.`,
		hint: 'Move long tables and logs into files of their own.',
		details: { length: text.length, limit: MAX_CARD_LENGTH },
	};
}
