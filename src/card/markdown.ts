import type { BlockContent, Blockquote, Nodes, Paragraph, Root } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { maskDollars } from './dollars.ts';
import { textBlocks } from './fences.ts';
import {
	MAX_BLOCK_LENGTH,
	MAX_BLOCKS,
	MAX_CONTAINER_DEPTH,
	MAX_HTML_TAGS,
	MAX_NODES,
	MAX_TREE_DEPTH,
} from './limits.ts';
import { measureTree } from './trees.ts';

const ALERT = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\r?\n|$)/i;

/** What a card has too much of to be rendered, and where. */
export interface Excess {
	readonly what: string;
	readonly line: number;
}

/**
 * Tells whether a text has more or longer blocks, or a line that begins with more quote and list markers, than
 * any card needs. The parser takes minutes on such text or overflows the stack, so this is asked first.
 */
export function findExcess(text: string): Excess | null {
	const blocks = textBlocks(text);
	const beyond = blocks[MAX_BLOCKS];
	if (beyond !== undefined)
		return { what: `${String(blocks.length)} blocks of text`, line: beyond.line };
	for (const { start, end, line } of blocks)
		if (end - start > MAX_BLOCK_LENGTH)
			return { what: `a block of ${String(end - start)} characters`, line };
	for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
		const prefix = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))+/.exec(line)?.[0] ?? '';
		const markers = prefix.replace(/\d+|\s+/g, '').length;
		if (markers > MAX_CONTAINER_DEPTH)
			return { what: `${String(markers)} quotes and lists inside one another`, line: index + 1 };
	}
	return null;
}

/** Tells whether a parsed card is larger or nests deeper than the HTML parser can take. */
export function findTreeExcess(tree: Root): Excess | null {
	const { depth, nodes } = measureTree(tree, MAX_TREE_DEPTH);
	if (nodes > MAX_NODES) return { what: `${String(nodes)} pieces of Markdown`, line: 1 };
	if (depth > MAX_TREE_DEPTH) return { what: `${String(depth)} levels of Markdown`, line: 1 };
	let open = 0;
	let tags = 0;
	let found: Excess | null = null;
	visit(tree, (node) => {
		if (node.type !== 'html' || found !== null) return;
		for (const [, slash] of node.value.matchAll(/<(\/?)[a-z]/gi)) {
			open += slash === '/' ? -1 : 1;
			tags += 1;
			const line = node.position?.start.line ?? 1;
			if (open > 4 * MAX_TREE_DEPTH) found = { what: `${String(open)} open HTML tags`, line };
			else if (tags > MAX_HTML_TAGS) found = { what: `${String(tags)} HTML tags`, line };
			if (found !== null) return;
		}
	});
	return found;
}

/**
 * Parses a card's body: GFM, math, alerts. Dollar signs that are money come back as text; math that
 * fills its paragraph, or stands between `$$`, is display math.
 */
export function parseMarkdown(text: string): Root {
	const masked = maskDollars(text);
	const tree = unified().use(remarkParse).use(remarkGfm).use(remarkMath).parse(masked.text);
	visit(tree, (node) => {
		restoreDollars(node, masked.restore);
		if (node.type === 'paragraph') markDisplayMath(node, masked.text);
		if (node.type === 'blockquote') markAlert(node);
	});
	return tree;
}

/** Visits every node of a tree in document order, the outer before the inner. */
export function visit(node: Nodes, visitor: (node: Nodes) => void): void {
	visitor(node);
	if ('children' in node) for (const child of node.children) visit(child, visitor);
}

/** The text of a node and all within, as a reader sees it. */
export function plainText(node: Nodes): string {
	if ('value' in node) return node.type === 'html' ? '' : node.value;
	if (node.type === 'break') return ' ';
	if ('alt' in node) return node.alt ?? '';
	return 'children' in node ? node.children.map(plainText).join('') : '';
}

function restoreDollars(node: Nodes, restore: (piece: string) => string): void {
	if ('value' in node) node.value = restore(node.value);
	if ('url' in node) node.url = restore(node.url);
	if ('title' in node && typeof node.title === 'string') node.title = restore(node.title);
	if ('alt' in node && typeof node.alt === 'string') node.alt = restore(node.alt);
}

function markDisplayMath(paragraph: Paragraph, text: string): void {
	for (const node of paragraph.children) {
		if (node.type !== 'inlineMath') continue;
		const start = node.position?.start.offset ?? 0;
		const doubled = /^\$\$(?!\$)/.test(text.slice(start, start + 3));
		if (doubled || paragraph.children.length === 1)
			node.data = {
				...node.data,
				hProperties: { className: ['language-math', 'math-display'] },
			};
	}
}

/** Makes a quote that begins with `[!NOTE]` and its like an alert. */
function markAlert(quote: Blockquote): void {
	const [paragraph] = quote.children;
	if (paragraph?.type !== 'paragraph') return;
	const [text] = paragraph.children;
	const kind = text?.type === 'text' ? ALERT.exec(text.value) : null;
	if (kind === null || text?.type !== 'text') return;
	const name = (kind[1] ?? 'note').toLowerCase();
	text.value = text.value.slice(kind[0].length);
	const title: BlockContent = {
		type: 'paragraph',
		data: { hProperties: { className: ['alert-title'] } },
		children: [{ type: 'text', value: name.charAt(0).toUpperCase() + name.slice(1) }],
	};
	quote.data = { hName: 'div', hProperties: { className: ['alert', `alert-${name}`] } };
	quote.children = [title, ...quote.children];
}
