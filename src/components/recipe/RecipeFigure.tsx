import type { JSX } from 'preact';
import { Legend } from './Legend.tsx';
import { Stack } from './Stack.tsx';
import { Strip, type StripProps } from './Strip.tsx';
import { shortName, type RecipeView } from './view.ts';

export interface RecipeFigureProps {
	readonly view: RecipeView;
	/** The layer that the reader points at. */
	readonly layer?: number | null;
	/** What makes a strip editable, given its index. */
	readonly editing?: (index: number) => Pick<StripProps, 'over' | 'under'>;
}

/** A recipe as a picture. The same on paper, without scripts, and under the editor. */
export function RecipeFigure({ view, layer = null, editing }: RecipeFigureProps): JSX.Element {
	const { strips, stack, switches, ends } = view;
	const slerped = strips.some(({ parameter }) => parameter === 't') && ends !== null;
	return (
		<div class="rc-figure">
			{slerped && (
				<p class="rc-caption">
					How far each tensor is turned from {shortName(ends.zero)} (<i>t</i> = 0) to{' '}
					{shortName(ends.one)} (<i>t</i> = 1), layer by layer. The line is the recipe’s gradient
					with its points; a cell is what a layer gets.
				</p>
			)}
			{stack.length > 0 && <Stack view={view} layer={layer} />}
			{strips.map((strip, index) => (
				<Strip
					key={`${strip.parameter} ${strip.model ?? ''}`}
					strip={strip}
					view={view}
					layer={layer}
					{...editing?.(index)}
				/>
			))}
			{strips.length > 0 && <Legend ends={slerped ? ends : null} gaps={hasGaps(view)} />}
			{strips.length === 0 && stack.length === 0 && (
				<p class="rc-caption">This recipe sets no numbers: every tensor is treated alike.</p>
			)}
			{switches.length > 0 && (
				<p class="rc-switches">
					{switches.map(({ name, on }) => (
						<span key={name}>
							<code>{name}</code> {on ? 'on' : 'off'}
						</span>
					))}
				</p>
			)}
		</div>
	);
}

function hasGaps({ strips }: RecipeView): boolean {
	return strips.some(({ rows }) => rows.some(({ values }) => values.includes(null)));
}
