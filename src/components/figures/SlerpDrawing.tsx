import type { ComponentChildren, JSX } from 'preact';
import { scaleColor } from '../scale.ts';
import { degreesOf, interpolate, polar, type Vector } from './slerpMath.ts';

/** The drawing's size, its origin, and the length of 1, in its own units. */
export const WIDTH = 480;
export const HEIGHT = 400;
export const ORIGIN = { x: 240, y: 200 } as const;
export const UNIT = 140;

export interface DrawingProps {
	readonly a: Vector;
	readonly b: Vector;
	readonly t: number;
	/** Handles over the tips, where the vectors can be moved. */
	readonly children?: ComponentChildren;
}

/** Two vectors, the arc that slerp follows and the chord that lerp follows, with a mark every 0.1. */
export function SlerpDrawing({ a, b, t, children }: DrawingProps): JSX.Element {
	const at = (share: number): ReturnType<typeof interpolate> => interpolate(a, b, share);
	const { slerp, lerp } = at(t);
	const marks = Array.from({ length: 11 }, (_, index) => index / 10);
	const arc = Array.from({ length: 65 }, (_, index) => point(at(index / 64).slerp)).join('L');
	return (
		<svg class="sf-drawing" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} data-drawing>
			<circle class="sf-unit" cx={ORIGIN.x} cy={ORIGIN.y} r={UNIT} />
			<path class="sf-angle" d={angleMark(a, b)} />
			<path class="sf-chord" d={`M${point(a)}L${point(b)}`} />
			<path class="sf-arc" d={`M${arc}`} />
			{marks.map((share) => (
				<g key={share}>
					<Mark className="sf-mark-lerp" vector={at(share).lerp} radius={2.5} />
					<Mark
						className="sf-mark"
						vector={at(share).slerp}
						radius={3.5}
						fill={scaleColor(share)}
					/>
				</g>
			))}
			<Arrow vector={a} color={scaleColor(0)} label="v₀" />
			<Arrow vector={b} color={scaleColor(1)} label="v₁" />
			<path class="sf-result-lerp" d={`M${point({ x: 0, y: 0 })}L${point(lerp)}`} />
			<path class="sf-result" d={`M${point({ x: 0, y: 0 })}L${point(slerp)}`} />
			<Mark className="sf-tip-lerp" vector={lerp} radius={5} />
			<Mark className="sf-tip" vector={slerp} radius={7} fill={scaleColor(t)} />
			{children}
		</svg>
	);
}

/** A vector's tip in the drawing's units. */
export function toDrawing({ x, y }: Vector): Vector {
	return { x: ORIGIN.x + x * UNIT, y: ORIGIN.y - y * UNIT };
}

function point(vector: Vector): string {
	const { x, y } = toDrawing(vector);
	return `${x.toFixed(2)} ${y.toFixed(2)}`;
}

function Mark({
	className,
	vector,
	radius,
	fill,
}: {
	readonly className: string;
	readonly vector: Vector;
	readonly radius: number;
	readonly fill?: string;
}): JSX.Element {
	const { x, y } = toDrawing(vector);
	return <circle class={className} cx={x.toFixed(2)} cy={y.toFixed(2)} r={radius} fill={fill} />;
}

function Arrow({
	vector,
	color,
	label,
}: {
	readonly vector: Vector;
	readonly color: string;
	readonly label: string;
}): JSX.Element {
	const tip = toDrawing(vector);
	const direction = degreesOf(vector);
	const text = toDrawing({
		x: vector.x + polar(0.13, direction).x,
		y: vector.y + polar(0.13, direction).y,
	});
	return (
		<g>
			<path class="sf-vector-rim" d={`M${point({ x: 0, y: 0 })}L${point(vector)}`} />
			<path class="sf-vector" stroke={color} d={`M${point({ x: 0, y: 0 })}L${point(vector)}`} />
			<circle
				class="sf-vector-tip"
				cx={tip.x.toFixed(2)}
				cy={tip.y.toFixed(2)}
				r="8"
				fill={color}
			/>
			<text class="sf-name" x={text.x.toFixed(2)} y={text.y.toFixed(2)}>
				{label}
			</text>
		</g>
	);
}

/** The small arc between the vectors at the origin. */
function angleMark(a: Vector, b: Vector): string {
	const from = degreesOf(a);
	const turn = ((degreesOf(b) - from + 540) % 360) - 180;
	const sweep = turn < 0 ? 1 : 0;
	const radius = 0.22;
	const pixels = String(radius * UNIT);
	return `M${point(polar(radius, from))}A${pixels} ${pixels} 0 0 ${String(sweep)} ${point(polar(radius, from + turn))}`;
}
