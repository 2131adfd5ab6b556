import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';
import { createAnnouncer } from '../announcer.ts';
import type { Timers } from '../announcer.ts';
import { describe, tabTitle } from '../describe.ts';
import type { State } from '../state.ts';
import { keepAwake } from '../wakeLock.ts';

const TIMERS: Timers = {
	now: () => performance.now(),
	set: (run, milliseconds) => window.setTimeout(run, milliseconds),
	clear: (id) => {
		window.clearTimeout(id);
	},
};

/** Tab title, live region, wake lock, and the question before leaving a page at work. */
export function useSideEffects(state: State): void {
	const pageTitle = useMemo(() => document.title, []);
	const announcer = useMemo(() => {
		const region = document.createElement('p');
		region.className = 'rm-hidden';
		region.setAttribute('role', 'status');
		region.dataset['part'] = 'announcements';
		document.body.append(region);
		return createAnnouncer((text) => {
			region.textContent = text;
		}, TIMERS);
	}, []);
	useEffect(() => {
		document.title = tabTitle(state, pageTitle);
		const text = describe(state);
		if (text !== '') announcer.say(text);
	}, [state]);
	const running =
		state.phase === 'running' || state.phase === 'paused' || state.phase === 'checking';
	useEffect(() => {
		if (!running) return undefined;
		const awake = keepAwake();
		const warn = (event: BeforeUnloadEvent): void => {
			event.preventDefault();
		};
		window.addEventListener('beforeunload', warn);
		return () => {
			awake.release();
			window.removeEventListener('beforeunload', warn);
		};
	}, [running]);
}

/**
 * Where the focus goes when one view takes another's place and the pressed button is gone: to the
 * returned element, brought into sight. Pausing keeps the view.
 */
export function useFocusOnChange(state: State): RefObject<HTMLHeadingElement> {
	const bar = useRef<HTMLHeadingElement>(null);
	const view = state.phase === 'paused' ? 'running' : state.phase;
	useEffect(() => {
		const element = bar.current;
		if (element === null) return;
		element.focus({ preventScroll: true });
		if (element.getBoundingClientRect().top < 0) element.scrollIntoView({ block: 'start' });
	}, [view]);
	return bar;
}
