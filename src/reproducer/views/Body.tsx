import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { BackendSetting } from '../../kernels/index.ts';
import { commandLine } from '../requests.ts';
import type { Keep } from '../session.ts';
import { folderPicker } from '../sinks/picker.ts';
import { drawSampleSeed } from '../spotCheck.ts';
import { CheckingView } from './CheckingView.tsx';
import { Failed, FullResult, SpotResult, type BodyProps } from './EndBodies.tsx';
import { CancelledView } from './EndViews.tsx';
import { FoldersView } from './FoldersView.tsx';
import { PlanView } from './PlanView.tsx';
import { ReadingView } from './ReadingView.tsx';
import { RunView } from './RunView.tsx';
import { again } from './waysOn.ts';

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
