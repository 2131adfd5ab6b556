/** Marks text for a terminal. */
export interface Paint {
	readonly bold: (text: string) => string;
	readonly dim: (text: string) => string;
	readonly red: (text: string) => string;
	readonly yellow: (text: string) => string;
	readonly green: (text: string) => string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a stream gets colours: only terminals do. `FORCE_COLOR` decides before that (`0` and `false`
 * mean no), then any `NO_COLOR` that is not empty, as Node itself has it.
 */
export function wantsColour(isTerminal: boolean, environment: Environment): boolean {
	const { FORCE_COLOR, NO_COLOR, TERM } = environment;
	if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
	if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
	return isTerminal && TERM !== 'dumb';
}

/** Text in colours, or as it is. */
export function createPaint(coloured: boolean): Paint {
	const code =
		(start: number, end: number) =>
		(text: string): string =>
			coloured && text !== '' ? `\u001b[${start}m${text}\u001b[${end}m` : text;
	return {
		bold: code(1, 22),
		dim: code(2, 22),
		red: code(31, 39),
		yellow: code(33, 39),
		green: code(32, 39),
	};
}

export const PLAIN: Paint = createPaint(false);
