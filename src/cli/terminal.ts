import type { Paint } from './paint.ts';

/** What the command line talks to; tests give their own. */
export interface Terminal {
	/** Results. */
	readonly out: (text: string) => void;
	/** Messages and errors. */
	readonly err: (text: string) => void;
	/** Shows a line that the next one replaces; absent where nobody watches. */
	readonly progress?: ((line: string) => void) | undefined;
	/** Columns that a line of progress may take. */
	readonly width?: number | undefined;
	/** Colours of results and of messages; absent: none. */
	readonly paint?: { readonly out: Paint; readonly err: Paint } | undefined;
	readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
	/** The folder that paths count from; default the process's own. */
	readonly folder?: string | undefined;
	readonly signal?: AbortSignal | undefined;
}
