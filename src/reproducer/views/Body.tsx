import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { BackendSetting } from '../../kernels/index.ts';
import type { ReproducerContract } from '../contract.ts';
import { shortName } from '../format.ts';
import { commandLine, outputName, verifyCommandLine } from '../requests.ts';
import type { Checked } from '../requests.ts';
import type { Keep, Session } from '../session.ts';
import { folderPicker } from '../sinks/picker.ts';
import { drawSampleSeed } from '../spotCheck.ts';
import type { State } from '../state.ts';
import { CheckedView } from './CheckedView.tsx';
import { CheckingView } from './CheckingView.tsx';
import { CancelledView, ErrorView } from './EndViews.tsx';
import { FoldersView } from './FoldersView.tsx';
import type { FullProps } from './FullButtons.tsx';
import { PlanView } from './PlanView.tsx';
import { ReadingView } from './ReadingView.tsx';
import type { ReceiptBarProps } from './ReceiptBar.tsx';
import { ResultView } from './ResultView.tsx';
import { RunView } from './RunView.tsx';
import { again, reachedText, rehearsal, withoutPublished } from './waysOn.ts';
import type { Situation } from './waysOn.ts';

export interface BodyProps extends Situation {
	readonly session: Session;
	/** Workers that a full check uses. */
	readonly workers: number;
}

/** The view of the present state. */
export function Body(props: BodyProps): JSX.Element {
	const { state, session, contract, onClose } = props;
	const [backend, setBackend] = useState<BackendSetting>('auto');
	const [sampleSeed, setSampleSeed] = useState(() => drawSampleSeed());
	const check = (seed: number): void => {
		setSampleSeed(seed);
		session.check(seed);
	};
	const full = {
		pickFolder: folderPicker(),
		commandLine: 'job' in state ? commandLine(contract, state.job.variant) : '',
		onStart: (keep: Keep): void => {
			session.start(keep, backend);
		},
	};
	switch (state.phase) {
		case 'choosing':
			return (
				<FoldersView
					references={state.references}
					onClose={onClose}
					onChosen={(folders) => {
						props.onAsk({ mode: 'folders', folders });
					}}
				/>
			);
		case 'reading':
			return <ReadingView state={state} published={contract.published} onCancel={onClose} />;
		case 'planned':
			return (
				<PlanView
					state={state}
					published={contract.published}
					{...full}
					{...{ backend, onBackend: setBackend, sampleSeed, onSampleSeed: setSampleSeed }}
					onCheck={check}
					onClose={onClose}
				/>
			);
		case 'checking':
			return <CheckingView state={state} onCancel={session.cancel} />;
		case 'running':
		case 'paused':
			return (
				<RunView
					state={state}
					onPause={session.pause}
					onResume={session.resume}
					onCancel={session.cancel}
				/>
			);
		case 'cancelled':
			return <CancelledView state={state} onAgain={again(props)} onClose={onClose} />;
		case 'failed':
			return <Failed {...props} state={state} />;
		case 'checked':
			return <SpotResult {...props} {...full} state={state} onCheck={check} />;
		case 'done':
			return <FullResult {...props} {...full} state={state} />;
	}
}

function Failed(
	props: BodyProps & { readonly state: Extract<State, { phase: 'failed' }> },
): JSX.Element {
	return (
		<ErrorView
			error={props.state.error}
			reached={reachedText(props.state)}
			onRetry={again(props)}
			onWithout={withoutPublished(props)}
			onRehearse={rehearsal(props)}
			onClose={props.onClose}
		/>
	);
}

type ResultProps = BodyProps & Omit<FullProps, 'plan'>;

function SpotResult(
	props: ResultProps & {
		readonly state: Extract<State, { phase: 'checked' }>;
		readonly onCheck: (seed: number) => void;
	},
): JSX.Element {
	const { state, session, contract } = props;
	const { sampleSeed } = state.spot;
	const { semantics } = state.plan;
	return (
		<CheckedView
			state={state}
			pickFolder={props.pickFolder}
			commandLine={props.commandLine}
			onStart={props.onStart}
			receipt={receiptOf(contract, { level: 'spot', sampleSeed, semantics })}
			onReceipt={(report) => {
				const { seconds } = state;
				return session.receipt({ report, backend: 'wasm', workers: 0, seconds });
			}}
			onAgain={() => {
				props.onCheck(drawSampleSeed());
			}}
			onClose={props.onClose}
		/>
	);
}

function FullResult(
	props: ResultProps & { readonly state: Extract<State, { phase: 'done' }> },
): JSX.Element {
	const { state, session, contract, workers } = props;
	return (
		<ResultView
			state={state}
			name={outputName(contract, state.job)}
			pickFolder={props.pickFolder}
			commandLine={props.commandLine}
			receipt={receiptOf(contract, { level: 'full', semantics: state.plan.semantics })}
			onReceipt={(report) => {
				const { computing, seconds } = state;
				const gpu = computing.choice?.gpu[computing.primitive] === true;
				return session.receipt({ report, backend: gpu ? 'webgpu' : 'wasm', workers, seconds });
			}}
			onAgain={again(props)}
			onClose={props.onClose}
		/>
	);
}

/** Where a check's receipt goes, and the command that comes to the same. */
function receiptOf(
	contract: ReproducerContract,
	checked: Checked,
): Pick<ReceiptBarProps, 'name' | 'command'> {
	return {
		name: `${shortName(contract.id)}-${checked.level}.remelt-receipt.json`,
		command: verifyCommandLine(contract, checked),
	};
}
