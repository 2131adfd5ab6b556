import type { CardCitation } from './types.ts';

/**
 * Finds BibTeX entries: `@type{` up to the brace that closes it, wherever in the text they stand. An
 * entry whose braces do not balance ends before the next blank line or fence.
 */
export function findCitations(text: string): CardCitation[] {
	const citations: CardCitation[] = [];
	let line = 1;
	let counted = 0;
	const opening = /^[ \t]*@([a-z]+)[ \t]*\{[ \t]*([^,\s{}]*)/gim;
	for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
		const start = match.index + match[0].indexOf('@');
		const end = endOfEntry(text, text.indexOf('{', start));
		line += (text.slice(counted, start).match(/\r\n|\r|\n/g) ?? []).length;
		counted = start;
		citations.push({
			text: text.slice(start, end),
			line,
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
