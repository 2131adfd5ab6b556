import type { JSX } from 'preact';
import { shortName, type RecipeView } from './view.ts';

/** What the colours mean: 0 is one model, 1 the other. */
export function Legend({
	ends,
	gaps,
}: {
	readonly ends: RecipeView['ends'];
	/** Whether some cells have no value. */
	readonly gaps: boolean;
}): JSX.Element {
	return (
		<p class="rc-legend">
			<span>
				<b>0</b>
				{ends === null ? null : ` = ${shortName(ends.zero)}`}
			</span>
			<span class="rc-legend-bar" aria-hidden="true" />
			<span>
				<b>1</b>
				{ends === null ? null : ` = ${shortName(ends.one)}`}
			</span>
			{gaps && <span class="rc-legend-gap">not set</span>}
		</p>
	);
}
