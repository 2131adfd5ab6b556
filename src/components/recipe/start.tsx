import { hydrate } from 'preact';
import type { RecipeContent } from '../../recipe/index.ts';
import { Editor } from './Editor.tsx';
import './editor.css';

/** What `Recipe.astro` leaves in the page for the editor. */
export interface RecipeData {
	readonly recipe: RecipeContent;
	readonly layers: number | null;
	readonly canRehearse: boolean;
}

/** Puts the editor over the picture that the page was served with. */
export function startEditor(root: Element, data: RecipeData, asked: boolean): void {
	hydrate(<Editor {...data} asked={asked} />, root);
}
