import type { ComponentChildren, JSX } from 'preact';
import type { ParameterStrip, StripRow } from '../../recipe/index.ts';
import { LayerAxis } from './LayerAxis.tsx';
import { Cells, Curve, Outer } from './Plot.tsx';
import { ValueTable } from './ValueTable.tsx';
import { extentOf, formatValue, rowSummary, shortName, type RecipeView } from './view.ts';

export interface StripProps {
	readonly strip: ParameterStrip;
	readonly view: RecipeView;
	/** The layer that the reader points at. */
	readonly layer: number | null;
	/** What lies over a row's curve: handles, where it can be edited. */
	readonly over?:
		((row: StripRow, extent: readonly [number, number]) => ComponentChildren) | undefined;
	/** What stands under a row: number fields, where it can be edited. */
	readonly under?: ((row: StripRow) => ComponentChildren) | undefined;
}

/** A parameter over the layers: small multiples, one row per kind of tensor. */
export function Strip({ strip, view, layer, over, under }: StripProps): JSX.Element {
	const extent = extentOf(strip);
	const { parameter: name, layers } = strip;
	const flat = isFlat(strip);
	return (
		<div class="rc-strip">
			<p class="rc-title">
				<code>{name}</code>
				{strip.model === null ? null : <> of {shortName(strip.model)}</>}
				<span class="rc-title-note">
					{view.assumed ? `drawn for ${String(layers)} layers` : `over ${String(layers)} layers`}
				</span>
			</p>
			{strip.rows.map((row) => (
				<div class="rc-row" key={row.label} role="group" aria-label={rowSummary(name, row)}>
					<span class="rc-label">
						<span class={row.filter === null ? undefined : 'rc-filter'}>{row.label}</span>
						{row.filter === null && row.kinds.length > 0 && strip.rows.length > 1 && (
							<span class="rc-kinds">{kindsInWords(row.kinds)}</span>
						)}
					</span>
					<div class="rc-plot" data-plot>
						{!flat && (
							<div class="rc-curve-box">
								<Curve name={name} row={row} layers={layers} extent={extent} layer={layer} />
								<span class="rc-high" aria-hidden="true">
									{formatValue(extent[1])}
								</span>
								<span class="rc-low" aria-hidden="true">
									{formatValue(extent[0])}
								</span>
								{over?.(row, extent)}
							</div>
						)}
						<Cells name={name} row={row} layers={layers} extent={extent} layer={layer} />
					</div>
					<Outer name={name} value={row.outer} />
					{under?.(row)}
				</div>
			))}
			<LayerAxis
				layers={layers}
				label={view.stack.length > 0 ? 'output layer' : 'layer'}
				outer={strip.rows.some((row) => row.outer !== null)}
			/>
			<ValueTable strip={strip} />
		</div>
	);
}

/** A model's own settings that do not vary within slices need no curve, and take less room. */
function isFlat({ model, rows }: ParameterStrip): boolean {
	return (
		model !== null && rows.every(({ parts }) => parts.every(({ points }) => points.length === 1))
	);
}

const WORDS: Readonly<Record<string, string>> = {
	embed_tokens: 'embeddings',
	input_layernorm: 'layer norms',
	post_attention_layernorm: 'layer norms',
	norm: 'final norm',
	lm_head: 'head',
};

/** The tensors of a fallback row, named as people name them, where there are few. */
function kindsInWords(kinds: readonly string[]): string {
	const words = [...new Set(kinds.map((kind) => WORDS[kind] ?? kind))];
	return words.length > 5 ? '' : words.join(', ');
}
