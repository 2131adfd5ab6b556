import { textBlocks } from './fences.ts';

/** A Markdown text in which every single dollar sign that is not math is hidden from the parser. */
export interface MaskedText {
	/** As long as the original, with the same line breaks. */
	readonly text: string;
	/** Puts the hidden dollar signs back into a piece of the text. */
	readonly restore: (piece: string) => string;
}

const TOKEN = /`+|\\\\[()[\]]|\\.|\$+/g;

/**
 * Tells math from money. The Markdown parser takes any two dollar signs of a paragraph for math; here a
 * single `$` opens math only where a reader would read it so: not after a letter or digit (`US$`),
 * not around nothing, closed before the paragraph ends by a `$` that no letter or digit follows
 * (`$PATH and $HOME`), and with something mathematical between, or a single word. Others are hidden.
 * The Hub's own delimiters `\\(…\\)` and `\\[…\\]` become dollar signs of the same length.
 */
export function maskDollars(text: string): MaskedText {
	const mask = unusedCharacter(text);
	const edits: Edit[] = [];
	for (const { start, end } of textBlocks(text)) scanBlock(text, start, end, mask, edits);
	return {
		text: applyEdits(text, edits),
		restore: (piece) => piece.replaceAll(mask, '$'),
	};
}

/** A piece of the text to be replaced by another of the same length. */
interface Edit {
	readonly at: number;
	readonly text: string;
}

function scanBlock(text: string, start: number, end: number, mask: string, edits: Edit[]): void {
	const block = text.slice(start, end);
	const token = new RegExp(TOKEN);
	for (let match = token.exec(block); match !== null; match = token.exec(block)) {
		const [run] = match;
		const at = match.index;
		if (run.startsWith('`')) token.lastIndex = afterRun(block, at, run);
		else if (run.startsWith('\\\\')) {
			const math = hubMath(block, at, run);
			for (const edit of math) edits.push({ at: start + edit.at, text: edit.text });
			token.lastIndex = (math.at(-1)?.at ?? at) + run.length;
		} else if (run === '$') {
			const close = closingDollar(block, at);
			if (close === null) edits.push({ at: start + at, text: mask });
			else token.lastIndex = close + 1;
		} else if (run.startsWith('$')) token.lastIndex = afterRun(block, at, run);
	}
}

/** Where a run of backticks or dollars that opens at `at` is closed by one of its length, or its end. */
function afterRun(block: string, at: number, run: string): number {
	const from = at + run.length;
	const char = run.charAt(0);
	for (let next = block.indexOf(run, from); next !== -1; next = block.indexOf(run, next)) {
		let end = next;
		while (block.charAt(end) === char) end += 1;
		if (end - next === run.length) return end;
		next = end;
	}
	return from;
}

/** The `$` that closes math opened at `at`, or null where this is not math. */
function closingDollar(block: string, at: number): number | null {
	if (/[\p{L}\p{N}]/u.test(block.charAt(at - 1))) return null;
	let close = block.indexOf('$', at + 1);
	while (close !== -1 && block.charAt(close - 1) === '\\') close = block.indexOf('$', close + 1);
	if (close === -1 || /[$\p{L}\p{N}]/u.test(block.charAt(close + 1))) return null;
	return looksMathematical(block.slice(at + 1, close).trim()) ? close : null;
}

function looksMathematical(content: string): boolean {
	if (content === '') return false;
	if (/[\\^_={}<>]/.test(content)) return true;
	if (/^\d/.test(content)) return /^\d+(?:[.,]\d+)?$/.test(content);
	return !/\s/.test(content) || /[-+*/|]/.test(content);
}

/** Rewrites `\\(…\\)` as `$$$…$$$` (inline math) and `\\[…\\]` as `$$ … $$` (display). */
function hubMath(block: string, at: number, opening: string): Edit[] {
	const inline = opening === '\\\\(';
	if (!inline && opening !== '\\\\[') return [];
	const close = block.indexOf(inline ? '\\\\)' : '\\\\]', at + opening.length);
	if (close === -1) return [];
	return [
		{ at, text: inline ? '$$$' : '$$ ' },
		{ at: close, text: inline ? '$$$' : ' $$' },
	];
}

function applyEdits(text: string, edits: readonly Edit[]): string {
	let result = '';
	let from = 0;
	for (const edit of edits) {
		result += text.slice(from, edit.at) + edit.text;
		from = edit.at + edit.text.length;
	}
	return result + text.slice(from);
}

/** A private-use character that the text does not have. */
function unusedCharacter(text: string): string {
	let code = 0xe000;
	while (text.includes(String.fromCharCode(code))) code += 1;
	return String.fromCharCode(code);
}
