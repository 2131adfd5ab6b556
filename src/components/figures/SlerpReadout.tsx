import type { JSX } from 'preact';
import { interpolate, norm, THRESHOLD, THRESHOLD_DEGREES, type Vector } from './slerpMath.ts';

/** The numbers behind the drawing. */
export function SlerpReadout({
	a,
	b,
	t,
}: {
	readonly a: Vector;
	readonly b: Vector;
	readonly t: number;
}): JSX.Element {
	const { angle, cosine, branch, weights, slerp, lerp } = interpolate(a, b, t);
	const linear = branch === 'linear';
	return (
		<div class="sf-readout">
			<p>
				<i>θ</i> = <b class="number">{((angle * 180) / Math.PI).toFixed(2)}°</b>, cos <i>θ</i> ={' '}
				<span class="number">{cosine.toFixed(4).replace('-', '−')}</span>
			</p>
			<table>
				<caption class="visually-hidden">slerp and lerp at t = {t.toFixed(2)}</caption>
				<thead>
					<tr>
						<td />
						<th scope="col">
							<span class="sf-swatch-slerp" aria-hidden="true" /> slerp
						</th>
						<th scope="col">
							<span class="sf-swatch-lerp" aria-hidden="true" /> lerp
						</th>
					</tr>
				</thead>
				<tbody>
					<tr>
						<th scope="row">weight of v₀</th>
						<td>{weights[0].toFixed(3)}</td>
						<td>{(1 - t).toFixed(3)}</td>
					</tr>
					<tr>
						<th scope="row">weight of v₁</th>
						<td>{weights[1].toFixed(3)}</td>
						<td>{t.toFixed(3)}</td>
					</tr>
					<tr>
						<th scope="row">length</th>
						<td>{norm(slerp).toFixed(3)}</td>
						<td>{norm(lerp).toFixed(3)}</td>
					</tr>
				</tbody>
			</table>
			<p class={linear ? 'sf-branch sf-linear' : 'sf-branch'}>
				{linear
					? `|cos θ| is above ${String(THRESHOLD)}: here slerp is a plain average.`
					: `Where the angle is below ${THRESHOLD_DEGREES.toFixed(2)}° (cos θ above ${String(THRESHOLD)}), slerp is a plain average.`}
			</p>
		</div>
	);
}
