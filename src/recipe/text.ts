/** A place in a text. Both count from 1. */
export interface TextPlace {
	readonly line: number;
	readonly column: number;
}

/** The place of an offset in a text. */
export function placeAt(text: string, offset: number): TextPlace {
	const before = text.slice(0, Math.max(0, offset)).split(/\r\n|\r|\n/);
	return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const CONTEXT_LINES = 2;
const EXCERPT_WIDTH = 100;

/** The line of a place with the lines before it, and a caret under the column. */
export function excerpt(text: string, place: TextPlace): string {
	const lines = text.split(/\r\n|\r|\n/);
	const first = Math.max(1, place.line - CONTEXT_LINES);
	const width = String(place.line).length;
	const shown = lines.slice(first - 1, place.line).map((line, index) => {
		const clipped = line.length > EXCERPT_WIDTH ? `${line.slice(0, EXCERPT_WIDTH)}…` : line;
		return `${String(first + index).padStart(width)} | ${clipped.replace(/\p{Cc}/gu, ' ')}`;
	});
	const caret = Math.min(place.column, EXCERPT_WIDTH + 1);
	return [...shown, `${' '.repeat(width)} | ${' '.repeat(caret - 1)}^`].join('\n');
}

/** The known name that is nearest to what was written, or null where none is near. */
export function nearestName(written: string, known: readonly string[]): string | null {
	let best: string | null = null;
	let least = Math.max(1, Math.floor(written.length / 3)) + 1;
	for (const name of known) {
		const distance = editDistance(written.toLowerCase(), name.toLowerCase());
		if (distance < least) [best, least] = [name, distance];
	}
	return best;
}

/**
 * The least number of characters to insert, delete, replace or swap with their neighbour (optimal
 * string alignment).
 */
function editDistance(a: string, b: string): number {
	let before: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 0; i < a.length; i++) {
		const current = [i + 1];
		for (let j = 0; j < b.length; j++) {
			const replaced = (previous[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
			const swapped =
				a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? Infinity) + 1 : Infinity;
			current.push(Math.min(replaced, swapped, (previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1));
		}
		[before, previous] = [previous, current];
	}
	return previous[b.length] ?? 0;
}
