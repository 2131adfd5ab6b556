import type { ReproducerContract } from './contract.ts';
import type { Mounted } from './mount.tsx';
import type { Wish } from './requests.ts';
import type { Mode } from './state.ts';

/** Fired on `document` by the recipe strip: a variant of the card's recipe is to be rehearsed. */
export const VARIANT_EVENT = 'remelt:variant';

/** Wires every reproducer on the page whose contract stands in it. */
export function startAll(): void {
	for (const root of document.querySelectorAll<HTMLElement>('[data-reproducer]')) {
		const text = root.querySelector('script[type="application/json"]')?.textContent;
		if (text) startReproducer(root, JSON.parse(text) as ReproducerContract);
	}
}

/**
 * Enables a reproducer's buttons. Nothing else is loaded before one is pressed. Calling it again
 * with another contract replaces the first.
 */
export function startReproducer(root: HTMLElement, contract: ReproducerContract): () => void {
	const [idle, stage, trouble] = ['idle', 'stage', 'trouble'].map((part) =>
		root.querySelector<HTMLElement>(`[data-part="${part}"]`),
	);
	const ended = new AbortController();
	if (!idle || !stage || !trouble) return () => undefined;
	let mounted: Promise<Mounted> | null = null;
	let pressed: HTMLElement | null = null;
	const show = (live: boolean): void => {
		idle.hidden = live;
		stage.hidden = !live;
		if (!live) pressed?.focus();
	};
	const load = async (): Promise<Mounted> => {
		const { mount } = await import('./mount.tsx');
		return mount(stage, contract, {
			onOpen: () => {
				show(true);
			},
			onClosed: () => {
				show(false);
			},
		});
	};
	const ask = (wish: Wish): void => {
		root.ariaBusy = 'true';
		trouble.textContent = '';
		mounted ??= load();
		mounted
			.then((app) => {
				app.ask(wish);
			})
			.catch(() => {
				mounted = null;
				trouble.textContent =
					'The program for this could not be loaded. Check the connection and press again.';
			})
			.finally(() => {
				root.ariaBusy = 'false';
			});
	};
	for (const button of root.querySelectorAll<HTMLButtonElement>('button[data-ask]')) {
		button.disabled = false;
		const options = { signal: ended.signal };
		button.addEventListener(
			'click',
			() => {
				pressed = button;
				ask({ mode: button.dataset['ask'] as Mode });
			},
			options,
		);
	}
	document.addEventListener(
		VARIANT_EVENT,
		(event) => {
			if (!(event instanceof CustomEvent)) return;
			const { recipe } = event.detail as { recipe?: unknown };
			if (typeof recipe !== 'string') return;
			root.scrollIntoView({ block: 'start' });
			ask({ mode: 'rehearsal', recipe });
		},
		{ signal: ended.signal },
	);
	return () => {
		ended.abort();
		show(false);
		stage.replaceChildren();
	};
}
