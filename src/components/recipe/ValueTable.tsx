import type { JSX } from 'preact';
import type { ParameterStrip } from '../../recipe/index.ts';
import { formatValue } from './view.ts';

/** All values of a strip as a table, folded away. */
export function ValueTable({ strip }: { readonly strip: ParameterStrip }): JSX.Element {
	const { rows, layers, parameter } = strip;
	const hasOuter = rows.some(({ outer }) => outer !== null);
	return (
		<details class="rc-details no-print">
			<summary>Values as a table</summary>
			<div class="rc-scroll" tabindex={0} role="group" aria-label={`${parameter} by layer`}>
				<table class="rc-table">
					<thead>
						<tr>
							<th scope="col">layer</th>
							{rows.map(({ label }) => (
								<th scope="col" key={label}>
									{label}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{Array.from({ length: layers }, (_, layer) => (
							<tr key={layer}>
								<th scope="row">{layer}</th>
								{rows.map(({ label, values }) => (
									<td key={label}>{formatValue(values[layer] ?? null)}</td>
								))}
							</tr>
						))}
						{hasOuter && (
							<tr>
								<th scope="row">embeddings, final norm, head</th>
								{rows.map(({ label, outer }) => (
									<td key={label}>{formatValue(outer)}</td>
								))}
							</tr>
						)}
					</tbody>
				</table>
			</div>
		</details>
	);
}
