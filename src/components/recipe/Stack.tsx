import type { JSX } from 'preact';
import type { SliceView } from '../../recipe/index.ts';
import { LayerAxis } from './LayerAxis.tsx';
import { SliceTable } from './SliceTable.tsx';
import { layerSentence, stackTitle } from './stackWords.ts';
import { shortName, type RecipeView } from './view.ts';

/** Heights of the drawing, in its own units. */
const BAND = 10;
const GAP = 34;

/** Slices as ribbons from the layers of the models, above, to the layers of the output, below. */
export function Stack({
	view,
	layer,
}: {
	readonly view: RecipeView;
	/** The output layer that the reader points at. */
	readonly layer: number | null;
}): JSX.Element {
	const sources = sourcesOf(view);
	return (
		<div class="rc-stack">
			<p class="rc-title">{stackTitle(view)}</p>
			{identityNote(view)}
			<div class="rc-row rc-row-stack">
				<span class="rc-label rc-stack-labels" style={{ '--rows': String(sources.length + 1) }}>
					{sources.map(({ model }) => (
						<span key={model}>{shortName(model)}</span>
					))}
					<span>output</span>
				</span>
				<div class="rc-plot" data-plot>
					<Ribbons view={view} layer={layer} sources={sources} />
				</div>
				<span class="rc-outer" />
			</div>
			<LayerAxis layers={view.layers} label="output layer" outer={false} />
			<Key stack={view.stack} />
			<SliceTable view={view} />
		</div>
	);
}

/** What the colours of the output's layers mean, as far as they occur. */
function Key({ stack }: Pick<RecipeView, 'stack'>): JSX.Element | null {
	const kinds = new Set(
		stack.flatMap(({ layers, identity }) =>
			layers.map(({ repeated }) => kindOf(repeated, identity)),
		),
	);
	if (kinds.size < 2) return null;
	return (
		<ul class="rc-key" aria-hidden="true">
			{Object.entries(KINDS).map(([kind, words]) =>
				kinds.has(kind) ? (
					<li key={kind} class={`rc-key-${kind}`}>
						{words}
					</li>
				) : null,
			)}
		</ul>
	);
}

const KINDS: Readonly<Record<string, string>> = {
	new: 'taken once',
	repeated: 'taken again',
	identity: 'scaled so that it adds nothing yet',
};

function kindOf(repeated: boolean, identity: boolean): string {
	if (identity) return 'identity';
	return repeated ? 'repeated' : 'new';
}

/** The models that slices take layers from, with as many layers as they are seen to have. */
function sourcesOf({ stack, models }: RecipeView): Sources {
	return models.flatMap((model) => {
		const ends = stack.flatMap(({ sources }) =>
			sources.filter((source) => source.model === model).map(({ range }) => range[1]),
		);
		return ends.length === 0 ? [] : [{ model, layers: Math.max(...ends) }];
	});
}

interface RibbonProps {
	readonly slice: SliceView;
	readonly model: string;
	readonly from: number;
	readonly to: number;
	readonly here: boolean;
}

function Ribbon({ slice, model, from, to, here }: RibbonProps): JSX.Element | null {
	const source = slice.sources.find((each) => each.model === model);
	if (source === undefined) return null;
	const [a, b] = source.range;
	const middle = (from + to) / 2;
	const side = (x0: number, x1: number): string =>
		`C${String(x0)} ${String(middle)} ${String(x1)} ${String(middle)} ${String(x1)}`;
	const path = `M${String(a)} ${String(from)}${side(a, slice.start)} ${String(to)}H${String(slice.end)}${side(slice.end, b)} ${String(from)}Z`;
	const repeated = slice.layers.every((layer) => layer.repeated);
	return (
		<path
			class={`rc-ribbon rc-${kindOf(repeated, slice.identity)}${here ? ' rc-here' : ''}`}
			d={path}
		/>
	);
}

type Sources = readonly { readonly model: string; readonly layers: number }[];

function Ribbons({
	view,
	layer,
	sources,
}: {
	readonly view: RecipeView;
	readonly layer: number | null;
	readonly sources: Sources;
}): JSX.Element {
	const height = sources.length * (BAND + GAP) + BAND;
	const bottom = height - BAND;
	return (
		<svg
			class="rc-ribbons"
			viewBox={`0 0 ${String(view.layers)} ${String(height)}`}
			preserveAspectRatio="none"
			style={{ '--bands': String(sources.length) }}
			aria-hidden="true"
		>
			{sources.map(({ model, layers }, row) => {
				const top = row * (BAND + GAP);
				return (
					<g key={model}>
						{view.stack.map((slice) => (
							<Ribbon
								key={slice.index}
								slice={slice}
								model={model}
								from={top + BAND}
								to={bottom}
								here={layer !== null && layer >= slice.start && layer < slice.end}
							/>
						))}
						{Array.from({ length: layers }, (_, at) => (
							<rect key={at} class="rc-source" x={at} y={top} width="1" height={BAND} />
						))}
					</g>
				);
			})}
			{view.stack.flatMap((slice) =>
				slice.layers.map(({ output, repeated }) => (
					<rect
						key={output}
						class={`rc-output rc-${kindOf(repeated, slice.identity)}${output === layer ? ' rc-here' : ''}`}
						x={output}
						y={bottom}
						width="1"
						height={BAND}
					>
						<title>{layerSentence(view, output)}</title>
					</rect>
				)),
			)}
			<path
				class="rc-seam"
				d={view.stack
					.slice(1)
					.map(({ start }) => `M${String(start)} ${String(bottom)}V${String(height)}`)
					.join('')}
			/>
		</svg>
	);
}

/** Why a layer would be taken again and silenced. */
function identityNote({ stack }: RecipeView): JSX.Element | null {
	const silent = stack.filter(({ identity }) => identity).flatMap(({ layers }) => layers).length;
	if (silent === 0) return null;
	return (
		<p class="rc-caption">
			In {silent === 1 ? 'one' : silent} of them <code>o_proj</code> and <code>down_proj</code> are
			multiplied by zero: such a layer adds nothing and passes its input on unchanged, until it is
			trained.
		</p>
	);
}
