import type { JSX } from 'preact';
import type { SliceView } from '../../recipe/index.ts';
import { LayerAxis } from './LayerAxis.tsx';
import { formatValue, shortName, type RecipeView } from './view.ts';

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
	const height = sources.length * (BAND + GAP) + BAND;
	const bottom = height - BAND;
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
function sourcesOf({ stack, models }: RecipeView): { model: string; layers: number }[] {
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

function stackTitle({ stack, layers, models }: RecipeView): string {
	const repeated = stack.flatMap((slice) => slice.layers).filter((each) => each.repeated).length;
	const from = models.length === 1 ? shortName(models[0] ?? '') : `${String(models.length)} models`;
	const again = repeated === 0 ? '' : `, ${String(repeated)} of them taken a second time`;
	return `${String(layers)} output layers in ${String(stack.length)} slices of ${from}${again}`;
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

/** What one output layer is, in words. */
export function layerSentence({ stack }: RecipeView, output: number): string {
	const slice = stack.find(({ start, end }) => output >= start && output < end);
	const layer = slice?.layers.find((each) => each.output === output);
	if (slice === undefined || layer === undefined) return '';
	const names = slice.sources
		.map(
			({ model, range }) =>
				`layer ${String(range[0] + output - slice.start)} of ${shortName(model)}`,
		)
		.join(' and ');
	const again = layer.repeated ? ', again' : '';
	return `Output layer ${String(output)}: ${names}${again}${scalesInWords(slice)}.`;
}

function scalesInWords({ scales, identity }: SliceView): string {
	const rules = scales
		.filter(({ filter, value }) => filter !== null || value !== 1)
		.map(({ filter, value }) => {
			const number =
				typeof value === 'number' ? formatValue(value) : value.map(formatValue).join(' … ');
			return `${filter ?? 'the rest'} × ${number}`;
		});
	if (rules.length === 0) return '';
	return `; ${rules.join(', ')}${identity ? ': passes its input on unchanged' : ''}`;
}

function SliceTable({ view }: { readonly view: RecipeView }): JSX.Element {
	return (
		<details class="rc-details no-print">
			<summary>Slices as a table</summary>
			<div class="rc-scroll" tabindex={0} role="group" aria-label="Slices">
				<table class="rc-table">
					<thead>
						<tr>
							<th scope="col">output layers</th>
							<th scope="col">from</th>
							<th scope="col">layers</th>
							<th scope="col">scaled</th>
						</tr>
					</thead>
					<tbody>
						{view.stack.map((slice) => (
							<tr key={slice.index}>
								<th scope="row">{span(slice.start, slice.end)}</th>
								<td>{slice.sources.map(({ model }) => shortName(model)).join(', ')}</td>
								<td>
									{slice.sources.map(({ range }) => span(range[0], range[1])).join(', ')}
									{slice.layers.every(({ repeated }) => repeated) ? ' again' : ''}
								</td>
								<td>{scalesInWords(slice).replace(/^; /, '') || '–'}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</details>
	);
}

/** A half-open range of layers, written with its last layer. */
function span(start: number, end: number): string {
	return end - start === 1 ? String(start) : `${String(start)}–${String(end - 1)}`;
}
