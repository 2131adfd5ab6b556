import { angleOf, settingOf } from '../merge/index.ts';
import type { MergePlan, PlannedTensor, TensorResult } from '../merge/index.ts';

/** What a grid's colours can mean. */
export type Colouring = 'setting' | 'angle' | 'identical';

/** Output tensors arranged by kind (rows) and layer (columns). */
export interface GridModel {
	readonly layers: number;
	readonly rows: readonly GridRow[];
}

export interface GridRow {
	readonly kind: string;
	/** One per layer; null where the layer has no such tensor. Outside layers: the tensor alone. */
	readonly cells: readonly (PlannedIndex | null)[];
	/** Whether the row's tensors belong to layers. */
	readonly layered: boolean;
}

/** A planned tensor and its index in the plan. */
export interface PlannedIndex {
	readonly index: number;
	readonly tensor: PlannedTensor;
}

/** Arranges a plan's tensors. Rows of layers come first, by name; then those outside layers. */
export function gridModel(plan: MergePlan): GridModel {
	const indexed = plan.tensors.map((tensor, index) => ({ tensor, index }));
	const inLayers = indexed.filter(({ tensor }) => tensor.layer !== null);
	const layers = inLayers.reduce((most, { tensor }) => Math.max(most, (tensor.layer ?? 0) + 1), 0);
	const kinds = [...new Set(inLayers.map(({ tensor }) => tensor.kind))].sort(byModule);
	const rows = kinds.map((kind) => {
		const cells = new Array<PlannedIndex | null>(layers).fill(null);
		for (const entry of inLayers)
			if (entry.tensor.kind === kind && entry.tensor.layer !== null)
				cells[entry.tensor.layer] = entry;
		return { kind, cells, layered: true };
	});
	const outer = indexed.filter(({ tensor }) => tensor.layer === null);
	return {
		layers,
		rows: [
			...rows,
			...outer.map((entry) => ({ kind: entry.tensor.kind, cells: [entry], layered: false })),
		],
	};
}

/** Kinds within modules (`self_attn.q_proj`) before single ones (norms), each by name, attention first. */
function byModule(a: string, b: string): number {
	const rank = (kind: string): number =>
		/attn|attention\./.test(kind) ? 0 : kind.includes('.') ? 1 : 2;
	return rank(a) - rank(b) || a.localeCompare(b, 'en');
}

/** The ends of a colouring's scale over a run, in the unit that its legend shows. */
export interface Extent {
	readonly low: number;
	readonly high: number;
}

/** The range that colours span: 0 to 1 for settings, what occurs for the rest. */
export function extentOf(colouring: Colouring, results: readonly TensorResult[]): Extent {
	if (colouring === 'setting') return { low: 0, high: 1 };
	const values = results.flatMap((result) => valueOf(colouring, null, result) ?? []);
	if (colouring === 'angle') return { low: 0, high: Math.max(...values, 1e-6) };
	// Shares crowd below 1; where all are 1 the scale still needs a length.
	return { low: Math.min(...values, 0.999), high: 1 };
}

/** A cell's value in its colouring's unit (angle in degrees); null where it has none (yet). */
export function valueOf(
	colouring: Colouring,
	tensor: PlannedTensor | null,
	result: TensorResult | null,
): number | null {
	if (colouring === 'setting') return tensor === null ? null : settingOf(tensor).value;
	if (colouring === 'angle') {
		const angle = angleOf(result);
		return angle === null ? null : degreesOf(angle.cosine);
	}
	if (result?.comparison == null) return null;
	return shareOf(result.comparison);
}

/** Whether some tensors were slerped and others averaged, so that the two need telling apart. */
export function branchesDiffer(results: readonly TensorResult[]): boolean {
	const branches = new Set(results.flatMap((result) => angleOf(result)?.branch ?? []));
	return branches.size > 1;
}

/** The angle of a cosine, in degrees. */
export function degreesOf(cosine: number): number {
	return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
}

/** Identical elements of all; 1 for a tensor without elements. */
export function shareOf(comparison: { identical: number; elements: number }): number {
	return comparison.elements === 0 ? 1 : comparison.identical / comparison.elements;
}

/** A value's place on its scale, 0 to 1. */
export function placeOf(value: number, { low, high }: Extent): number {
	return high === low ? 1 : Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/** The cell that a key leads to from `(row, column)`; null where the key is not one of the grid's. */
export function moveInGrid(
	model: GridModel,
	at: { row: number; column: number },
	key: string,
): { row: number; column: number } | null {
	const lastRow = model.rows.length - 1;
	const clamp = (row: number, column: number): { row: number; column: number } => {
		const within = Math.min(lastRow, Math.max(0, row));
		const last = (model.rows[within]?.cells.length ?? 1) - 1;
		return { row: within, column: Math.min(last, Math.max(0, column)) };
	};
	switch (key) {
		case 'ArrowLeft':
			return clamp(at.row, at.column - 1);
		case 'ArrowRight':
			return clamp(at.row, at.column + 1);
		case 'ArrowUp':
			return clamp(at.row - 1, at.column);
		case 'ArrowDown':
			return clamp(at.row + 1, at.column);
		case 'Home':
			return clamp(at.row, 0);
		case 'End':
			return clamp(at.row, model.layers);
		case 'PageUp':
			return clamp(0, at.column);
		case 'PageDown':
			return clamp(lastRow, at.column);
		default:
			return null;
	}
}
