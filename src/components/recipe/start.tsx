import { hydrate } from 'preact';
import type { RecipeContent } from '../../recipe/index.ts';
import { Editor } from './Editor.tsx';
// as an address: what is imported as a style sheet would be linked before anybody wakes the editor
import sheet from './editor.css?url';

/** What `Recipe.astro` leaves in the page for the editor. */
export interface RecipeData {
	readonly recipe: RecipeContent;
	readonly layers: number | null;
	readonly canRehearse: boolean;
}

/** Puts the editor over the picture that the page was served with. */
export function startEditor(root: Element, data: RecipeData, asked: boolean): void {
	addSheet();
	hydrate(<Editor {...data} asked={asked} />, root);
}

/** Adds the editor's style sheet to the page, once. */
function addSheet(): void {
	if (document.querySelector(`link[href="${sheet}"]`) !== null) return;
	const link = document.createElement('link');
	link.rel = 'stylesheet';
	link.href = sheet;
	document.head.append(link);
}
