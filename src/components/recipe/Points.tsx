import type { JSX } from 'preact';
import type { StripPart, StripRow } from '../../recipe/index.ts';
import type { SetPoints } from './Handles.tsx';

/** More points than any recipe has; a gradient can have fewer points than layers, or more. */
const MAX_POINTS = 64;

interface PointsProps {
	readonly name: string;
	readonly row: StripRow;
	readonly onChange: SetPoints;
}

/** The control points of a row as fields to type into, and buttons to add and remove points. */
export function Points({ name, row, onChange }: PointsProps): JSX.Element {
	return (
		<div class="rc-points">
			{distinct(row.parts).map((part) => (
				<fieldset key={part.start}>
					<legend class="visually-hidden">
						{name} of {row.label}
					</legend>
					{part.points.map((value, index) => (
						<input
							key={index}
							class="rc-point"
							type="number"
							step="0.05"
							aria-label={`point ${String(index + 1)}`}
							value={value}
							onInput={(event) => {
								const next = event.currentTarget.valueAsNumber;
								if (Number.isFinite(next)) onChange(part, part.points.with(index, next));
							}}
						/>
					))}
					<button
						type="button"
						class="button small"
						aria-label="Add a point"
						disabled={part.points.length >= MAX_POINTS}
						onClick={() => {
							onChange(part, [...part.points, part.points.at(-1) ?? 0]);
						}}
					>
						+
					</button>
					<button
						type="button"
						class="button small"
						aria-label="Remove the last point"
						disabled={part.points.length <= 1}
						onClick={() => {
							onChange(part, part.points.slice(0, -1));
						}}
					>
						−
					</button>
				</fieldset>
			))}
		</div>
	);
}

/** One part for each place in the recipe: slices may share what is written for the whole. */
function distinct(parts: readonly StripPart[]): StripPart[] {
	const seen = new Set<string>();
	return parts.filter(({ at }) => {
		const { level, entry, slice, source } = at;
		const key =
			level === 'recipe'
				? `recipe ${String(entry)}`
				: JSON.stringify([level, slice, source, entry]);
		return !seen.has(key) && seen.add(key);
	});
}
