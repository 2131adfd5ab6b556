import { render } from 'preact';
import { hubBase } from './contract.ts';
import type { ReproducerContract } from './contract.ts';
import { browserEffects } from './effects.ts';
import type { Wish } from './requests.ts';
import './reproducer.css';
import './spot.css';
import { App } from './views/App.tsx';

/** A mounted reproducer: takes wishes. */
export interface Mounted {
	ask(wish: Wish): void;
}

/**
 * Puts the interactive reproducer into `stage`. `onOpen` and `onClosed` let the page take its
 * static part away and bring it back.
 */
export function mount(
	stage: HTMLElement,
	contract: ReproducerContract,
	{ onOpen, onClosed }: { readonly onOpen: () => void; readonly onClosed: () => void },
): Mounted {
	// Effects run after the first paint: what is asked for before waits here.
	const waiting: Wish[] = [];
	let hear = (wish: Wish): void => {
		waiting.push(wish);
	};
	const base = import.meta.env.BASE_URL.replace(/\/+$/, '');
	render(
		<App
			contract={contract}
			hub={hubBase(contract, location.search)}
			rehearsalBase={`${base}/rehearsal`}
			effects={browserEffects()}
			listen={(listener) => {
				hear = listener;
				for (const wish of waiting.splice(0)) listener(wish);
			}}
			onClosed={onClosed}
		/>,
		stage,
	);
	return {
		ask(wish) {
			onOpen();
			hear(wish);
		},
	};
}
