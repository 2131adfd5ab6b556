import type { JSX } from 'preact';
import type { StripRow } from '../../recipe/index.ts';
import { scaleColor, scaleInk } from '../scale.ts';
import { formatValue, pointPositions } from './view.ts';

export interface PlotProps {
	readonly name: string;
	readonly row: StripRow;
	readonly layers: number;
	readonly extent: readonly [number, number];
	/** The layer that the reader points at. */
	readonly layer: number | null;
}

/** The control points of a row as a curve over the layers. Decoration: the cells carry the values. */
export function Curve({ row, layers, extent, layer }: PlotProps): JSX.Element {
	const height = (value: number): number => (extent[1] - value) / (extent[1] - extent[0]);
	return (
		<svg
			class="rc-curve"
			viewBox={`0 0 ${String(layers)} 1`}
			preserveAspectRatio="none"
			aria-hidden="true"
		>
			<path
				class="rc-grid"
				d={[0, 0.5, 1].map((v) => `M0 ${String(height(v))}H${String(layers)}`).join('')}
			/>
			{layer !== null && <path class="rc-cursor" d={`M${String(layer + 0.5)} 0V1`} />}
			{row.parts.map(({ points, start, end }) => {
				const xs = pointPositions(points.length, start, end);
				const ys = points.map(height);
				const line =
					points.length === 1
						? `M${String(start)} ${String(ys[0])}H${String(end)}`
						: `M${xs.map((x, index) => `${String(x)} ${String(ys[index])}`).join('L')}`;
				return (
					<g key={start}>
						{start > 0 && <path class="rc-seam" d={`M${String(start)} 0V1`} />}
						<path class="rc-line" d={line} />
						{xs.map((x, index) => {
							// a line of no length with round ends is a dot that scaling cannot distort
							const dot = `M${String(x)} ${String(ys[index])}h0.001`;
							return (
								<g key={x}>
									<path class="rc-dot-rim" d={dot} />
									<path class="rc-dot" d={dot} stroke={scaleColor(points[index] ?? 0)} />
								</g>
							);
						})}
					</g>
				);
			})}
		</svg>
	);
}

/** One cell per layer, coloured by value. */
export function Cells({ name, row, layers, layer }: PlotProps): JSX.Element {
	return (
		<svg
			class="rc-cells"
			viewBox={`0 0 ${String(layers)} 1`}
			preserveAspectRatio="none"
			aria-hidden="true"
		>
			{row.values.map((value, index) => (
				<rect
					key={index}
					x={index}
					y="0"
					width="1"
					height="1"
					class={value === null ? 'rc-none' : undefined}
					fill={value === null ? undefined : scaleColor(value)}
				>
					<title>{`layer ${String(index)}: ${name} = ${formatValue(value)}`}</title>
				</rect>
			))}
			{layer !== null && <rect class="rc-here" x={layer} y="0" width="1" height="1" />}
		</svg>
	);
}

/** The value for embeddings, final norm and head, where the row governs them. */
export function Outer({
	name,
	value,
}: {
	readonly name: string;
	readonly value: number | null;
}): JSX.Element {
	if (value === null) return <span class="rc-outer" />;
	return (
		<span
			class="rc-outer rc-outer-set"
			title={`embeddings, final norm, head: ${name} = ${formatValue(value)}`}
			style={{ background: scaleColor(value), color: scaleInk(value) }}
		>
			{formatValue(value)}
		</span>
	);
}
