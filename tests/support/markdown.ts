/** A table of a Markdown document, its cells without the white space around them. */
export interface MarkdownTable {
	readonly head: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

/** The first table below a heading, given as its whole line; empty where there is none. */
export function tableBelow(markdown: string, heading: string): MarkdownTable {
	const lines = markdown.split('\n');
	const from = lines.indexOf(heading);
	const start = from < 0 ? -1 : lines.findIndex((line, at) => at > from && line.startsWith('|'));
	if (start < 0) return { head: [], rows: [] };
	const rest = lines.slice(start);
	const length = rest.findIndex((line) => !line.startsWith('|'));
	const [head = [], , ...rows] = rest.slice(0, length < 0 ? rest.length : length).map(cells);
	return { head, rows };
}

/** A vertical bar within a cell is written `\|`. */
function cells(line: string): string[] {
	const parts = line
		.trim()
		.slice(1, -1)
		.split(/(?<!\\)\|/);
	return parts.map((cell) => cell.replaceAll('\\|', '|').trim());
}
