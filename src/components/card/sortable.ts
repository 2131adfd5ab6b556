/** What a cell is ordered by: the number that it holds, else its text. */
function keyOf(row: HTMLTableRowElement, column: number): number | string {
	const cell = row.cells[column];
	const value = cell?.dataset['value'];
	return value === undefined ? (cell?.textContent.trim() ?? '') : Number(value);
}

/** Numbers before texts; texts as readers order them. */
function compare(a: number | string, b: number | string): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
	return String(a).localeCompare(String(b), 'en', { numeric: true, sensitivity: 'base' });
}

/**
 * Puts a button into each heading of a table's columns. The first press orders numbers from high to
 * low and texts from A to Z, the second the other way, the third as the author had it. Cells that
 * hold no number stay last among numbers.
 */
export function makeSortable(table: HTMLTableElement): void {
	const head = table.tHead?.rows[0];
	const body = table.tBodies[0];
	if (head === undefined || body === undefined || body.rows.length < 2) return;
	const original = [...body.rows];

	const sort = (heading: HTMLTableCellElement): void => {
		const column = heading.cellIndex;
		const numeric = original.some((row) => row.cells[column]?.dataset['value'] !== undefined);
		const orders = numeric ? ['descending', 'ascending'] : ['ascending', 'descending'];
		const was = heading.getAttribute('aria-sort');
		const order = was === null ? orders[0] : was === orders[0] ? orders[1] : undefined;
		for (const cell of head.cells) cell.removeAttribute('aria-sort');
		if (order === undefined) {
			body.append(...original);
			return;
		}
		heading.setAttribute('aria-sort', order);
		const sign = order === 'ascending' ? 1 : -1;
		const rows = original.map((row) => ({ row, key: keyOf(row, column) }));
		rows.sort((a, b) =>
			typeof a.key === typeof b.key ? sign * compare(a.key, b.key) : compare(a.key, b.key),
		);
		body.append(...rows.map(({ row }) => row));
	};

	for (const heading of head.cells) {
		if (heading.textContent.trim() === '') continue;
		const button = document.createElement('button');
		button.type = 'button';
		button.className = 'sort';
		button.append(...heading.childNodes);
		heading.append(button);
		button.addEventListener('click', () => {
			sort(heading);
		});
	}
}
