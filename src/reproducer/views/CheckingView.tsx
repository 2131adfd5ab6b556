import type { JSX } from 'preact';
import { percentOf } from '../describe.ts';
import { formatBytes, formatCount } from '../format.ts';
import type { State } from '../state.ts';
import { Button } from './parts.tsx';
import { rateText } from './RunView.tsx';

/** Progress while a spot check runs. */
export function CheckingView(props: {
	readonly state: Extract<State, { phase: 'checking' }>;
	readonly onCancel: () => void;
}): JSX.Element {
	const { progress, spot, findings } = props.state;
	const { bytes, tensors } = spot.totals;
	const different = findings.filter(({ finding }) => finding === 'different').length;
	return (
		<div class="rm-body">
			<div class="rm-runhead">
				<p class="rm-percent" data-part="percent">
					{percentOf(progress, bytes)}
					<small> %</small>
				</p>
				<div>
					<h3>Checking windows</h3>
					<p data-part="tensors-done">
						{formatCount(progress.tensorsDone)} of {formatCount(tensors)} tensors,{' '}
						{formatBytes(progress.bytesRead)} of {formatBytes(bytes)}
					</p>
				</div>
			</div>
			<progress
				class="rm-progress"
				aria-label="Bytes read"
				value={progress.bytesRead}
				max={Math.max(1, bytes)}
			/>
			<p class="rm-rate rm-soft" data-part="rate">
				{rateText(progress)}
			</p>
			<p data-part="so-far">
				{different === 0
					? 'No contradiction so far.'
					: `${formatCount(different)} ${different === 1 ? 'contradiction' : 'contradictions'} so far.`}
			</p>
			<p class="rm-soft">
				Sample seed <code>{spot.sampleSeed}</code>
			</p>
			<p class="rm-actions">
				<Button action="cancel" onPress={props.onCancel}>
					Cancel
				</Button>
			</p>
		</div>
	);
}
