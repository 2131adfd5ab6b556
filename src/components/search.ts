import { href } from '../site/settings.ts';
import sheet from '../styles/search.css?url';

/** The part of Pagefind's browser API that the dialog uses. */
interface Pagefind {
	options(options: { baseUrl: string }): Promise<void>;
	debouncedSearch(text: string): Promise<{ results: readonly Hit[] } | null>;
}

interface Hit {
	data(): Promise<{ url: string; excerpt: string; meta: Readonly<Record<string, string>> }>;
}

/** Hits shown; more than a screenful is a sign to type another word. */
const SHOWN = 12;

let index: Promise<Pagefind> | null = null;

async function load(): Promise<Pagefind> {
	// The index is made after the bundle, so its address is not for the bundler to resolve.
	const pagefind = (await import(/* @vite-ignore */ href('pagefind/pagefind.js'))) as Pagefind;
	await pagefind.options({ baseUrl: href('') });
	return pagefind;
}

/** An excerpt as nodes: Pagefind marks what it found by `<mark>`, everything else is text. */
function excerptNodes(excerpt: string): Node[] {
	const parsed = new DOMParser().parseFromString(excerpt, 'text/html').body;
	return [...parsed.childNodes].map((node) => {
		const text = node.textContent ?? '';
		if (node.nodeName !== 'MARK') return document.createTextNode(text);
		const mark = document.createElement('mark');
		mark.textContent = text;
		return mark;
	});
}

async function item(hit: Hit): Promise<HTMLLIElement> {
	const { url, excerpt, meta } = await hit.data();
	const title = document.createElement('strong');
	title.textContent = meta['title'] ?? url;
	const text = document.createElement('span');
	text.append(...excerptNodes(excerpt));
	const link = document.createElement('a');
	link.href = url;
	link.append(title, text);
	const entry = document.createElement('li');
	entry.append(link);
	return entry;
}

async function search(text: string, list: Element, status: Element): Promise<void> {
	if (text.trim() === '') {
		list.replaceChildren();
		status.textContent = '';
		return;
	}
	try {
		index ??= load();
		const found = await (await index).debouncedSearch(text);
		// Null: the reader typed on, and a later search answers.
		if (found === null) return;
		list.replaceChildren(...(await Promise.all(found.results.slice(0, SHOWN).map(item))));
		const count = found.results.length;
		status.textContent =
			count === 0
				? `Nothing found for “${text}”.`
				: `${String(count)} ${count === 1 ? 'page' : 'pages'} found.`;
	} catch {
		index = null;
		list.replaceChildren();
		status.textContent = 'The search index could not be loaded. It is made when the site is built.';
	}
}

/** Up and down move through the hits; from the first one back to the text. */
function moveFocus(event: KeyboardEvent, dialog: HTMLDialogElement, input: HTMLElement): void {
	if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
	const stops: HTMLElement[] = [input, ...dialog.querySelectorAll<HTMLElement>('li a')];
	const at = stops.findIndex((stop) => stop === document.activeElement);
	const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
	if (next === undefined) return;
	event.preventDefault();
	next.focus();
}

/** Adds the dialog's stylesheet to the page, and waits for it as long as it takes or fails. */
async function loadSheet(): Promise<void> {
	const link = document.createElement('link');
	link.rel = 'stylesheet';
	link.href = sheet;
	const settled = new Promise((resolve) => {
		link.addEventListener('load', resolve);
		link.addEventListener('error', resolve);
	});
	document.head.append(link);
	await settled;
}

/** Opens the page's search dialog; the first call wires it. */
export async function openSearch(dialog: HTMLDialogElement): Promise<void> {
	const input = dialog.querySelector('input');
	const list = dialog.querySelector('[data-search-results]');
	const status = dialog.querySelector('[data-search-status]');
	if (input === null || list === null || status === null) return;
	if (dialog.dataset['wired'] === undefined) {
		dialog.dataset['wired'] = '';
		await loadSheet();
		input.addEventListener('input', () => void search(input.value, list, status));
		dialog.addEventListener('keydown', (event) => {
			// A search field would take the first Escape to empty itself.
			if (event.key === 'Escape') {
				event.preventDefault();
				dialog.close();
			}
			moveFocus(event, dialog, input);
		});
		dialog.addEventListener('click', (event) => {
			if (event.target === dialog) dialog.close();
		});
		dialog.querySelector('form')?.addEventListener('submit', (event) => {
			if (event.submitter?.getAttribute('value') === 'close') return;
			event.preventDefault();
			dialog.querySelector<HTMLElement>('li a')?.click();
		});
	}
	if (!dialog.open) dialog.showModal();
	input.select();
}
