import type { Element, ElementContent, Root } from 'hast';
import { element, textOf, visitElements } from '../trees.ts';
import type { Visit } from '../trees.ts';

const HUB = 'https://huggingface.co';
const PREFIX = 'user-content-';

/** Elements whose paragraphs are not the card's first: quotes, alerts, tables. */
const OUTSIDE = new Set(['blockquote', 'div', 'table']);

/**
 * Makes a card's links lead where its author meant: files of the repository to the Hub, fragments to
 * ids on this page. Links to elsewhere carry `rel="noopener nofollow"`. Pictures become links, since
 * the page loads nothing from other hosts.
 *
 * @param repo `owner/name`, against which relative addresses are resolved
 */
export function resolveLinks(tree: Root, repo: string): void {
	const ids = new Set<string>();
	visitElements(tree, (node) => {
		if (typeof node.properties['id'] === 'string') ids.add(node.properties['id']);
		return undefined;
	});
	visitElements(tree, (node, parent): Visit => {
		if (node.tagName === 'img') return pictureLink(node, parent, repo);
		if (node.tagName === 'source') return [];
		if (node.tagName === 'a') resolveLink(node, repo, ids);
		return undefined;
	});
}

function resolveLink(link: Element, repo: string, ids: ReadonlySet<string>): void {
	const { href } = link.properties;
	if (typeof href !== 'string') return;
	if (href.startsWith('#')) {
		const id = decode(href.slice(1));
		if (!ids.has(id) && ids.has(PREFIX + id)) link.properties['href'] = `#${PREFIX}${id}`;
		return;
	}
	link.properties['href'] = absolute(href, `${HUB}/${repo}/blob/main/`);
	link.properties['rel'] = ['noopener', 'nofollow'];
}

function pictureLink(image: Element, parent: Root | Element, repo: string): ElementContent[] {
	const { src, alt } = image.properties;
	const label = typeof alt === 'string' && alt.trim() !== '' ? alt.trim() : 'picture';
	if (typeof src !== 'string' || src === '') return [{ type: 'text', value: label }];
	// Inside a link the picture's text is the link's text: links do not nest.
	if (parent.type === 'element' && parent.tagName === 'a') return [{ type: 'text', value: label }];
	const href = absolute(src, `${HUB}/${repo}/resolve/main/`);
	return [
		element('a', { href, className: ['picture'], rel: ['noopener', 'nofollow'] }, [
			`Picture: ${label}`,
		]),
	];
}

function absolute(address: string, base: string): string {
	return URL.canParse(address, base) ? new URL(address, base).href : base;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Shows task list boxes as signs: a disabled input has no label that a screen reader could read. */
export function replaceCheckboxes(tree: Root): void {
	visitElements(tree, (node) => {
		if (node.tagName !== 'input') return undefined;
		return [{ type: 'text', value: node.properties['checked'] === true ? '☑' : '☐' }];
	});
}

/** The first paragraph's text, for summaries; empty where the card has none. */
export function firstParagraph(tree: Root): string {
	let text = '';
	visitElements(tree, (node) => {
		if (text !== '' || OUTSIDE.has(node.tagName)) return 'skip';
		if (node.tagName === 'p') text = textOf(node).replace(/\s+/g, ' ').trim();
		return undefined;
	});
	return text;
}
