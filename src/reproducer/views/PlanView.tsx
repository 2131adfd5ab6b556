import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { PUBLISHED, settingOf } from '../../merge/index.ts';
import type { BackendSetting } from '../../kernels/index.ts';
import type { MergePlan } from '../../merge/index.ts';
import { suitsPlan } from '../computing.ts';
import { formatBytes, formatCount, plural, shortName } from '../format.ts';
import { extentOf, gridModel } from '../grid.ts';
import { timeText } from '../rate.ts';
import type { Mode, State } from '../state.ts';
import { numericsText, operationText } from '../texts.ts';
import { BackendSelect } from './BackendSelect.tsx';
import { comparesWithPublished, FullButtons, TooLargeToKeep } from './FullButtons.tsx';
import { Grid } from './Grid.tsx';
import { Button, Fact, Findings, Legend } from './parts.tsx';
import { Rungs } from './Rungs.tsx';
import type { RungsProps } from './Rungs.tsx';
import { PlanTable } from './tables.tsx';

export interface PlanViewProps extends Omit<RungsProps, 'plan'> {
	readonly state: Extract<State, { phase: 'planned' }>;
	readonly published: string | null;
	/** What the reader wants to compute with. */
	readonly backend: BackendSetting;
	readonly onBackend: (setting: BackendSetting) => void;
}

/** What would be done, before a weight is read. */
export function PlanView(props: PlanViewProps): JSX.Element {
	const { plan, job } = props.state;
	const compares = comparesWithPublished(plan);
	const read = formatBytes(plan.totals.bytesToRead);
	return (
		<div class="rm-body">
			<h3 data-part="plan-sentence">
				{plural(plan.totals.tensors, 'tensor')} from {plural(parentCount(plan), 'parent')}, {read}{' '}
				{compares ? 'in full, compared with the published weights' : 'to read'}.
			</h3>
			<p class="rm-soft">
				Nothing but headers has been read so far.{' '}
				{compares ? 'Choose how far to go.' : 'This is what would be done.'}
			</p>
			{compares && <Rungs {...props} plan={plan} />}
			<Totals plan={plan} rungs={compares} local={job.mode !== 'check'} />
			{suitsPlan(plan) && <BackendSelect setting={props.backend} onChange={props.onBackend} />}
			{!compares && (
				<p class="rm-actions">
					<FullButtons {...props} plan={plan} main={true} />
					<Button action="close" kind="quiet" onPress={props.onClose}>
						Not now
					</Button>
				</p>
			)}
			<TooLargeToKeep {...props} plan={plan} />
			<Findings findings={plan.findings} />
			<Models plan={plan} published={props.published} mode={job.mode} />
			<TensorsToCome plan={plan} />
		</div>
	);
}

function parentCount(plan: MergePlan): number {
	return new Set(plan.tensors.flatMap(({ inputs }) => inputs.map(({ model }) => model))).size;
}

/** The plan's numbers; with rungs that say what each of them reads, only the others. */
function Totals(props: {
	readonly plan: MergePlan;
	readonly rungs: boolean;
	readonly local: boolean;
}): JSX.Element {
	const { plan, rungs, local } = props;
	const { totals } = plan;
	return (
		<dl class="rm-facts">
			{!rungs && (
				<>
					<Fact name="To read" part="bytes-to-read">
						{formatBytes(totals.bytesToRead)}
					</Fact>
					<Fact name="Requests">{formatCount(totals.requests)}</Fact>
				</>
			)}
			<Fact name="Merged model" part="bytes-to-write">
				{formatBytes(totals.bytesToWrite)}
			</Fact>
			<Fact name="Memory" note={rungs ? 'at most, for a full check' : 'at most'}>
				{formatBytes(totals.peakMemory)}
			</Fact>
			{!rungs && !local && (
				<Fact name="Time" note="on a line of 100 Mbit/s">
					{timeText(totals.bytesToRead)}
				</Fact>
			)}
			<Fact name="Numerics" note={numericsText(plan)}>
				{plan.semantics}
			</Fact>
		</dl>
	);
}

const ROLES: Readonly<Record<Mode, string>> = {
	check: 'parent',
	rehearsal: 'toy weights',
	folders: 'your folder',
};

function Models(props: {
	readonly plan: MergePlan;
	readonly published: string | null;
	readonly mode: Mode;
}): JSX.Element {
	const { plan, published, mode } = props;
	return (
		<div class="rm-tablescroll rm-tableshort" role="region" aria-label="Models" tabIndex={0}>
			<table class="rm-table" data-part="models">
				<thead>
					<tr>
						<th scope="col">Model</th>
						<th scope="col">Read as</th>
						<th scope="col">Revision</th>
					</tr>
				</thead>
				<tbody>
					{Object.entries(plan.models).map(([reference, { id, revision }]) => (
						<tr key={reference}>
							<th scope="row">
								<code>{reference === PUBLISHED ? (published ?? id) : reference}</code>
							</th>
							<td>
								{reference === PUBLISHED ? 'published weights' : ROLES[mode]}
								{reference !== PUBLISHED && id !== reference && ` ${id}`}
							</td>
							<td>
								<code title={revision}>{shortRevision(revision)}</code>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function shortRevision(revision: string): string {
	return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 10) : revision;
}

function TensorsToCome({ plan }: { readonly plan: MergePlan }): JSX.Element {
	const [selected, setSelected] = useState<number | null>(null);
	const model = useMemo(() => gridModel(plan), [plan]);
	const tensor = selected === null ? undefined : plan.tensors[selected];
	return (
		<section aria-label="What each tensor gets">
			<h4>What each tensor gets</h4>
			<Grid
				model={model}
				colouring="setting"
				extent={extentOf('setting', [])}
				results={new Map()}
				pendingIsEmpty={false}
				markArcs={false}
				selected={selected}
				onSelect={setSelected}
				label="What each tensor gets, by kind and layer"
			/>
			<Legend title={settingTitle(plan)} low="0" high="1" arcs={false} />
			<p class="rm-picked" data-part="picked">
				{tensor === undefined ? (
					<span class="rm-soft">Pick a cell to see its tensor.</span>
				) : (
					<>
						<code>{tensor.name}</code> {operationText(tensor)}, from{' '}
						{tensor.inputs.map(({ model: reference }) => shortName(reference)).join(' and ')}
					</>
				)}
			</p>
			<details class="rm-details">
				<summary>The same as a table</summary>
				<PlanTable plan={plan} selected={selected} onSelect={setSelected} />
			</details>
		</section>
	);
}

/** What the plan's colours mean. */
export function settingTitle(plan: MergePlan): string {
	const names = new Set(plan.tensors.map((tensor) => settingOf(tensor).name));
	if (names.has('t')) return 't: 0 is the base, 1 the other parent';
	if (names.has('weight')) return 'weight of the first model';
	if (names.has('density')) return 'density of the first model: 1 keeps everything';
	return names.has('models') ? 'number of models' : 'scale: 1 is an unchanged copy';
}
