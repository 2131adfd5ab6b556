import type { Root as HastRoot } from 'hast';
import type { Root as MdastRoot } from 'mdast';
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import type { Finding } from '../errors/index.ts';
import { MAX_HTML_LENGTH, MAX_TREE_DEPTH } from './limits.ts';
import { frameCode } from './rehype/code.ts';
import { linkHeadings, takeTitle } from './rehype/headings.ts';
import { firstParagraph, replaceCheckboxes, resolveLinks } from './rehype/links.ts';
import { renderMath } from './rehype/math.ts';
import { sanitizeSchema } from './rehype/sanitize.ts';
import { wrapTables } from './rehype/tables.ts';
import { measureTree } from './trees.ts';
import type { CardHeading, CardRecipe } from './types.ts';

/** A card's body as a page shows it. */
export interface Body {
	readonly title: string | null;
	readonly summary: string;
	readonly html: string;
	readonly headings: readonly CardHeading[];
	readonly findings: readonly Finding[];
}

/**
 * Renders a parsed body. The order matters: the author's HTML is parsed and sanitised first, and math,
 * highlighting, anchors and regions are added to what is left.
 *
 * @throws RangeError where the tree is too deep for one of the steps; the caller shows plain text
 */
export function renderBody(
	markdown: MdastRoot,
	repo: string,
	recipes: readonly CardRecipe[],
): Body {
	const tree = toSafeHtml(markdown);
	if (measureTree(tree, 2 * MAX_TREE_DEPTH).depth > 2 * MAX_TREE_DEPTH)
		throw new RangeError('The HTML is nested too deeply.');
	const title = takeTitle(tree);
	replaceCheckboxes(tree);
	resolveLinks(tree, repo);
	const summary = firstParagraph(tree);
	wrapTables(tree);
	frameCode(tree, recipes);
	const headings = linkHeadings(tree);
	const findings = renderMath(tree);
	const html = unified().use(rehypeStringify).stringify(tree);
	if (html.length > MAX_HTML_LENGTH)
		throw new RangeError(`The HTML has ${String(html.length)} characters.`);
	return { title, summary, html, headings, findings };
}

/** From Markdown to HTML that is safe to show; every later step adds only what we write ourselves. */
function toSafeHtml(markdown: MdastRoot): HastRoot {
	return unified()
		.use(remarkRehype, { allowDangerousHtml: true, clobberPrefix: '' })
		.use(rehypeRaw)
		.use(rehypeSanitize, sanitizeSchema)
		.runSync(markdown);
}

/** A text as it is, for cards that cannot be rendered. */
export function plainBody(text: string): string {
	const escaped = text.replace(/[&<>]/g, (char) =>
		char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;',
	);
	return `<pre class="card-plain" tabindex="0">${escaped}</pre>`;
}
