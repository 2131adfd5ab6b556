import type { JSX } from 'preact';
import type { ReproducerContract } from '../contract.ts';
import { shortName } from '../format.ts';
import { outputName, verifyCommandLine, type Checked } from '../requests.ts';
import type { Session } from '../session.ts';
import { drawSampleSeed } from '../spotCheck.ts';
import type { State } from '../state.ts';
import { CheckedView } from './CheckedView.tsx';
import { ErrorView } from './EndViews.tsx';
import type { FullProps } from './FullButtons.tsx';
import type { ReceiptBarProps } from './ReceiptBar.tsx';
import { ResultView } from './ResultView.tsx';
import { again, reachedText, rehearsal, withoutPublished } from './waysOn.ts';
import type { Situation } from './waysOn.ts';

/** What the view of any state is given. */
export interface BodyProps extends Situation {
	readonly session: Session;
	/** Workers that a full check uses. */
	readonly workers: number;
}

/** What went wrong, and the ways on from there. */
export function Failed(
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

export type ResultProps = BodyProps & Omit<FullProps, 'plan'>;

/** What a spot check came to. */
export function SpotResult(
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

/** What a full check or a rehearsal came to. */
export function FullResult(
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
