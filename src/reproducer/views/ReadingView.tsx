import type { JSX } from 'preact';
import { PUBLISHED } from '../../merge/index.ts';
import { shortName } from '../format.ts';
import type { State } from '../state.ts';
import { Button } from './parts.tsx';

/** While headers are read: which models are open. */
export function ReadingView(props: {
	readonly state: Extract<State, { phase: 'reading' }>;
	readonly published: string | null;
	readonly onCancel: () => void;
}): JSX.Element {
	const { models } = props.state.reading;
	const open = models.filter((model) => model.open).length;
	return (
		<div class="rm-body">
			<h3>Reading headers</h3>
			<p>
				Names, shapes and places of all tensors stand in a few kilobytes at the front of each weight
				file. No weights are read until you have seen the plan.
			</p>
			<progress
				class="rm-progress"
				aria-label="Models whose headers are read"
				value={open}
				max={Math.max(1, models.length)}
			/>
			<ul class="rm-models">
				{models.map(({ reference, open: done }) => (
					<li key={reference} data-open={done}>
						<span aria-hidden="true">{done ? '✓' : '·'}</span>{' '}
						<code>
							{reference === PUBLISHED ? shortName(props.published ?? 'published') : reference}
						</code>{' '}
						<span class="rm-soft">
							{reference === PUBLISHED ? 'published weights, ' : ''}
							{done ? 'read' : 'reading'}
						</span>
					</li>
				))}
			</ul>
			<p class="rm-actions">
				<Button action="cancel" onPress={props.onCancel}>
					Cancel
				</Button>
			</p>
		</div>
	);
}
