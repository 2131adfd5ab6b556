import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { HEIGHT, ORIGIN, toDrawing, UNIT, WIDTH } from './SlerpDrawing.tsx';
import { degreesOf, norm, polar, type Vector } from './slerpMath.ts';

const SHORTEST = 0.1;

interface TipProps {
	readonly name: string;
	readonly vector: Vector;
	readonly longest: number;
	readonly onMove: (vector: Vector) => void;
}

/** Degrees to turn and length to add, by key. */
const KEYS: Readonly<Record<string, readonly [number, number]>> = {
	ArrowLeft: [1, 0],
	ArrowRight: [-1, 0],
	ArrowUp: [0, 0.02],
	ArrowDown: [0, -0.02],
	PageUp: [10, 0],
	PageDown: [-10, 0],
};

/** The tip of a vector: drag it, or turn it with left and right and stretch it with up and down. */
export function Tip({ name, vector, longest, onMove }: TipProps): JSX.Element {
	const held = useRef(false);
	const { x, y } = toDrawing(vector);
	const degrees = degreesOf(vector);
	const length = norm(vector);
	const move = (nextLength: number, nextDegrees: number): void => {
		onMove(polar(Math.min(longest, Math.max(SHORTEST, nextLength)), nextDegrees));
	};
	return (
		<circle
			class="sf-handle"
			cx={x}
			cy={y}
			r="20"
			role="slider"
			tabindex={0}
			aria-label={`${name}: left and right turn it, up and down stretch it`}
			aria-valuemin={-180}
			aria-valuemax={180}
			aria-valuenow={Math.round(degrees)}
			aria-valuetext={`${String(Math.round(degrees))} degrees, length ${length.toFixed(2)}`}
			onKeyDown={(event) => {
				const step = KEYS[event.key];
				if (step === undefined) return;
				event.preventDefault();
				const times = event.shiftKey ? 10 : 1;
				move(length + step[1] * times, degrees + step[0] * times);
			}}
			onPointerDown={(event) => {
				held.current = true;
				event.currentTarget.setPointerCapture(event.pointerId);
			}}
			onPointerMove={(event) => {
				const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
				if (!held.current || box === undefined) return;
				const next = {
					x: (((event.clientX - box.left) / box.width) * WIDTH - ORIGIN.x) / UNIT,
					y: (ORIGIN.y - ((event.clientY - box.top) / box.height) * HEIGHT) / UNIT,
				};
				move(norm(next), degreesOf(next));
			}}
			onPointerUp={() => {
				held.current = false;
			}}
			onPointerCancel={() => {
				held.current = false;
			}}
		/>
	);
}
