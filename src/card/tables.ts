import type { Root, Table, TableRow } from 'mdast';
import { plainText, visit } from './markdown.ts';
import type { CardTable } from './types.ts';

/** A heading of the Markdown tree, as tables and lists stand under it. */
export interface Section {
	readonly heading: string | null;
	readonly line: number;
}

/** The card's Markdown tables as text, each with the heading that it stands under. */
export function readTables(tree: Root): CardTable[] {
	const tables: CardTable[] = [];
	let heading: string | null = null;
	visit(tree, (node) => {
		if (node.type === 'heading') heading = plainText(node).trim();
		if (node.type === 'table') tables.push(readTable(node, heading));
	});
	return tables;
}

function readTable(table: Table, heading: string | null): CardTable {
	const [first, ...rest] = table.children;
	const header = first === undefined ? [] : cellsOf(first);
	const rows = rest.map((row) => {
		const cells = cellsOf(row);
		return header.map((_, column) => cells[column] ?? '');
	});
	return {
		header,
		rows,
		line: table.position?.start.line ?? 1,
		rowLines: rest.map((row) => row.position?.start.line ?? 1),
		heading,
	};
}

function cellsOf(row: TableRow): string[] {
	return row.children.map((cell) => plainText(cell).trim());
}
