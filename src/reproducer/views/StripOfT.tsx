import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { MergePlan } from '../../merge/index.ts';
import type { SpotFinding } from '../../verify/index.ts';
import { stripText } from '../spotTexts.ts';
import { heightOf, stripModel, stripSummary } from '../strip.ts';
import type { StripMark, StripModel, StripRow } from '../strip.ts';

/** Pixels: a row's label, its plot, and the gap below. Across, everything is in percent of the width. */
const LABEL = 18;
const PLOT = 34;
const GAP = 10;
const ROW = LABEL + PLOT + GAP;

/** Below this many pixels a range would not be seen. */
const THIN = 4;

/** The t that was claimed and the t that was found, a row for each kind of tensor, a column a layer. */
export function StripOfT(props: {
	readonly plan: MergePlan;
	readonly findings: readonly SpotFinding[];
}): JSX.Element | null {
	const { plan, findings } = props;
	const model = useMemo(() => stripModel(plan, findings), [plan, findings]);
	if (model === null) return null;
	const axis = 16;
	return (
		<section aria-label="The t that was claimed and found">
			<h4>The t that was claimed, and the t that was found</h4>
			<svg
				class="rm-strip"
				role="img"
				aria-label={stripSummary(model)}
				width="100%"
				height={model.rows.length * ROW + axis}
				data-part="strip"
			>
				{model.rows.map((row, at) => (
					<Row key={row.kind} model={model} row={row} top={at * ROW} first={at === 0} />
				))}
				<LayerNumbers layers={model.layers} y={model.rows.length * ROW + axis - 5} />
			</svg>
			<StripLegend />
		</section>
	);
}

function Row(props: {
	readonly model: StripModel;
	readonly row: StripRow;
	readonly top: number;
	/** Says what the height spans, which is the same for all rows. */
	readonly first: boolean;
}): JSX.Element {
	const { model, row, top } = props;
	const plot = top + LABEL;
	const [low, high] = model.extent;
	return (
		<g>
			<text class="rm-strip-kind" x="0" y={top + LABEL - 5}>
				{row.kind}
			</text>
			{props.first && (
				<text class="rm-strip-end" x="100%" y={top + LABEL - 5} text-anchor="end">
					t {low} to {high}, upwards
				</text>
			)}
			<rect
				class="rm-strip-plot"
				x="0"
				y={plot}
				width={percent(row.layered ? 100 : 100 / model.layers)}
				height={PLOT}
			/>
			{row.marks.map((mark) => (
				<Mark key={mark.finding.index} model={model} mark={mark} plot={plot} />
			))}
		</g>
	);
}

function Mark(props: {
	readonly model: StripModel;
	readonly mark: StripMark;
	readonly plot: number;
}): JSX.Element {
	const { model, mark, plot } = props;
	const { finding } = mark;
	const width = 100 / model.layers;
	const left = mark.layer * width;
	const yOf = (t: number): number => plot + 3 + (1 - heightOf(t, model.extent)) * (PLOT - 6);
	const claimed = yOf(mark.claimed);
	const [low, high] = finding.found ?? [null, null];
	const top = high === null ? claimed : yOf(high);
	const bottom = low === null ? claimed : yOf(low);
	const height = Math.max(THIN, bottom - top);
	return (
		<g data-finding={finding.finding}>
			<title>{stripText(finding)}</title>
			{finding.found !== null && (
				<rect
					class="rm-strip-found"
					x={percent(left + width * 0.25)}
					y={(top + bottom - height) / 2}
					width={percent(width * 0.5)}
					height={height}
				/>
			)}
			<line
				class="rm-strip-claimed"
				x1={percent(left + width * 0.08)}
				x2={percent(left + width * 0.92)}
				y1={claimed}
				y2={claimed}
			/>
			{finding.finding !== 'agrees' && (
				<text
					class="rm-strip-sign"
					x={percent(left + width / 2)}
					y={finding.finding === 'different' ? plot + 12 : plot + PLOT - 4}
					text-anchor="middle"
				>
					{finding.finding === 'different' ? '×' : '?'}
				</text>
			)}
		</g>
	);
}

function percent(value: number): string {
	return `${value.toFixed(3)}%`;
}

function LayerNumbers({ layers, y }: { readonly layers: number; readonly y: number }): JSX.Element {
	const step = layers <= 12 ? 1 : layers <= 48 ? 4 : 8;
	return (
		<g class="rm-strip-layers">
			{Array.from({ length: Math.ceil(layers / step) }, (_, at) => (
				<text
					key={at}
					x={percent(((at * step + 0.5) * 100) / layers)}
					y={y}
					text-anchor={at === 0 && layers > 12 ? 'start' : 'middle'}
				>
					{at * step}
				</text>
			))}
		</g>
	);
}

function StripLegend(): JSX.Element {
	return (
		<p class="rm-legend" data-part="strip-legend">
			<span>
				<svg class="rm-strip rm-strip-key" width="20" height="12" aria-hidden="true">
					<line class="rm-strip-claimed" x1="0" x2="20" y1="6" y2="6" />
				</svg>{' '}
				claimed
			</span>
			<span>
				<svg class="rm-strip rm-strip-key" width="12" height="12" aria-hidden="true">
					<g data-finding="agrees">
						<rect class="rm-strip-found" x="0" y="2" width="12" height="8" />
					</g>
				</svg>{' '}
				found: every t that explains the window
			</span>
			<span>
				<b aria-hidden="true">×</b> contradicts
			</span>
			<span>
				<b aria-hidden="true">?</b> not decidable
			</span>
			<span>across: layers</span>
		</p>
	);
}
