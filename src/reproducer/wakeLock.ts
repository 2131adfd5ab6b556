/** Keeps the screen on while something runs; `release` ends it. Does nothing where unsupported. */
export interface WakeLock {
	release(): void;
}

/** Asks for a wake lock, and again whenever the page comes back into view. */
export function keepAwake(): WakeLock {
	let sentinel: WakeLockSentinel | null = null;
	let released = false;
	const ask = async (): Promise<void> => {
		if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
		try {
			const got = await navigator.wakeLock.request('screen');
			if (released) await got.release();
			else sentinel = got;
		} catch {
			// A browser may refuse, on low battery for one: the run goes on without.
		}
	};
	const onVisible = (): void => {
		void ask();
	};
	document.addEventListener('visibilitychange', onVisible);
	void ask();
	return {
		release() {
			released = true;
			document.removeEventListener('visibilitychange', onVisible);
			void sentinel?.release();
		},
	};
}
