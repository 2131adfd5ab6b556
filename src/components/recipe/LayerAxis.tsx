import type { JSX } from 'preact';
import { axisTicks } from './view.ts';

/** The numbers of layers under a plot that is as wide as the axis. */
export function LayerAxis({
	layers,
	label,
	outer,
}: {
	readonly layers: number;
	readonly label: string;
	/** Whether the column of values outside layers is in use. */
	readonly outer: boolean;
}): JSX.Element {
	return (
		<div class="rc-row rc-row-axis" aria-hidden="true">
			<span class="rc-label rc-axis-label">{label}</span>
			<div class="rc-axis">
				{axisTicks(layers).map((layer, index) => (
					<span
						key={layer}
						class={index % 2 === 1 ? 'rc-tick rc-tick-odd' : 'rc-tick'}
						style={{ left: `${String(((layer + 0.5) / layers) * 100)}%` }}
					>
						{layer}
					</span>
				))}
			</div>
			<span class="rc-outer-head">{outer ? 'other' : null}</span>
		</div>
	);
}
