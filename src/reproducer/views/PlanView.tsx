import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { MEMORY_LIMIT, MEMORY_LIMIT_TEXT } from '../sinks/memory.ts';
import type { PickFolder } from '../sinks/picker.ts';
import { PUBLISHED, settingOf } from '../../merge/index.ts';
import type { BackendSetting } from '../../kernels/index.ts';
import type { MergePlan } from '../../merge/index.ts';
import { suitsPlan } from '../computing.ts';
import { formatBytes, formatCount, formatDuration, plural, shortName } from '../format.ts';
import { extentOf, gridModel } from '../grid.ts';
import type { Keep } from '../session.ts';
import type { Mode, State } from '../state.ts';
import { numericsText, operationText } from '../texts.ts';
import { BackendSelect } from './BackendSelect.tsx';
import { Grid } from './Grid.tsx';
import { Button, Fact, Findings, Legend } from './parts.tsx';
import { PlanTable } from './tables.tsx';

/** Bytes per second of a line of 100 Mbit/s, for the estimate before anything was measured. */
const EXAMPLE_RATE = 12_500_000;

export interface PlanViewProps {
	readonly state: Extract<State, { phase: 'planned' }>;
	readonly published: string | null;
	/** null: this browser cannot write to folders. */
	readonly pickFolder: PickFolder | null;
	/** How to do the same at a terminal. */
	readonly commandLine: string;
	/** What the reader wants to compute with. */
	readonly backend: BackendSetting;
	readonly onBackend: (setting: BackendSetting) => void;
	readonly onStart: (keep: Keep) => void;
	readonly onClose: () => void;
}

/** What would be done, before a weight is read. */
export function PlanView(props: PlanViewProps): JSX.Element {
	const { plan, job } = props.state;
	const compares = plan.tensors.some(({ published }) => published !== null);
	const read = formatBytes(plan.totals.bytesToRead);
	const fits = plan.totals.bytesToWrite <= MEMORY_LIMIT;
	return (
		<div class="rm-body">
			<h3 data-part="plan-sentence">
				{plural(plan.totals.tensors, 'tensor')} from {plural(parentCount(plan), 'parent')}, {read}{' '}
				to read{compares ? ', compared with the published weights' : ''}.
			</h3>
			<p class="rm-soft">Nothing but headers has been read so far. This is what would be done.</p>
			<Totals plan={plan} local={job.mode !== 'check'} />
			{suitsPlan(plan) && <BackendSelect setting={props.backend} onChange={props.onBackend} />}
			<p class="rm-actions">
				<Button
					action="start"
					kind="main"
					onPress={() => {
						props.onStart({ kind: fits ? 'memory' : 'nothing' });
					}}
				>
					{compares ? `Read ${read} and compare` : `Read ${read} and merge`}
				</Button>
				{!fits && props.pickFolder !== null && (
					<Button
						action="start-to-folder"
						onPress={() => {
							void startToFolder(props);
						}}
					>
						{compares ? 'Compare' : 'Merge'} and save {formatBytes(plan.totals.bytesToWrite)} to a
						folder…
					</Button>
				)}
				<Button action="close" kind="quiet" onPress={props.onClose}>
					Not now
				</Button>
			</p>
			{!fits && <TooLargeToKeep {...props} />}
			<Findings findings={plan.findings} />
			<Models plan={plan} published={props.published} mode={job.mode} />
			<TensorsToCome plan={plan} />
		</div>
	);
}

async function startToFolder(props: PlanViewProps): Promise<void> {
	const parent = (await props.pickFolder?.()) ?? null;
	if (parent !== null) props.onStart({ kind: 'folder', parent });
}

function TooLargeToKeep(props: PlanViewProps): JSX.Element {
	return (
		<p class="rm-note">
			The merged model is larger than {MEMORY_LIMIT_TEXT} and is not kept in memory.{' '}
			{props.pickFolder === null
				? 'This browser cannot write to a folder while it merges; to keep the model, use a terminal:'
				: 'Save it to a folder while it is made, or use a terminal:'}{' '}
			<code class="rm-command">{props.commandLine}</code>
		</p>
	);
}

function parentCount(plan: MergePlan): number {
	return new Set(plan.tensors.flatMap(({ inputs }) => inputs.map(({ model }) => model))).size;
}

function Totals({ plan, local }: { plan: MergePlan; local: boolean }): JSX.Element {
	const { totals } = plan;
	return (
		<dl class="rm-facts">
			<Fact name="To read" part="bytes-to-read">
				{formatBytes(totals.bytesToRead)}
			</Fact>
			<Fact name="Merged model" part="bytes-to-write">
				{formatBytes(totals.bytesToWrite)}
			</Fact>
			<Fact name="Memory" note="at most">
				{formatBytes(totals.peakMemory)}
			</Fact>
			<Fact name="Requests">{formatCount(totals.requests)}</Fact>
			{!local && (
				<Fact name="Time" note="on a line of 100 Mbit/s">
					{totals.bytesToRead < EXAMPLE_RATE
						? '< 1 s'
						: formatDuration(totals.bytesToRead / EXAMPLE_RATE)}
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
