import { YamlProblem } from './yamlProblem.ts';

/** A text as a parser of YAML 1.2 wants it, with the way back to the places of the original. */
export interface Prepared {
	readonly text: string;
	/** The place in the original of a place in {@link Prepared.text}. */
	readonly origin: (offset: number) => number;
}

/**
 * Makes up for the two ways in which PyYAML's syntax and that of YAML 1.2 differ in recipes: lines
 * within brackets or quotes may stand further left than what they belong to, so they are indented; and a
 * tab may stand in quotes, comments and block text only.
 * @throws YamlProblem for a tab elsewhere
 */
export function prepare(text: string): Prepared {
	const { continued, tab } = new Scanner(text).scan();
	if (tab !== null)
		throw new YamlProblem('a tab may stand in quotes, comments and block text only', tab);
	let padded = '';
	let from = 0;
	for (const { start, width } of continued) {
		padded += text.slice(from, start) + ' '.repeat(width);
		from = start;
	}
	return {
		text: padded + text.slice(from),
		origin: (offset) => {
			let shift = 0;
			for (const { start, width } of continued) {
				if (start + shift > offset) break;
				shift += Math.min(width, offset - start - shift);
			}
			return offset - shift;
		},
	};
}

/** A line that begins within brackets or quotes, and by how much it has to be indented. */
interface ContinuedLine {
	readonly start: number;
	readonly width: number;
}

const BREAK = /[\r\n]/;
const BLANK = /[ \t\r\n]|^$/;
const FLOW = /[,[\]{}]/;

/** Goes through a text token by token, as far as it takes to tell quotes, brackets, comments and block text apart. */
class Scanner {
	readonly #text: string;
	readonly #continued: ContinuedLine[] = [];
	#tab: number | null = null;
	#at = 0;
	#lineStart = 0;
	/** Brackets that are open, and the column of the outermost. */
	#depth = 0;
	#column = 0;
	/** Column of the last `-`, `?` or other token that a block text of this line belongs to. */
	#indent = 0;

	constructor(text: string) {
		this.#text = text;
	}

	scan(): { continued: readonly ContinuedLine[]; tab: number | null } {
		while (this.#at < this.#text.length) this.#token();
		return { continued: this.#continued, tab: this.#tab };
	}

	#token(): void {
		const char = this.#peek();
		const next = this.#peek(1);
		const begins = this.#at === this.#lineStart;
		if (BREAK.test(char)) this.#newLine(this.#depth > 0 ? this.#column + 1 : 0);
		else if (char === ' ' || char === '\ufeff') this.#at++;
		else if (char === '\t') this.#strayTab();
		else if (char === '#' && (begins || BLANK.test(this.#peek(-1)))) this.#skipLine();
		else if (char === '%' && begins && this.#depth === 0) this.#skipLine();
		else if (char === '"' || char === "'") this.#quoted(char);
		else if (char === '[' || char === '{') this.#open();
		else if (this.#depth > 0 && FLOW.test(char)) {
			if (char !== ',') this.#depth--;
			this.#at++;
		} else if ((char === '|' || char === '>') && this.#depth === 0) this.#blockText();
		else if (/[-?:]/.test(char) && (BLANK.test(next) || (this.#depth > 0 && FLOW.test(next)))) {
			if (char !== ':') this.#mark();
			this.#at++;
		} else this.#plain(/[&*!]/.test(char));
	}

	#peek(ahead = 0): string {
		return this.#text[this.#at + ahead] ?? '';
	}

	#newLine(width: number): void {
		this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
		this.#lineStart = this.#at;
		this.#indent = -1;
		if (width > 0 && this.#at < this.#text.length) this.#continued.push({ start: this.#at, width });
	}

	#strayTab(): void {
		this.#tab ??= this.#at;
		this.#at++;
	}

	#skipLine(): void {
		while (this.#at < this.#text.length && !BREAK.test(this.#peek())) this.#at++;
	}

	/** Remembers where the innermost collection that begins in this line stands. */
	#mark(): void {
		this.#indent = this.#at - this.#lineStart;
	}

	#open(): void {
		if (this.#depth === 0) this.#column = this.#at - this.#lineStart;
		this.#depth++;
		this.#at++;
	}

	#quoted(quote: string): void {
		const column = this.#depth > 0 ? this.#column : this.#at - this.#lineStart;
		if (this.#depth === 0 && this.#isKey()) this.#mark();
		this.#at++;
		while (this.#at < this.#text.length) {
			const char = this.#peek();
			if (char === quote && quote === "'" && this.#peek(1) === "'") this.#at += 2;
			else if (char === '\\' && quote === '"' && !BREAK.test(this.#peek(1))) this.#at += 2;
			else if (BREAK.test(char)) this.#newLine(column + 1);
			else {
				this.#at++;
				if (char === quote) return;
			}
		}
	}

	/** Whether nothing but dashes and blanks stands before this place in its line. */
	#isKey(): boolean {
		return /^[-? ]*$/.test(this.#text.slice(this.#lineStart, this.#at));
	}

	#plain(property: boolean): void {
		if (this.#depth === 0 && this.#isKey()) this.#mark();
		this.#at++;
		while (this.#at < this.#text.length) {
			const char = this.#peek();
			const next = this.#peek(1);
			if (BREAK.test(char) || char === '\t') return;
			if (this.#depth > 0 && FLOW.test(char)) return;
			if (property && char === ' ') return;
			if (char === ':' && (BLANK.test(next) || (this.#depth > 0 && FLOW.test(next)))) return;
			this.#at++;
			if (char === ' ' && next === '#') return;
		}
	}

	/** The lines that stand further right than what the text belongs to, and blank ones between. */
	#blockText(): void {
		const indent = this.#indent;
		this.#skipLine();
		while (this.#at < this.#text.length) {
			const rest = this.#text.slice(this.#at).replace(/^(?:\r\n|[\r\n])/, '');
			const [line = ''] = rest.split(/[\r\n]/, 1);
			const spaces = line.length - line.replace(/^ +/, '').length;
			if (line.trim() !== '' && spaces <= indent) return;
			this.#newLine(0);
			this.#skipLine();
			this.#indent = indent;
		}
	}
}
