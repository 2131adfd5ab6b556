import GithubSlugger from 'github-slugger';
import type { Element, Root } from 'hast';
import type { CardHeading } from '../types.ts';
import { element, textOf, visitElements } from '../trees.ts';

/** Ids that a card page uses itself; headings of the same name get a number. */
const TAKEN = [
	'alloy',
	'badge',
	'citations',
	'contents',
	'findings',
	'main',
	'raw',
	'recipe',
	'reproduce',
	'reproduce-title',
	'search',
	'search-text',
	'sources',
	'the-card',
	'the-recipe',
];

/**
 * Takes the first heading off if it is an `h1` and returns its text. A page has one `h1`, the title,
 * which the page itself writes.
 */
export function takeTitle(tree: Root): string | null {
	let title: string | null = null;
	let met = false;
	visitElements(tree, (heading) => {
		if (met || depthOfHeading(heading) === null) return undefined;
		met = true;
		const text = textOf(heading).trim();
		if (heading.tagName !== 'h1' || text === '') return 'skip';
		title = text;
		return [];
	});
	return title;
}

/**
 * Gives every heading an id, an anchor that links to it, and a level under the page's title: the
 * first is an `h2`, and no level is skipped on the way down whatever the card's author wrote.
 */
export function linkHeadings(tree: Root): CardHeading[] {
	const slugger = new GithubSlugger();
	for (const id of TAKEN) slugger.slug(id);
	const headings: CardHeading[] = [];
	const outer: number[] = [];
	visitElements(tree, (heading) => {
		const written = depthOfHeading(heading);
		if (written === null) return undefined;
		while ((outer.at(-1) ?? 0) >= written) outer.pop();
		outer.push(written);
		const depth = Math.min(outer.length + 1, 6);
		const text = textOf(heading).trim();
		const id = slugger.slug(text === '' ? 'section' : text);
		heading.tagName = `h${String(depth)}`;
		heading.properties = { id };
		heading.children.push(
			element('a', { className: ['anchor'], href: `#${id}`, ariaLabel: `Link to “${text}”` }),
		);
		headings.push({ depth, id, text });
		return 'skip';
	});
	return headings;
}

function depthOfHeading(node: Element): number | null {
	const match = /^h([1-6])$/.exec(node.tagName);
	return match === null ? null : Number(match[1]);
}
