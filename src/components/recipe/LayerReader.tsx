import type { JSX } from 'preact';
import { layerSentence } from './stackWords.ts';
import { formatValue, type RecipeView } from './view.ts';

/** A slider over the layers that says what the chosen layer gets: the keyboard's way to point. */
export function LayerReader({
	view,
	layer,
	onChange,
}: {
	readonly view: RecipeView;
	readonly layer: number | null;
	readonly onChange: (layer: number) => void;
}): JSX.Element {
	const words = layer === null ? 'Point at a layer to read its values.' : layerInWords(view, layer);
	return (
		<div class="rc-reader no-print">
			<label>
				<span class="rc-label">read layer</span>
				<input
					type="range"
					min="0"
					max={view.layers - 1}
					step="1"
					value={layer ?? 0}
					aria-valuetext={words}
					onInput={(event) => {
						onChange(event.currentTarget.valueAsNumber);
					}}
				/>
			</label>
			<p class="rc-reading" aria-hidden="true">
				{words}
			</p>
		</div>
	);
}

function layerInWords(view: RecipeView, layer: number): string {
	if (view.stack.length > 0 && view.strips.every(({ parameter }) => parameter === 'scale'))
		return layerSentence(view, layer);
	const parts = view.strips.flatMap((strip) =>
		strip.rows.map((row) => {
			const of = view.strips.length > 1 ? `${strip.parameter} of ${row.label}` : row.label;
			return `${of} ${formatValue(row.values[layer] ?? null)}`;
		}),
	);
	return `Layer ${String(layer)}: ${parts.join(' · ')}`;
}
