import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { SlerpDrawing } from './SlerpDrawing.tsx';
import { SlerpReadout } from './SlerpReadout.tsx';
import { degreesOf, interpolate, norm, polar, type Vector } from './slerpMath.ts';
import { Tip } from './Tip.tsx';

const LONGEST = 1.4;

/** slerp against lerp for two vectors that can be moved. Still where no script runs. */
export function SlerpPlay(): JSX.Element {
	const [awake, setAwake] = useState(false);
	const [a, setA] = useState(polar(1, 18));
	const [b, setB] = useState(polar(1, 118));
	const [t, setT] = useState(0.3);
	useEffect(() => {
		setAwake(true);
	}, []);
	return (
		<div class="sf-play">
			<div class="sf-stage">
				<SlerpDrawing a={a} b={b} t={t}>
					{awake && (
						<>
							<Tip name="v₀" vector={a} longest={LONGEST} onMove={setA} />
							<Tip name="v₁" vector={b} longest={LONGEST} onMove={setB} />
						</>
					)}
				</SlerpDrawing>
				<label class="sf-slider needs-js no-print">
					<span>
						<i>t</i> = <output>{t.toFixed(2)}</output>
					</span>
					<input
						type="range"
						min="0"
						max="1"
						step="0.01"
						value={t}
						onInput={(event) => {
							setT(event.currentTarget.valueAsNumber);
						}}
					/>
				</label>
			</div>
			<div class="sf-side">
				<SlerpReadout a={a} b={b} t={t} />
				<Fields a={a} b={b} onA={setA} onB={setB} />
			</div>
		</div>
	);
}

interface FieldsProps {
	readonly a: Vector;
	readonly b: Vector;
	readonly onA: (vector: Vector) => void;
	readonly onB: (vector: Vector) => void;
}

/** The angle between the vectors and their lengths, to type. */
function Fields({ a, b, onA, onB }: FieldsProps): JSX.Element {
	return (
		<div class="sf-fields needs-js no-print">
			<Field
				label="angle between, °"
				value={round((interpolate(a, b, 0).angle * 180) / Math.PI)}
				min={0}
				max={180}
				step={0.5}
				onSet={(next) => {
					onB(polar(norm(b), degreesOf(a) + next));
				}}
			/>
			<Field
				label="length of v₀"
				value={round(norm(a))}
				min={0.1}
				max={LONGEST}
				step={0.05}
				onSet={(next) => {
					onA(stretched(a, next));
				}}
			/>
			<Field
				label="length of v₁"
				value={round(norm(b))}
				min={0.1}
				max={LONGEST}
				step={0.05}
				onSet={(next) => {
					onB(stretched(b, next));
				}}
			/>
		</div>
	);
}

interface FieldProps {
	readonly label: string;
	readonly value: number;
	readonly min: number;
	readonly max: number;
	readonly step: number;
	readonly onSet: (value: number) => void;
}

function Field({ label, value, min, max, step, onSet }: FieldProps): JSX.Element {
	return (
		<label>
			<span>{label}</span>
			<input
				type="number"
				value={value}
				min={min}
				max={max}
				step={step}
				onInput={({ currentTarget }) => {
					const next = currentTarget.valueAsNumber;
					if (next >= min && next <= max) onSet(next);
				}}
			/>
		</label>
	);
}

function stretched(vector: Vector, length: number): Vector {
	return polar(length, degreesOf(vector));
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
