/** A fenced code block of a Markdown text. */
export interface Fence {
	/** The first word after the opening fence, lower case; null where there is none. */
	readonly language: string | null;
	readonly text: string;
	/** Line of the first line of the text, 1-based. */
	readonly line: number;
}

const OPENING = /^([\s>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}|~{3,})[ \t]*([^`]*)$/;

/**
 * Lists the fenced code blocks of a Markdown text, in order, without a Markdown parser: one pass over
 * the lines, also inside lists, quotes and HTML. A fence that nobody closes runs to the end.
 */
export function findFences(text: string): Fence[] {
	const lines = text.split(/\r\n|\r|\n/);
	const fences: Fence[] = [];
	for (let i = 0; i < lines.length; i += 1) {
		const opening = OPENING.exec(lines[i] ?? '');
		if (opening === null) continue;
		const [, indent = '', marker = '', info = ''] = opening;
		const first = i + 1;
		const content: string[] = [];
		for (i = first; i < lines.length; i += 1) {
			const line = lines[i] ?? '';
			if (closes(line, marker)) break;
			content.push(withoutIndent(line, indent.length));
		}
		const language = info.trim().split(/\s/)[0] ?? '';
		fences.push({
			language: language === '' ? null : language.toLowerCase(),
			text: content.join('\n'),
			line: first + 1,
		});
	}
	return fences;
}

function closes(line: string, marker: string): boolean {
	const text = line.replace(/^[\s>]*/, '').trimEnd();
	const char = marker.charAt(0);
	return text.length >= marker.length && [...text].every((each) => each === char);
}

/** Takes up to `width` characters of white space and quote marks off the line. */
function withoutIndent(line: string, width: number): string {
	let start = 0;
	while (start < width && /[\s>]/.test(line.charAt(start))) start += 1;
	return line.slice(start);
}

/** A run of lines without a blank one between. */
export interface Block {
	/** Offsets in the text; the end is exclusive. */
	readonly start: number;
	readonly end: number;
	/** 1-based. */
	readonly line: number;
}

/** The blocks of a Markdown text outside of fenced code, in order. */
export function textBlocks(text: string): Block[] {
	const code = findFences(text).map(({ line, text: content }) => ({
		first: line - 1,
		last: line + content.split('\n').length,
	}));
	const blocks: Block[] = [];
	let open: { start: number; line: number } | null = null;
	let offset = 0;
	let fence = 0;
	for (const [index, line] of text.split(/(?<=\r\n|\r(?!\n)|\n)/).entries()) {
		const number = index + 1;
		while ((code[fence]?.last ?? Infinity) < number) fence += 1;
		const outside = number < (code[fence]?.first ?? Infinity);
		if (outside && line.trim() !== '') open ??= { start: offset, line: number };
		else if (open !== null) {
			blocks.push({ ...open, end: offset });
			open = null;
		}
		offset += line.length;
	}
	if (open !== null) blocks.push({ ...open, end: offset });
	return blocks;
}
