import type { JSX } from 'preact';
import { scalesInWords, span } from './stackWords.ts';
import { shortName, type RecipeView } from './view.ts';

/** The slices of a stack as a table, folded away. */
export function SliceTable({ view }: { readonly view: RecipeView }): JSX.Element {
	return (
		<details class="rc-details no-print">
			<summary>Slices as a table</summary>
			<div class="rc-scroll" tabindex={0} role="group" aria-label="Slices">
				<table class="rc-table">
					<thead>
						<tr>
							<th scope="col">output layers</th>
							<th scope="col">from</th>
							<th scope="col">layers</th>
							<th scope="col">scaled</th>
						</tr>
					</thead>
					<tbody>
						{view.stack.map((slice) => (
							<tr key={slice.index}>
								<th scope="row">{span(slice.start, slice.end)}</th>
								<td>{slice.sources.map(({ model }) => shortName(model)).join(', ')}</td>
								<td>
									{slice.sources.map(({ range }) => span(range[0], range[1])).join(', ')}
									{slice.layers.every(({ repeated }) => repeated) ? ' again' : ''}
								</td>
								<td>{scalesInWords(slice).replace(/^; /, '') || '–'}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</details>
	);
}
