import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import type { JSX, RefObject } from 'preact';
import type { ReproducerContract } from '../contract.ts';
import { MODE_NAMES } from '../describe.ts';
import { requestFor } from '../requests.ts';
import type { Wish } from '../requests.ts';
import { createSession } from '../session.ts';
import type { Effects } from '../session.ts';
import { IDLE, reduce } from '../state.ts';
import type { Mode, State } from '../state.ts';
import { TOY_MARK } from '../toy.ts';
import { Body } from './Body.tsx';
import { useFocusOnChange, useSideEffects } from './hooks.ts';

export interface AppProps {
	readonly contract: ReproducerContract;
	/** Base address of the Hub. */
	readonly hub: string;
	/** Path of the site's own rehearsal files. */
	readonly rehearsalBase: string;
	readonly effects: Effects;
	/** What the reader pressed to get here; later presses come through `listen`. */
	readonly listen: (hear: (wish: Wish) => void) => void;
	/** The reader closed it: the page's static part comes back. */
	readonly onClosed: () => void;
}

/** The reproducer once it was asked for something: one view for each state. */
export function App(props: AppProps): JSX.Element | null {
	const { contract, effects } = props;
	const [state, dispatch] = useReducer(reduce, IDLE);
	const session = useMemo(() => createSession(effects, dispatch), [effects]);
	const wish = useRef<Wish | null>(null);
	const ask = (wanted: Wish): void => {
		wish.current = wanted;
		if (wanted.mode === 'folders' && wanted.folders === undefined)
			dispatch({ type: 'choosing', references: contract.localParents });
		else session.ask(requestFor(wanted, props));
	};
	useEffect(() => {
		props.listen(ask);
	}, []);
	useSideEffects(state);
	const bar = useFocusOnChange(state);
	if (state.phase === 'idle') return null;
	const close = (): void => {
		session.close();
		props.onClosed();
	};
	const mode = state.phase === 'choosing' ? 'folders' : state.job.mode;
	return (
		<div class="rm-live" data-phase={state.phase} data-mode={mode}>
			<Bar mode={mode} state={state} focus={bar} />
			<Body
				contract={contract}
				workers={effects.workers}
				state={state}
				session={session}
				wish={wish.current}
				onAsk={ask}
				onClose={close}
			/>
		</div>
	);
}

const STEPS = ['Headers', 'Plan', 'Run', 'Result'] as const;

const STEP_OF: Readonly<Record<State['phase'], number>> = {
	idle: -1,
	choosing: -1,
	reading: 0,
	planned: 1,
	checking: 2,
	running: 2,
	paused: 2,
	cancelled: 2,
	failed: 2,
	checked: 3,
	done: 3,
};

/** What is running and how far, and the watermark of a rehearsal. */
function Bar(props: {
	readonly mode: Mode;
	readonly state: State;
	readonly focus: RefObject<HTMLHeadingElement>;
}): JSX.Element {
	const { mode, state, focus } = props;
	const step = state.phase === 'failed' && state.plan === null ? 0 : STEP_OF[state.phase];
	return (
		<div class="rm-bar">
			<h2 class="rm-mode" tabIndex={-1} ref={focus}>
				{MODE_NAMES[mode]}
			</h2>
			<ol class="rm-steps">
				{STEPS.map((name, at) => (
					<li
						key={name}
						aria-current={at === step ? 'step' : undefined}
						data-past={at < step ? '' : undefined}
					>
						{name}
					</li>
				))}
			</ol>
			{mode === 'rehearsal' && (
				<p class="rm-toy" data-part="watermark">
					{TOY_MARK}
				</p>
			)}
			{'job' in state && state.job.variant && (
				<p class="rm-variant" data-part="variant">
					Your variant of the recipe, not the card’s
				</p>
			)}
		</div>
	);
}
