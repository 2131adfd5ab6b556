/** Filters the list of cards on the home page and keeps the choice in the page's address. */

/** A card's place in the list, and what it is found under. */
interface Entry {
	readonly element: HTMLElement;
	readonly facets: Readonly<Record<string, readonly string[]>>;
}

function readEntries(): Entry[] {
	return [...document.querySelectorAll<HTMLElement>('[data-facets]')].map((element) => ({
		element,
		facets: JSON.parse(element.dataset['facets'] ?? '{}') as Entry['facets'],
	}));
}

/** Shows the entries that match every choice; returns how many. */
function show(entries: readonly Entry[], choices: readonly (readonly [string, string])[]): number {
	let shown = 0;
	for (const { element, facets } of entries) {
		const matches = choices.every(([name, value]) => facets[name]?.includes(value) ?? false);
		element.hidden = !matches;
		if (matches) shown++;
	}
	return shown;
}

function start(form: HTMLFormElement): void {
	const entries = readEntries();
	const selects = [...form.querySelectorAll('select')];
	const count = document.querySelector('[data-count]');
	const none = document.querySelector<HTMLElement>('[data-none]');
	const reset = form.querySelector<HTMLElement>('[data-reset]');

	const apply = (): (readonly [string, string])[] => {
		const choices = selects
			.map((select) => [select.name, select.value] as const)
			.filter(([, value]) => value !== '');
		const shown = show(entries, choices);
		const all = entries.length;
		const noun = all === 1 ? 'card' : 'cards';
		if (count !== null)
			count.textContent =
				shown === all ? `${String(all)} ${noun}` : `${String(shown)} of ${String(all)} ${noun}`;
		if (none !== null) none.hidden = shown > 0 || all === 0;
		if (reset !== null) reset.hidden = choices.length === 0;
		return choices;
	};

	const remember = (choices: readonly (readonly [string, string])[]): void => {
		const query = new URLSearchParams(choices.map(([name, value]) => [name, value])).toString();
		history.replaceState(null, '', `${location.pathname}${query === '' ? '' : `?${query}`}`);
	};

	const wanted = new URLSearchParams(location.search);
	for (const select of selects) {
		const value = wanted.get(select.name) ?? '';
		if ([...select.options].some((option) => option.value === value)) select.value = value;
	}
	apply();

	form.addEventListener('change', () => {
		remember(apply());
	});
	form.addEventListener('reset', () => {
		// The fields are cleared after the event.
		setTimeout(() => {
			remember(apply());
			selects[0]?.focus();
		});
	});
	document.querySelector('[data-clear]')?.addEventListener('click', () => {
		form.reset();
	});
}

const form = document.querySelector<HTMLFormElement>('[data-filters]');
if (form !== null) start(form);
