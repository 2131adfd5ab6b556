import type { CardCitation } from './types.ts';

/**
 * Finds BibTeX entries: `@type{` up to the brace that closes it, wherever in the text they stand. An
 * entry whose braces do not balance ends before the next blank line or fence.
 */
export function findCitations(text: string): CardCitation[] {
	const citations: CardCitation[] = [];
	const opening = /^[ \t]*@([a-z]+)[ \t]*\{[ \t]*([^,\s{}]*)/gim;
	for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
		const start = match.index + match[0].indexOf('@');
		const end = endOfEntry(text, text.indexOf('{', start));
		citations.push({
			text: text.slice(start, end),
			line: text.slice(0, start).split(/\r\n|\r|\n/).length,
			type: (match[1] ?? '').toLowerCase(),
			key: match[2] ?? '',
		});
		opening.lastIndex = end;
	}
	return citations;
}

function endOfEntry(text: string, brace: number): number {
	let depth = 0;
	for (let i = brace; i < text.length; i += 1) {
		const char = text.charAt(i);
		if (char === '{') depth += 1;
		if (char === '}') depth -= 1;
		if (depth === 0) return i + 1;
		if (char === '`' && text.startsWith('```', i)) return i;
	}
	return text.length;
}
