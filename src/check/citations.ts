import type { Card, CardCitation } from '../card/index.ts';
import type { Finding } from '../errors/index.ts';

const WHOLE_FIELD = /^\s*([\w-]+)\s*=\s*(?:\{.*\}|"[^"]*"|\d+)\s*$/;
const FIELD = /^\s*[\w-]+\s*=/;

/** What BibTeX would stumble over in a card's citations. */
export function checkCitations(card: Card): Finding[] {
	return card.citations.flatMap((citation) => [
		...missingCommas(citation),
		...(citation.text.endsWith('}') ? [] : [unclosed(citation)]),
	]);
}

/** Fields, one to a line, that no comma divides from the field after. */
function missingCommas(citation: CardCitation): Finding[] {
	const lines = citation.text.split(/\r\n|\r|\n/);
	return lines.flatMap((line, index): Finding[] => {
		const field = WHOLE_FIELD.exec(line)?.[1];
		if (field === undefined || !FIELD.test(lines[index + 1] ?? '')) return [];
		return [
			{
				code: 'bibtex-comma',
				severity: 'warning',
				message: `The BibTeX entry ${citation.key} lacks a comma after ${field}.`,
				line: citation.line + index,
				column: line.trimEnd().length + 1,
				hint: 'The entry is shown as written; add the comma before using it.',
			},
		];
	});
}

function unclosed(citation: CardCitation): Finding {
	return {
		code: 'bibtex-unclosed',
		severity: 'warning',
		message: `The BibTeX entry ${citation.key} is never closed.`,
		line: citation.line,
		hint: 'Add the closing brace before using it.',
	};
}
