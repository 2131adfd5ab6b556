import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { angleOf } from '../../merge/index.ts';
import type { MergePlan, TensorResult } from '../../merge/index.ts';
import { reportOfFull } from '../../receipt/index.ts';
import type { VerificationReport } from '../../receipt/index.ts';
import { percent, summarize } from '../../verify/index.ts';
import type { Verdict } from '../../verify/index.ts';
import { computingText } from '../computing.ts';
import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { branchesDiffer, extentOf, gridModel } from '../grid.ts';
import type { Colouring, Extent } from '../grid.ts';
import type { State } from '../state.ts';
import { cellText, numericsText } from '../texts.ts';
import { Grid } from './Grid.tsx';
import { settingTitle } from './PlanView.tsx';
import { SaveBar } from './SaveBar.tsx';
import type { SaveBarProps } from './SaveBar.tsx';
import { Button, Fact, Findings, Legend } from './parts.tsx';
import { ReceiptBar } from './ReceiptBar.tsx';
import type { ReceiptBarProps } from './ReceiptBar.tsx';
import { ResultTable } from './tables.tsx';
import { WhyNotIdentical } from './WhyNotIdentical.tsx';

export interface ResultViewProps extends Omit<SaveBarProps, 'kept'> {
	readonly state: Extract<State, { phase: 'done' }>;
	/** Name of the receipt's file, and the command that comes to the same. */
	readonly receipt: Pick<ReceiptBarProps, 'name' | 'command'>;
	readonly onReceipt: (report: VerificationReport) => ReturnType<ReceiptBarProps['make']>;
	readonly onAgain: () => void;
	readonly onClose: () => void;
}

/** What came of a merge: one sentence, the grid, the table, the files. */
export function ResultView(props: ResultViewProps): JSX.Element {
	const { state } = props;
	const { plan, outcome } = state;
	const summary = useMemo(
		() => summarize(plan, outcome, { rehearsal: state.job.mode === 'rehearsal' }),
		[plan, outcome],
	);
	const { verdict } = summary;
	return (
		<div class="rm-body">
			<h3 class="rm-sentence" data-part="sentence">
				{summary.sentence}
			</h3>
			{verdict !== null && <VerdictLine verdict={verdict} />}
			<dl class="rm-facts">
				<Compared results={outcome.results} />
				<Fact name="Tensors" part="tensors">
					{formatCount(outcome.results.length)}
				</Fact>
				<Fact name="Read">{formatBytes(outcome.bytesRead)}</Fact>
				<Fact name="Took">{formatDuration(state.seconds)}</Fact>
				<Fact name="Numerics" note={numericsText(plan)}>
					{plan.semantics}
				</Fact>
			</dl>
			<p class="rm-soft" data-part="backend">
				Computed with {computingText(state.computing)}
			</p>
			<SaveBar
				kept={state.kept}
				name={props.name}
				pickFolder={props.pickFolder}
				commandLine={props.commandLine}
			/>
			<Findings findings={plan.findings} />
			<WhyNotIdentical plan={plan} results={outcome.results} />
			<Tensors plan={plan} results={outcome.results} />
			{verdict !== null && (
				<ReceiptBar
					{...props.receipt}
					mode={state.job.mode}
					make={() => props.onReceipt(reportOfFull(plan, outcome, verdict))}
				/>
			)}
			<p class="rm-actions">
				<Button action="again" onPress={props.onAgain}>
					Run again
				</Button>
				<Button action="close" kind="quiet" onPress={props.onClose}>
					Close
				</Button>
			</p>
		</div>
	);
}

/** The verdict in a word, and what it rests on. */
function VerdictLine({ verdict }: { readonly verdict: Verdict }): JSX.Element {
	return (
		<p class="rm-verdict" data-part="verdict" data-verdict={verdict.word}>
			<b>{verdict.word}</b>
			<span>{verdict.reason}</span>
		</p>
	);
}

/** The share of identical elements over all tensors that were compared. */
function Compared({ results }: { readonly results: readonly TensorResult[] }): JSX.Element | null {
	const compared = results.flatMap(({ comparison }) => (comparison === null ? [] : [comparison]));
	if (compared.length === 0) return null;
	const elements = compared.reduce((sum, one) => sum + one.elements, 0);
	const identical = compared.reduce((sum, one) => sum + one.identical, 0);
	return (
		<Fact
			name="Identical to the published"
			note={`of ${formatCount(elements)} elements`}
			part="identical"
		>
			{percent(elements === 0 ? 1 : identical / elements)}
		</Fact>
	);
}

const COLOURINGS: Readonly<Record<Colouring, string>> = {
	setting: 'what the recipe sets',
	angle: 'angle between the parents',
	identical: 'share identical to the published weights',
};

function Tensors(props: {
	readonly plan: MergePlan;
	readonly results: readonly TensorResult[];
}): JSX.Element {
	const { plan, results } = props;
	const [selected, setSelected] = useState<number | null>(null);
	const choices = useMemo(() => choicesFor(results), [results]);
	const [colouring, setColouring] = useState<Colouring>(choices.at(-1) ?? 'setting');
	const model = useMemo(() => gridModel(plan), [plan]);
	const byIndex = useMemo(() => new Map(results.map((one) => [one.index, one])), [results]);
	const extent = useMemo(() => extentOf(colouring, results), [colouring, results]);
	const tensor = selected === null ? undefined : plan.tensors[selected];
	return (
		<section aria-label="Tensors">
			<div class="rm-colouring">
				<h4>Layer by layer</h4>
				{choices.length > 1 && (
					<label>
						Colour shows{' '}
						<select
							value={colouring}
							data-part="colouring"
							onChange={(event) => {
								const chosen = choices.find((choice) => choice === event.currentTarget.value);
								if (chosen !== undefined) setColouring(chosen);
							}}
						>
							{choices.map((choice) => (
								<option key={choice} value={choice}>
									{COLOURINGS[choice]}
								</option>
							))}
						</select>
					</label>
				)}
			</div>
			<Grid
				model={model}
				colouring={colouring}
				extent={extent}
				results={byIndex}
				pendingIsEmpty={true}
				markArcs={branchesDiffer(results)}
				selected={selected}
				onSelect={setSelected}
				label="Results by kind and layer"
			/>
			<Legend {...legendOf(colouring, extent, plan)} arcs={branchesDiffer(results)} />
			<p class="rm-picked" data-part="picked">
				{tensor === undefined || selected === null ? (
					<span class="rm-soft">Pick a cell to see its tensor.</span>
				) : (
					cellText(tensor, byIndex.get(selected) ?? null)
				)}
			</p>
			<h4>Tensor by tensor</h4>
			<ResultTable plan={plan} results={results} selected={selected} onSelect={setSelected} />
		</section>
	);
}

function choicesFor(results: readonly TensorResult[]): readonly Colouring[] {
	const choices: Colouring[] = ['setting'];
	if (results.some((result) => angleOf(result) !== null)) choices.push('angle');
	if (results.some(({ comparison }) => comparison !== null)) choices.push('identical');
	return choices;
}

function legendOf(
	colouring: Colouring,
	{ low, high }: Extent,
	plan: MergePlan,
): { title: string; low: string; high: string } {
	if (colouring === 'setting') return { title: settingTitle(plan), low: '0', high: '1' };
	if (colouring === 'angle')
		return { title: 'angle between the parents', low: '0°', high: `${high.toPrecision(3)}°` };
	return { title: 'identical elements', low: percent(low), high: '100 %' };
}
