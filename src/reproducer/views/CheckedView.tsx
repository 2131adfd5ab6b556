import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { reportOfSpot } from '../../receipt/index.ts';
import type { VerificationReport } from '../../receipt/index.ts';
import { percent, summarizeSpot } from '../../verify/index.ts';
import type { SpotSummary } from '../../verify/index.ts';
import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { caughtText, meaningText, semanticsText } from '../spotTexts.ts';
import type { State } from '../state.ts';
import { numericsText } from '../texts.ts';
import { FullButtons, TooLargeToKeep } from './FullButtons.tsx';
import type { FullProps } from './FullButtons.tsx';
import { Button, Fact, Findings } from './parts.tsx';
import { ReceiptBar } from './ReceiptBar.tsx';
import type { ReceiptBarProps } from './ReceiptBar.tsx';
import { SpotTable } from './SpotTable.tsx';
import { StripOfT } from './StripOfT.tsx';

export interface CheckedViewProps extends Omit<FullProps, 'plan'> {
	readonly state: Extract<State, { phase: 'checked' }>;
	/** Name of the receipt's file, and the command that comes to the same. */
	readonly receipt: Pick<ReceiptBarProps, 'name' | 'command'>;
	readonly onReceipt: (report: VerificationReport) => ReturnType<ReceiptBarProps['make']>;
	readonly onAgain: () => void;
	readonly onClose: () => void;
}

/** What came of a spot check: one sentence, on how little it rests, the strip, the table, the way on. */
export function CheckedView(props: CheckedViewProps): JSX.Element {
	const { plan, spot, findings, contradicted, seconds, job } = props.state;
	const eras = semanticsText(plan, contradicted);
	const [selected, setSelected] = useState<number | null>(null);
	const summary = useMemo(() => summarizeSpot(plan, findings, spot), [plan, findings, spot]);
	const report = useMemo(
		() => reportOfSpot(plan, spot, findings, summary),
		[plan, spot, findings, summary],
	);
	return (
		<div class="rm-body">
			<h3 class="rm-sentence" data-part="sentence">
				{summary.sentence}
			</h3>
			<Word summary={summary} report={report} />
			<dl class="rm-facts">
				<Coverage summary={summary} />
				<Fact name="Took">{formatDuration(seconds)}</Fact>
				<Fact name="Sample seed" part="sample-seed">
					<span class="rm-seednumber">{spot.sampleSeed}</span>
				</Fact>
				<Fact name="Numerics" note={numericsText(plan)}>
					{plan.semantics}
				</Fact>
			</dl>
			{eras !== null && <p data-part="eras">{eras}</p>}
			<p class="rm-actions">
				<FullButtons {...props} plan={plan} main={true} />
				<Button action="spot" onPress={props.onAgain}>
					Check other windows
				</Button>
				<Button action="close" kind="quiet" onPress={props.onClose}>
					Close
				</Button>
			</p>
			<TooLargeToKeep {...props} plan={plan} />
			<Findings findings={plan.findings} />
			<StripOfT plan={plan} findings={findings} />
			<section aria-label="Tensors">
				<h4>Tensor by tensor</h4>
				<SpotTable findings={findings} selected={selected} onSelect={setSelected} />
			</section>
			<section aria-label="What it would have caught">
				<h4>What it would have caught</h4>
				<p data-part="caught">{caughtText(plan, spot)}</p>
			</section>
			<ReceiptBar {...props.receipt} mode={job.mode} make={() => props.onReceipt(report)} />
		</div>
	);
}

/** The finding in a word, what it means, and the classes of causes. */
function Word(props: {
	readonly summary: SpotSummary;
	readonly report: VerificationReport;
}): JSX.Element {
	const { finding } = props.summary;
	return (
		<div class="rm-verdict" data-part="verdict" data-verdict={finding}>
			<b>{finding}</b>
			<span>
				{meaningText(props.summary)}
				{props.report.causes.map(({ code, text }) => (
					<span key={code} class="rm-cause" data-cause={code}>
						{text}
					</span>
				))}
			</span>
		</div>
	);
}

function Coverage({ summary }: { readonly summary: SpotSummary }): JSX.Element {
	const { tensors, ofTensors, elements, ofElements, bytes, ofBytes } = summary.coverage;
	return (
		<>
			<Fact name="Tensors" note={`of ${formatCount(ofTensors)}`} part="tensors">
				{formatCount(tensors)}
			</Fact>
			<Fact name="Read" note={`${percent(share(bytes, ofBytes))} of a full check`} part="coverage">
				{formatBytes(bytes)}
			</Fact>
			<Fact name="Elements compared" note={`of ${formatCount(ofElements)}`}>
				{formatCount(elements)}
			</Fact>
		</>
	);
}

function share(part: number, whole: number): number {
	return whole === 0 ? 1 : Math.min(1, part / whole);
}
