import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatRecipe, withSetting, type RecipeContent } from '../../recipe/index.ts';
import { Handles, type SetPoints } from './Handles.tsx';
import { LayerReader } from './LayerReader.tsx';
import { Points } from './Points.tsx';
import { RecipeFigure, type RecipeFigureProps } from './RecipeFigure.tsx';
import { VariantBar } from './VariantBar.tsx';
import { viewRecipe } from './view.ts';

export interface EditorProps {
	readonly recipe: RecipeContent;
	/** Output layers of recipes with `models:`, where known. */
	readonly layers: number | null;
	/** Whether the page can rehearse a variant. */
	readonly canRehearse: boolean;
	/** Whether the reader asked for a variant before this was loaded. */
	readonly asked: boolean;
}

/** A control point. */
const POINT = '[role="slider"]';

/** The picture of a recipe, with its layers to point at and its control points to move. */
export function Editor({ recipe, layers, canRehearse, asked }: EditorProps): JSX.Element {
	// What the page showed has to be drawn once as it was before anything is added to it.
	const [awake, setAwake] = useState(false);
	const [editing, setEditing] = useState(false);
	const [variant, setVariant] = useState(recipe);
	const [layer, setLayer] = useState<number | null>(null);
	const root = useRef<HTMLDivElement>(null);
	// The button that was pressed goes away: what takes the keyboard's place, as a selector.
	const focusNext = useRef<string | null>(null);
	useEffect(() => {
		if (focusNext.current !== null)
			root.current?.querySelector<SVGElement | HTMLElement>(focusNext.current)?.focus();
		focusNext.current = null;
	}, [editing]);
	useEffect(() => {
		setAwake(true);
		setEditing(asked);
		if (asked) focusNext.current = POINT;
	}, []);
	const view = useMemo(() => viewRecipe(variant, layers), [variant]);
	const changed = useMemo(() => formatRecipe(variant) !== formatRecipe(recipe), [variant]);
	const editable = view.stack.length === 0 || view.strips.some(({ model }) => model === null);

	const editingOf: NonNullable<RecipeFigureProps['editing']> = (index) => {
		const strip = view.strips[index];
		if (!awake || !editable || strip === undefined) return {};
		const { parameter: name, layers: count } = strip;
		const set: SetPoints = ({ at }, points) => {
			const [only = 0] = points;
			setVariant(withSetting(variant, name, at, points.length === 1 ? only : points));
			setEditing(true);
		};
		return {
			over: (row, extent) => (
				<Handles name={name} row={row} layers={count} extent={extent} onChange={set} />
			),
			under: editing ? (row) => <Points name={name} row={row} onChange={set} /> : undefined,
		};
	};

	return (
		<div
			ref={root}
			class={awake ? 'rc-awake' : undefined}
			onPointerMove={(event) => {
				setLayer(layerUnder(event, view.layers) ?? layer);
			}}
			onPointerLeave={() => {
				setLayer(null);
			}}
		>
			<RecipeFigure view={view} layer={layer} editing={editingOf} />
			{awake && <LayerReader view={view} layer={layer} onChange={setLayer} />}
			{editable && view.strips.length > 0 && (
				<VariantBar
					editing={editing}
					changed={changed}
					canRehearse={canRehearse}
					yaml={() => formatRecipe(variant)}
					onEdit={() => {
						focusNext.current = POINT;
						setEditing(true);
					}}
					onReset={() => {
						focusNext.current = '[data-variant]';
						setVariant(recipe);
						setEditing(false);
					}}
				/>
			)}
		</div>
	);
}

/** The layer whose column the pointer is in, or null outside the plots. */
function layerUnder(event: PointerEvent, layers: number): number | null {
	const plot = event.target instanceof Element ? event.target.closest('[data-plot]') : null;
	if (plot === null) return null;
	const { left, width } = plot.getBoundingClientRect();
	const layer = Math.floor(((event.clientX - left) / width) * layers);
	return layer >= 0 && layer < layers ? layer : null;
}
