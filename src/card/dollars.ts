import { findFences } from './fences.ts';

/** A Markdown text in which every single dollar sign that is not math is hidden from the parser. */
export interface MaskedText {
	/** As long as the original, with the same line breaks. */
	readonly text: string;
	/** Puts the hidden dollar signs back into a piece of the text. */
	readonly restore: (piece: string) => string;
}

const TOKEN = /`+|\\\\[()[\]]|\\.|\$+/g;
const BLANK_LINE = /\r?\n[ \t]*\r?\n/;

/**
 * Tells math from money. The Markdown parser takes any two dollar signs of a paragraph for math; here a
 * single `$` opens math only where a reader would read it so: not after a letter or digit (`US$`),
 * not around nothing, closed before the paragraph ends by a `$` that no letter or digit follows
 * (`$PATH and $HOME`), and with something mathematical between, or a single word. Others are hidden.
 * The Hub's own delimiters `\\(…\\)` and `\\[…\\]` become dollar signs of the same length.
 */
export function maskDollars(text: string): MaskedText {
	const mask = unusedCharacter(text);
	const code = codeRanges(text);
	const edits: { at: number; text: string }[] = [];
	TOKEN.lastIndex = 0;
	for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
		const [token] = match;
		const at = match.index;
		const inCode = code.find((range) => at >= range.start && at < range.end);
		if (inCode !== undefined) TOKEN.lastIndex = inCode.end;
		else if (token.startsWith('`')) TOKEN.lastIndex = afterRun(text, at, token);
		else if (token.startsWith('\\\\')) TOKEN.lastIndex = hubMath(text, at, token, edits);
		else if (token === '$') {
			const close = closingDollar(text, at);
			if (close !== null) TOKEN.lastIndex = close + 1;
			else edits.push({ at, text: mask });
		} else if (token.startsWith('$')) TOKEN.lastIndex = afterRun(text, at, token);
	}
	return {
		text: applyEdits(text, edits),
		restore: (piece) => piece.replaceAll(mask, '$'),
	};
}

/** Where a run of backticks or dollars that opens at `at` is closed by one of its length, or its end. */
function afterRun(text: string, at: number, run: string): number {
	const from = at + run.length;
	const char = run.charAt(0);
	for (let next = text.indexOf(run, from); next !== -1; next = text.indexOf(run, next)) {
		let end = next;
		while (text.charAt(end) === char) end += 1;
		if (char === '`' && BLANK_LINE.test(text.slice(from, next))) return from;
		if (end - next === run.length) return end;
		next = end;
	}
	return from;
}

/** The `$` that closes math opened at `at`, or null where this is not math. */
function closingDollar(text: string, at: number): number | null {
	if (/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return null;
	let close = text.indexOf('$', at + 1);
	while (close !== -1 && text.charAt(close - 1) === '\\') close = text.indexOf('$', close + 1);
	if (close === -1 || text.charAt(close + 1) === '$') return null;
	if (/[\p{L}\p{N}]/u.test(text.charAt(close + 1))) return null;
	const content = text.slice(at + 1, close);
	return !BLANK_LINE.test(content) && looksMathematical(content.trim()) ? close : null;
}

function looksMathematical(content: string): boolean {
	if (content === '') return false;
	if (/[\\^_={}<>]/.test(content)) return true;
	if (/^\d/.test(content)) return /^\d+(?:[.,]\d+)?$/.test(content);
	return !/\s/.test(content) || /[-+*/|]/.test(content);
}

/** Rewrites `\\(…\\)` as `$$$…$$$` (inline math) and `\\[…\\]` as `$$ … $$` (display). */
function hubMath(
	text: string,
	at: number,
	token: string,
	edits: { at: number; text: string }[],
): number {
	const after = at + token.length;
	const closing = token === '\\\\(' ? '\\\\)' : token === '\\\\[' ? '\\\\]' : null;
	if (closing === null) return after;
	const close = text.indexOf(closing, after);
	if (close === -1 || BLANK_LINE.test(text.slice(after, close))) return after;
	const inline = token === '\\\\(';
	edits.push({ at, text: inline ? '$$$' : '$$ ' }, { at: close, text: inline ? '$$$' : ' $$' });
	return close + closing.length;
}

function applyEdits(text: string, edits: readonly { at: number; text: string }[]): string {
	let result = '';
	let from = 0;
	for (const edit of edits) {
		result += text.slice(from, edit.at) + edit.text;
		from = edit.at + edit.text.length;
	}
	return result + text.slice(from);
}

/** The offsets of fenced code, in order. */
function codeRanges(text: string): { start: number; end: number }[] {
	const starts = [0];
	for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
	return findFences(text).map((fence) => ({
		start: starts[fence.line - 1] ?? text.length,
		end: starts[fence.line - 1 + fence.text.split('\n').length] ?? text.length,
	}));
}

/** A private-use character that the text does not have. */
function unusedCharacter(text: string): string {
	let code = 0xe000;
	while (text.includes(String.fromCharCode(code))) code += 1;
	return String.fromCharCode(code);
}
