import { useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { angleOf } from '../../merge/index.ts';
import type { TensorResult } from '../../merge/index.ts';
import { moveInGrid, placeOf, valueOf } from '../grid.ts';
import type { Colouring, Extent, GridModel, GridRow, PlannedIndex } from '../grid.ts';
import { cellText } from '../texts.ts';
import { scaleColour } from './scale.ts';

export interface GridProps {
	readonly model: GridModel;
	readonly colouring: Colouring;
	readonly extent: Extent;
	/** By plan index. */
	readonly results: ReadonlyMap<number, TensorResult>;
	/** Indices in flight. */
	readonly active?: ReadonlySet<number> | undefined;
	/** Cells without a result are drawn as outlines. */
	readonly pendingIsEmpty: boolean;
	/** Mark the cells that were slerped on the great circle. */
	readonly markArcs: boolean;
	readonly selected: number | null;
	readonly onSelect: (index: number) => void;
	readonly label: string;
}

/** Layers by kinds, one cell per tensor. One tab stop; arrow keys, Home, End, Page Up and Down move. */
export function Grid(props: GridProps): JSX.Element {
	const { model } = props;
	const [focus, setFocus] = useState({ row: 0, column: 0 });
	const table = useRef<HTMLDivElement>(null);
	const move = (event: KeyboardEvent): void => {
		const next = moveInGrid(model, focus, event.key);
		if (next === null) return;
		event.preventDefault();
		setFocus(next);
		const cell = model.rows[next.row]?.cells[next.column];
		const selector = `[data-row="${String(next.row)}"][data-column="${String(next.column)}"]`;
		table.current?.querySelector<HTMLElement>(selector)?.focus();
		if (cell != null) props.onSelect(cell.index);
	};
	return (
		<div class="rm-gridscroll">
			<div
				class="rm-grid"
				role="grid"
				aria-label={props.label}
				aria-rowcount={model.rows.length + 1}
				ref={table}
				onKeyDown={move}
				style={{ '--layers': String(Math.max(1, model.layers)) }}
				data-part="grid"
			>
				<LayerNumbers layers={model.layers} />
				{model.rows.map((row, at) => (
					<Row key={row.kind} {...props} row={row} at={at} focus={focus} onFocus={setFocus} />
				))}
			</div>
		</div>
	);
}

function LayerNumbers({ layers }: { readonly layers: number }): JSX.Element {
	return (
		<div class="rm-gridrow rm-gridhead" role="row">
			<span class="rm-gridlabel" role="columnheader">
				layer
			</span>
			{Array.from({ length: layers }, (_, layer) => (
				<span key={layer} role="columnheader">
					<span class="rm-hidden">layer {layer}</span>
					<span aria-hidden="true">{layers <= 12 || layer % 4 === 0 ? layer : ''}</span>
				</span>
			))}
		</div>
	);
}

type Place = { readonly row: number; readonly column: number };

interface RowProps extends GridProps {
	readonly row: GridRow;
	readonly at: number;
	readonly focus: Place;
	readonly onFocus: (place: Place) => void;
}

function Row(props: RowProps): JSX.Element {
	const { row, at, focus } = props;
	return (
		<div class={row.layered ? 'rm-gridrow' : 'rm-gridrow rm-gridouter'} role="row">
			<span class="rm-gridlabel" role="rowheader">
				{row.kind}
			</span>
			{row.cells.map((cell, column) =>
				cell === null ? (
					<span key={column} class="rm-cell rm-cell-none" role="gridcell" aria-label="none" />
				) : (
					<Cell
						key={column}
						{...props}
						cell={cell}
						column={column}
						tabbable={focus.row === at && focus.column === column}
					/>
				),
			)}
		</div>
	);
}

interface CellProps extends RowProps {
	readonly cell: PlannedIndex;
	readonly column: number;
	readonly tabbable: boolean;
}

function Cell({ cell, column, at, tabbable, ...props }: CellProps): JSX.Element {
	const result = props.results.get(cell.index) ?? null;
	const value =
		props.pendingIsEmpty && result === null ? null : valueOf(props.colouring, cell.tensor, result);
	const classes = ['rm-cell'];
	if (value === null) classes.push('rm-cell-empty');
	if (props.active?.has(cell.index) === true) classes.push('rm-cell-active');
	if (props.markArcs && angleOf(result)?.branch === 'great-circle') classes.push('rm-cell-arc');
	return (
		<span
			role="gridcell"
			class={classes.join(' ')}
			tabIndex={tabbable ? 0 : -1}
			aria-label={cellText(cell.tensor, result)}
			aria-selected={props.selected === cell.index}
			data-row={at}
			data-column={column}
			data-index={cell.index}
			title={cellText(cell.tensor, result)}
			style={value === null ? {} : { backgroundColor: scaleColour(placeOf(value, props.extent)) }}
			onClick={() => {
				props.onFocus({ row: at, column });
				props.onSelect(cell.index);
			}}
		/>
	);
}
