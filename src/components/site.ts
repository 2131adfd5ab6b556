/** What every page does: the theme's button, and opening the search. */

type Theme = 'system' | 'light' | 'dark';

/** From the system's theme the first press goes to the other one, so that it shows. */
function nextTheme(theme: Theme): Theme {
	const dark = matchMedia('(prefers-color-scheme: dark)').matches;
	const order: readonly Theme[] = ['system', ...(dark ? LIGHT_FIRST : DARK_FIRST)];
	return order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
}

const LIGHT_FIRST: readonly Theme[] = ['light', 'dark'];
const DARK_FIRST: readonly Theme[] = ['dark', 'light'];

function currentTheme(): Theme {
	const set = document.documentElement.dataset['theme'];
	return set === 'light' || set === 'dark' ? set : 'system';
}

function setTheme(theme: Theme): void {
	if (theme === 'system') delete document.documentElement.dataset['theme'];
	else document.documentElement.dataset['theme'] = theme;
	try {
		localStorage.setItem('remelt-theme', theme);
	} catch {
		// Storage is off: the choice holds for this page.
	}
}

function wireTheme(button: Element): void {
	const name = (): void => {
		button.setAttribute('aria-label', `Theme: ${currentTheme()}`);
		button.setAttribute('title', `Theme: ${currentTheme()}`);
	};
	name();
	button.addEventListener('click', () => {
		setTheme(nextTheme(currentTheme()));
		name();
	});
}

function isTyping(target: EventTarget | null): boolean {
	return target instanceof Element && target.matches('input, textarea, select, [contenteditable]');
}

function wireSearch(dialog: HTMLDialogElement): void {
	const open = async (): Promise<void> => {
		const { openSearch } = await import('./search.ts');
		await openSearch(dialog);
	};
	for (const button of document.querySelectorAll('[data-search-open]'))
		button.addEventListener('click', () => void open());
	document.addEventListener('keydown', (event) => {
		if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
		if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
		event.preventDefault();
		void open();
	});
}

for (const button of document.querySelectorAll('[data-theme-toggle]')) wireTheme(button);
const dialog = document.querySelector<HTMLDialogElement>('dialog#search');
if (dialog !== null) wireSearch(dialog);
