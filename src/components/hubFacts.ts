/** Tries what is believed of the Hub from this browser, and writes what came of it into the list. */
import { hubBase } from '../site/settings.ts';
import type { FactOutcome, FactSummary } from '../hub/index.ts';

const SUMMARIES: Readonly<Record<FactSummary, string>> = {
	unreachable:
		'The Hub did not answer this page at all. You may be offline, or something between you and the Hub keeps it away. Rehearsals work without it.',
	broken:
		'Something that Remelt depends on does not hold from here, so checks will not work in this browser. The command line may still.',
	surprising: 'Checks work from here. Something else is not as expected.',
	'as-believed': 'Everything holds: published weights can be checked from this browser.',
};

function show(item: HTMLElement, { result }: FactOutcome): void {
	const state = result === null ? 'silent' : result.holds ? 'holds' : 'fails';
	const words = { silent: 'No answer.', holds: 'Holds.', fails: 'Does not hold.' };
	item.dataset['state'] = state;
	const verdict = item.querySelector('[data-verdict]');
	if (verdict !== null) verdict.textContent = words[state];
	const seen = item.querySelector<HTMLElement>('[data-seen]');
	if (seen === null) return;
	seen.hidden = false;
	seen.textContent = result === null ? 'No answer: offline, or kept away.' : `Seen: ${result.seen}`;
}

function start(root: HTMLElement, button: HTMLButtonElement, status: Element): void {
	const items = [...root.querySelectorAll<HTMLElement>('[data-fact]')];
	const run = async (): Promise<void> => {
		button.disabled = true;
		status.textContent = 'Trying …';
		for (const item of items) item.dataset['state'] = 'trying';
		try {
			const { checkFacts, HUB_FACTS, LIVE_HUB, summarizeFacts } = await import('../hub/index.ts');
			const outcomes = await checkFacts(HUB_FACTS, {
				settings: { ...LIVE_HUB, base: hubBase(location.search) },
				onOutcome: (outcome) => {
					const item = items.find(({ dataset }) => dataset['fact'] === outcome.fact.id);
					if (item !== undefined) show(item, outcome);
				},
			});
			const held = outcomes.filter(({ result }) => result?.holds === true).length;
			status.textContent = `${String(held)} of ${String(outcomes.length)} hold. ${SUMMARIES[summarizeFacts(outcomes)]}`;
			button.textContent = 'Try them again';
		} finally {
			button.disabled = false;
			for (const item of items)
				if (item.dataset['state'] === 'trying') delete item.dataset['state'];
		}
	};
	button.addEventListener('click', () => {
		void run().catch((error: unknown) => {
			status.textContent = `The page could not load what tries them: ${String(error)}. Reload the page.`;
		});
	});
}

const root = document.querySelector<HTMLElement>('[data-hub-check]');
const button = root?.querySelector<HTMLButtonElement>('[data-run]');
const status = root?.querySelector('[data-summary]');
if (root != null && button != null && status != null) start(root, button, status);
