/** What a card's page does by itself: copy buttons, sortable tables, the mark in the contents. */
import { watchContents } from './contents.ts';
import { wireCopy } from './copy.ts';
import { makeSortable } from './sortable.ts';

for (const button of document.querySelectorAll<HTMLButtonElement>('figure.code > .copy'))
	wireCopy(button);
for (const table of document.querySelectorAll<HTMLTableElement>('table[data-sortable]'))
	makeSortable(table);
// A formula that is wider than the page can be scrolled by keyboard, too.
for (const formula of document.querySelectorAll<HTMLElement>('.katex-display'))
	if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
const contents = document.querySelector<HTMLDetailsElement>('[data-contents]');
if (contents !== null) watchContents(contents);
