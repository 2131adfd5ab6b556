import type { Element, ElementContent, Root, RootContent } from 'hast';

/** A node of either kind of tree, as far as walking it needs to know. */
export interface AnyNode {
	readonly type: string;
	readonly children?: readonly AnyNode[];
}

/** How deep a tree is and how many nodes it has, counted without recursion, down to `limit` levels. */
export function measureTree(root: AnyNode, limit: number): { depth: number; nodes: number } {
	let level: readonly AnyNode[] = [root];
	let nodes = 1;
	for (let depth = 0; ; depth += 1) {
		level = level.flatMap((node) => node.children ?? []);
		nodes += level.length;
		if (level.length === 0 || depth > limit) return { depth, nodes };
	}
}

/** What a visitor answers: nothing, nodes to stand in the element's place, or to leave it and its content. */
export type Visit = undefined | 'skip' | readonly ElementContent[];

/**
 * Visits every element of a tree in document order, the outer before the inner. Replacements are
 * not visited themselves.
 */
export function visitElements(
	parent: Root | Element,
	visitor: (element: Element, parent: Root | Element) => Visit,
): void {
	for (let i = 0; i < parent.children.length; i += 1) {
		const child = parent.children[i];
		if (child?.type !== 'element') continue;
		const answer = visitor(child, parent);
		if (Array.isArray(answer)) {
			parent.children.splice(i, 1, ...(answer as RootContent[] as ElementContent[]));
			i += answer.length - 1;
		} else if (answer !== 'skip') visitElements(child, visitor);
	}
}

/** The text of a node and all within. */
export function textOf(node: Root | RootContent): string {
	if (node.type === 'text') return node.value;
	return 'children' in node ? node.children.map(textOf).join('') : '';
}

/** The classes of an element. */
export function classesOf(element: Element): readonly string[] {
	const { className } = element.properties;
	return Array.isArray(className) ? className.map(String) : [];
}

/** Makes an element; a string among the children is a text. */
export function element(
	tagName: string,
	properties: Element['properties'],
	children: readonly (ElementContent | string)[] = [],
): Element {
	return {
		type: 'element',
		tagName,
		properties,
		children: children.map((child) =>
			typeof child === 'string' ? { type: 'text', value: child } : child,
		),
	};
}
