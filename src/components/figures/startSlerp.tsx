import { hydrate } from 'preact';
import { SlerpPlay } from './SlerpPlay.tsx';

/** Sets the figure that the page was served with in motion. */
export function startSlerp(root: Element): void {
	hydrate(<SlerpPlay />, root);
}
