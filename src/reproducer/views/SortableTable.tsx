import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';

export interface Column<Row> {
	readonly key: string;
	readonly title: string;
	/** Numbers are set flush right. */
	readonly numeric?: boolean | undefined;
	readonly cell: (row: Row) => ComponentChildren;
	/** What to sort by; null sorts last. */
	readonly order: (row: Row) => number | string | null;
}

export interface SortableTableProps<Row> {
	readonly caption: string;
	readonly columns: readonly Column<Row>[];
	readonly rows: readonly Row[];
	readonly index: (row: Row) => number;
	/** What the filter searches. */
	readonly name: (row: Row) => string;
	readonly selected: number | null;
	readonly onSelect: (index: number) => void;
}

type Order = { readonly key: string; readonly down: boolean } | null;

/** A table whose columns sort by their headers, with a filter over the rows' names. */
export function SortableTable<Row>(props: SortableTableProps<Row>): JSX.Element {
	const [order, setOrder] = useState<Order>(null);
	const [filter, setFilter] = useState('');
	const region = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const row = region.current?.querySelector<HTMLElement>('tr[aria-current]');
		if (row != null && region.current !== null) revealIn(region.current, row);
	}, [props.selected]);
	const shown = arrange(props, order, filter);
	return (
		<div class="rm-tablebox">
			<label class="rm-filter">
				<span>Filter by name</span>
				<input
					type="search"
					value={filter}
					spellcheck={false}
					placeholder="layers.7. or q_proj"
					onInput={(event) => {
						setFilter(event.currentTarget.value);
					}}
				/>
				<span class="rm-soft" data-part="shown">
					{shown.length} of {props.rows.length}
				</span>
			</label>
			<div
				class="rm-tablescroll"
				tabIndex={0}
				role="region"
				aria-label={props.caption}
				ref={region}
			>
				<table class="rm-table rm-cards" role="table">
					<caption class="rm-hidden">{props.caption}</caption>
					<Head columns={props.columns} order={order} onOrder={setOrder} />
					<tbody role="rowgroup">
						{shown.map((row) => (
							<Row key={props.index(row)} {...props} row={row} />
						))}
					</tbody>
				</table>
			</div>
		</div>
	);
}

function Row<Item>(props: SortableTableProps<Item> & { readonly row: Item }): JSX.Element {
	const { row, columns } = props;
	const index = props.index(row);
	return (
		<tr
			role="row"
			data-index={index}
			aria-current={props.selected === index ? 'true' : undefined}
			onClick={() => {
				props.onSelect(index);
			}}
		>
			{columns.map(({ key, title, numeric, cell }, at) =>
				at === 0 ? (
					<th key={key} scope="row" role="rowheader">
						{cell(row)}
					</th>
				) : (
					<td key={key} role="cell" data-title={title} class={numeric === true ? 'rm-number' : ''}>
						{cell(row)}
					</td>
				),
			)}
		</tr>
	);
}

interface HeadProps<Row> {
	readonly columns: readonly Column<Row>[];
	readonly order: Order;
	readonly onOrder: (order: Order) => void;
}

function Head<Row>({ columns, order, onOrder }: HeadProps<Row>): JSX.Element {
	return (
		<thead role="rowgroup">
			<tr role="row">
				{columns.map(({ key, title, numeric }) => {
					const mine = order?.key === key ? order : null;
					const sorted = mine === null ? 'none' : mine.down ? 'descending' : 'ascending';
					return (
						<th
							key={key}
							scope="col"
							role="columnheader"
							aria-sort={sorted}
							class={numeric === true ? 'rm-number' : ''}
						>
							<button
								type="button"
								class="rm-sort"
								onClick={() => {
									onOrder(mine?.down === true ? null : { key, down: mine !== null });
								}}
							>
								{title}
							</button>
						</th>
					);
				})}
			</tr>
		</thead>
	);
}

function arrange<Row>(
	{ rows, columns, name }: SortableTableProps<Row>,
	order: Order,
	filter: string,
): readonly Row[] {
	const wanted = filter.trim().toLowerCase();
	const found = rows.filter((row) => name(row).toLowerCase().includes(wanted));
	const column = columns.find(({ key }) => key === order?.key);
	if (column === undefined || order === null) return found;
	return [...found].sort((a, b) => compare(column.order(a), column.order(b), order.down));
}

function compare(a: number | string | null, b: number | string | null, down: boolean): number {
	if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
	const sign = down ? -1 : 1;
	if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
	return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** Scrolls the region, and only it, until the row is in sight. */
function revealIn(region: HTMLElement, row: HTMLElement): void {
	const above = row.offsetTop - region.scrollTop - 40;
	const below = row.offsetTop + row.offsetHeight - region.scrollTop - region.clientHeight;
	if (above < 0) region.scrollTop += above;
	else if (below > 0) region.scrollTop += below;
}
