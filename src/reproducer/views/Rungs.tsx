import { useMemo } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { reportOfHeaders } from '../../receipt/index.ts';
import { planSpot } from '../../verify/index.ts';
import { formatBytes, formatCount, plural } from '../format.ts';
import { timeText } from '../rate.ts';
import { FullButtons } from './FullButtons.tsx';
import type { FullProps } from './FullButtons.tsx';
import { Button } from './parts.tsx';
import { SeedField } from './SeedField.tsx';

export interface RungsProps extends FullProps {
	/** Where a spot check's windows lie. */
	readonly sampleSeed: number;
	readonly onSampleSeed: (seed: number) => void;
	readonly onCheck: (seed: number) => void;
	readonly onClose: () => void;
}

/** The ways to check published weights, from kilobytes to everything, with what each of them reads. */
export function Rungs(props: RungsProps): JSX.Element {
	const { plan, sampleSeed } = props;
	const headers = useMemo(() => reportOfHeaders(plan), [plan]);
	const spot = useMemo(() => planSpot(plan, { sampleSeed }).totals, [plan, sampleSeed]);
	const { totals } = plan;
	const can = spot.tensors > 0;
	return (
		<ol class="rm-rungs" data-part="rungs" aria-label="How far to check">
			<Rung name="Headers" cost="read already" part="rung-headers">
				<p>
					<b class="rm-word" data-finding={headers.finding}>
						{headers.finding}
					</b>{' '}
					{headers.sentence}
				</p>
			</Rung>
			<Rung name="Spot check" cost={costText(spot.bytes, spot.requests)} part="rung-spot">
				<p>
					One window in each of {plural(spot.tensors, 'tensor')}, the same in all models, at places
					that nobody could foresee. It can show a contradiction, not that there is none.
				</p>
				<p class="rm-actions">
					<Button
						action="spot"
						kind="main"
						disabled={!can}
						onPress={() => {
							props.onCheck(sampleSeed);
						}}
					>
						Spot check, {formatBytes(spot.bytes)}
					</Button>
				</p>
				<SeedField seed={sampleSeed} onSeed={props.onSampleSeed} />
			</Rung>
			<Rung name="Full check" cost={costText(totals.bytesToRead, totals.requests)} part="rung-full">
				<p>
					Every byte, compared bit for bit as it streams; {timeText(totals.bytesToRead)} on a line
					of 100 Mbit/s.
				</p>
				<p class="rm-actions">
					<FullButtons {...props} main={!can} />
					<Button action="close" kind="quiet" onPress={props.onClose}>
						Not now
					</Button>
				</p>
			</Rung>
		</ol>
	);
}

function Rung(props: {
	readonly name: string;
	readonly cost: string;
	readonly part: string;
	readonly children: ComponentChildren;
}): JSX.Element {
	return (
		<li data-part={props.part}>
			<h4>
				{props.name} <span class="rm-cost">{props.cost}</span>
			</h4>
			{props.children}
		</li>
	);
}

function costText(bytes: number, requests: number): string {
	return `${formatBytes(bytes)}, ${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}`;
}
