import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { computingText } from '../computing.ts';
import { percentOf } from '../describe.ts';
import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { branchesDiffer, extentOf, gridModel } from '../grid.ts';
import type { Progress } from '../progress.ts';
import type { State } from '../state.ts';
import { Grid } from './Grid.tsx';
import { settingTitle } from './PlanView.tsx';
import { Button, Legend } from './parts.tsx';

export interface RunViewProps {
	readonly state: Extract<State, { phase: 'running' | 'paused' }>;
	readonly onPause: () => void;
	readonly onResume: () => void;
	readonly onCancel: () => void;
}

/** Progress while a merge runs or is paused. */
export function RunView(props: RunViewProps): JSX.Element {
	const { state } = props;
	const { progress, plan } = state;
	const paused = state.phase === 'paused';
	const percent = percentOf(progress, plan.totals.bytesToRead);
	return (
		<div class="rm-body">
			<div class="rm-runhead">
				<p class="rm-percent" data-part="percent">
					{percent}
					<small> %</small>
				</p>
				<div>
					<h3>{paused ? 'Paused' : 'Merging'}</h3>
					<p data-part="tensors-done">
						{formatCount(progress.tensorsDone)} of {formatCount(plan.totals.tensors)} tensors,{' '}
						{formatBytes(progress.bytesRead)} of {formatBytes(plan.totals.bytesToRead)}
					</p>
				</div>
			</div>
			<progress
				class="rm-progress"
				aria-label="Bytes read"
				value={progress.bytesRead}
				max={Math.max(1, plan.totals.bytesToRead)}
			/>
			<p class="rm-rate rm-soft" data-part="rate">
				{paused ? 'Nothing is being read.' : rateText(progress)}
			</p>
			<p class="rm-soft" data-part="backend">
				{computingText(state.computing)}
			</p>
			<p class="rm-actions">
				{paused ? (
					<Button action="resume" kind="main" onPress={props.onResume}>
						Go on
					</Button>
				) : (
					<Button action="pause" onPress={props.onPause}>
						Pause
					</Button>
				)}
				<Button action="cancel" onPress={props.onCancel}>
					Cancel
				</Button>
			</p>
			<Cells state={state} />
		</div>
	);
}

/** How fast bytes come, and how long the rest takes. */
export function rateText(progress: Progress): string {
	if (progress.rate === null) return 'Measuring the rate…';
	const rate = `${formatBytes(progress.rate)}/s`;
	return progress.timeLeft === null
		? rate
		: `${rate}, about ${formatDuration(progress.timeLeft)} left`;
}

/** The grid filling up, and the tensors in flight. */
function Cells({ state }: { readonly state: RunViewProps['state'] }): JSX.Element {
	const { plan, progress } = state;
	const [selected, setSelected] = useState<number | null>(null);
	const model = useMemo(() => gridModel(plan), [plan]);
	const results = useMemo(
		() => new Map(state.results.map((result) => [result.index, result])),
		[state.results],
	);
	return (
		<>
			<Grid
				model={model}
				colouring="setting"
				extent={extentOf('setting', [])}
				results={results}
				active={new Set(progress.active)}
				pendingIsEmpty={true}
				markArcs={branchesDiffer(state.results)}
				selected={selected}
				onSelect={setSelected}
				label="Tensors merged so far, by kind and layer"
			/>
			<Legend title={settingTitle(plan)} low="0" high="1" arcs={branchesDiffer(state.results)} />
			<ul class="rm-inflight" aria-label="Tensors in flight">
				{progress.active.map((index) => (
					<li key={index}>
						<code>{plan.tensors[index]?.name}</code>
					</li>
				))}
			</ul>
		</>
	);
}
