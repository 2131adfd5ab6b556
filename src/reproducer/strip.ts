import type { MergePlan } from '../merge/index.ts';
import type { Interval, SpotFinding } from '../verify/index.ts';
import { gridModel } from './grid.ts';

/** Findings of tensors that have a t, by kind and layer. */
export interface StripModel {
	readonly layers: number;
	readonly rows: readonly StripRow[];
	/** What the rows' height spans: 0 to 1, and every t that is claimed. */
	readonly extent: Interval;
}

export interface StripRow {
	readonly kind: string;
	/** Whether the row's tensors belong to layers; else it has one mark. */
	readonly layered: boolean;
	readonly marks: readonly StripMark[];
}

export interface StripMark {
	/** 0 for tensors outside layers. */
	readonly layer: number;
	readonly claimed: number;
	readonly finding: SpotFinding;
}

/** Arranges a spot check's findings; null where no tensor has a t. */
export function stripModel(plan: MergePlan, findings: readonly SpotFinding[]): StripModel | null {
	const byIndex = new Map(findings.map((finding) => [finding.index, finding]));
	const { layers, rows } = gridModel(plan);
	const strip = rows.flatMap(({ kind, layered, cells }): StripRow[] => {
		const marks = cells.flatMap((cell, layer): StripMark[] => {
			const finding = cell === null ? undefined : byIndex.get(cell.index);
			if (finding === undefined || finding.claimed === null) return [];
			return [{ layer, claimed: finding.claimed, finding }];
		});
		return marks.length === 0 ? [] : [{ kind, layered, marks }];
	});
	if (strip.length === 0) return null;
	const claimed = strip.flatMap(({ marks }) => marks.map((mark) => mark.claimed));
	const extent = [Math.min(0, ...claimed), Math.max(1, ...claimed)] as const;
	return { layers: Math.max(1, layers), rows: strip, extent };
}

/** A t's place in a row, from 0 at the bottom to 1 at the top; what lies beyond is put at the edge. */
export function heightOf(t: number, [low, high]: Interval): number {
	return Math.min(1, Math.max(0, (t - low) / (high - low)));
}

/** What the strip shows, row by row, in words. */
export function stripSummary({ rows }: StripModel): string {
	const said = rows.map(({ kind, layered, marks }) => {
		const claims = marks.map(({ claimed }) => claimed);
		const [least, most] = [Math.min(...claims), Math.max(...claims)].map(plain);
		const t = least === most ? `t = ${least ?? ''}` : `t from ${least ?? ''} to ${most ?? ''}`;
		const where = layered ? ` in ${String(marks.length)} layers` : '';
		return `${kind}${where}: ${t} claimed, ${findingsText(marks)}`;
	});
	return `Claimed and found t. ${said.join('; ')}.`;
}

function findingsText(marks: readonly StripMark[]): string {
	const counts = new Map<string, number[]>();
	for (const { layer, finding } of marks) {
		const layers = counts.get(finding.finding);
		if (layers === undefined) counts.set(finding.finding, [layer]);
		else layers.push(layer);
	}
	const parts = [...counts].map(([word, layers]) => {
		if (layers.length === marks.length) return word;
		return word === 'different'
			? `different in layer ${layers.join(', ')}`
			: `${word} in ${String(layers.length)}`;
	});
	return parts.join(', ');
}

function plain(value: number): string {
	return String(Number(value.toFixed(4)));
}
