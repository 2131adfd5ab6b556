import type { Element, Root } from 'hast';
import { element, textOf, visitElements } from '../trees.ts';
import { readNumber } from '../numbers.ts';

/**
 * Wraps every table in a region that scrolls and that the keyboard reaches, and marks what a script
 * needs to sort it: `data-sortable` on the table, class `num` on the columns that hold numbers,
 * `data-value` on their cells.
 */
export function wrapTables(tree: Root): void {
	let count = 0;
	let heading = '';
	visitElements(tree, (node) => {
		if (/^h[1-6]$/.test(node.tagName)) heading = textOf(node).trim();
		if (node.tagName !== 'table') return undefined;
		count += 1;
		markColumns(node);
		node.properties['dataSortable'] = '';
		const label = `Table ${String(count)}${heading === '' ? '' : `: ${heading}`}`;
		return [
			element(
				'div',
				{ className: ['table-scroll'], tabIndex: 0, role: 'region', ariaLabel: label },
				[node],
			),
		];
	});
}

function markColumns(table: Element): void {
	const rows = rowsOf(table);
	const [header = [], ...body] = rows;
	for (const [column, cell] of header.entries()) {
		if (cell.tagName === 'th') cell.properties['scope'] = 'col';
		const cells = body.flatMap((row) => row[column] ?? []);
		const values = cells.map((each) => readNumber(textOf(each)));
		const filled = cells.filter((each) => textOf(each).trim() !== '');
		if (filled.length === 0 || values.filter((value) => value !== null).length < filled.length)
			continue;
		for (const [row, each] of [cell, ...cells].entries()) {
			each.properties['className'] = ['num'];
			const value = row === 0 ? null : (values[row - 1] ?? null);
			if (value !== null) each.properties['dataValue'] = String(value.value);
		}
	}
}

function rowsOf(table: Element): Element[][] {
	const rows: Element[][] = [];
	visitElements(table, (node) => {
		if (node.tagName === 'table') return 'skip';
		if (node.tagName !== 'tr') return undefined;
		rows.push(
			node.children.filter(
				(child): child is Element =>
					child.type === 'element' && (child.tagName === 'td' || child.tagName === 'th'),
			),
		);
		return 'skip';
	});
	return rows;
}
