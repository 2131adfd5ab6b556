import type { JSX, TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';
import type { StripPart, StripRow } from '../../recipe/index.ts';
import { formatValue, pointPositions } from './view.ts';

/** Sets the control points of a part. */
export type SetPoints = (part: StripPart, points: readonly number[]) => void;

interface HandlesProps {
	readonly name: string;
	readonly row: StripRow;
	readonly layers: number;
	readonly extent: readonly [number, number];
	readonly onChange: SetPoints;
}

/** The control points of a row as sliders that can be dragged or moved by keys. */
export function Handles({ name, row, layers, extent, onChange }: HandlesProps): JSX.Element {
	return (
		<>
			{row.parts.map((part) =>
				pointPositions(part.points.length, part.start, part.end).map((x, index) => (
					<Handle
						key={`${String(part.start)} ${String(index)}`}
						label={`${name} of ${row.label}, point ${String(index + 1)} of ${String(part.points.length)}`}
						value={part.points[index] ?? 0}
						x={x / layers}
						extent={extent}
						onChange={(value) => {
							onChange(part, part.points.with(index, value));
						}}
					/>
				)),
			)}
		</>
	);
}

interface HandleProps {
	readonly label: string;
	readonly value: number;
	/** Along the axis, from 0 to 1. */
	readonly x: number;
	readonly extent: readonly [number, number];
	readonly onChange: (value: number) => void;
}

const KEY_STEPS: Readonly<Record<string, number>> = {
	ArrowUp: 0.01,
	ArrowRight: 0.01,
	ArrowDown: -0.01,
	ArrowLeft: -0.01,
	PageUp: 0.1,
	PageDown: -0.1,
};

function Handle({ label, value, x, extent, onChange }: HandleProps): JSX.Element {
	const [low, high] = extent;
	const held = useRef(false);
	const set = (next: number): void => {
		onChange(Math.round(Math.min(high, Math.max(low, next)) * 100) / 100);
	};
	const drag = (event: TargetedPointerEvent<HTMLSpanElement>): void => {
		const box = event.currentTarget.parentElement?.getBoundingClientRect();
		if (!held.current || box === undefined) return;
		set(high - ((event.clientY - box.top) / box.height) * (high - low));
	};
	return (
		<span
			class="rc-handle"
			role="slider"
			tabindex={0}
			aria-label={label}
			aria-orientation="vertical"
			aria-valuemin={low}
			aria-valuemax={high}
			aria-valuenow={value}
			aria-valuetext={formatValue(value)}
			style={{
				left: `${String(x * 100)}%`,
				top: `${String(((high - value) / (high - low)) * 100)}%`,
			}}
			onKeyDown={(event) => {
				const step = KEY_STEPS[event.key];
				if (step !== undefined) set(value + (event.shiftKey ? step * 10 : step));
				else if (event.key === 'Home') set(low);
				else if (event.key === 'End') set(high);
				else return;
				event.preventDefault();
			}}
			onPointerDown={(event) => {
				if (event.button !== 0) return;
				held.current = true;
				event.currentTarget.setPointerCapture(event.pointerId);
				event.currentTarget.focus();
				event.preventDefault();
			}}
			onPointerMove={drag}
			onPointerUp={() => {
				held.current = false;
			}}
			onPointerCancel={() => {
				held.current = false;
			}}
		/>
	);
}
