import { describe, expect, it } from 'vitest';
import { codes, readBody } from './read.ts';

/** The TeX of a page's formulas, `display` marked by a leading `!`. */
function formulas(body: string): string[] {
	const { html } = readBody(body);
	return [
		...html.matchAll(/<math[^>]*?( display="block")?>[\s\S]*?<annotation[^>]*>([\s\S]*?)</g),
	].map(([, display, tex = '']) => (display === undefined ? '' : '!') + tex.trim());
}

describe('math', () => {
	it('is read between dollars, in line and displayed', () => {
		expect(formulas('Let $x_1$ be.')).toEqual(['x_1']);
		expect(formulas('Let $ \\theta $ be.')).toEqual(['\\theta']);
		expect(formulas('$$\nx^2\n$$')).toEqual(['!x^2']);
		expect(formulas('$$ {\\displaystyle x} $$')).toEqual(['!{\\displaystyle x}']);
	});

	it('is displayed when it fills its paragraph, over several lines too', () => {
		expect(formulas('- So:\n\n  $\n  \\frac{a}{b}\n  $\n')).toEqual(['!\\frac{a}{b}']);
	});

	it("is read between the Hub's own delimiters", () => {
		expect(formulas('Let \\\\(x_1\\\\) be.')).toEqual(['x_1']);
		expect(formulas('\\\\[x^2\\\\]')).toEqual(['!x^2']);
	});

	it('is rendered for the eye and for screen readers', () => {
		const { html } = readBody('$x$');
		expect(html).toContain('<span class="katex-html" aria-hidden="true">');
		expect(html).toContain('<math xmlns="http://www.w3.org/1998/Math/MathML"');
	});

	it.each([
		'It costs $5 and saves $10.',
		'$0.15/M tokens | $0.60/M tokens',
		'From US$ to CA$ and back.',
		'Set $PATH and $HOME first.',
		'Between $1,000 and $2,000.',
		'A lone $ sign.',
		'One $ and two words $ here.',
	])('leaves money and shell variables as text: %s', (text) => {
		const card = readBody(text);
		expect(card.html.trim()).toBe(`<p>${text}</p>`);
		expect(card.findings).toEqual([]);
	});

	it('finds math beside money', () => {
		expect(formulas('It costs $5 for $x_1$ and $10 for $x_2$.')).toEqual(['x_1', 'x_2']);
		expect(formulas('The number $5$ is odd.')).toEqual(['5']);
	});

	it('leaves dollars in code, links and fences as they are', () => {
		const { html } = readBody(
			'`$5` and [a](http://x.org/$5 "b $6")\n\n```bash\necho $5 $HOME\n```\n',
		);
		expect(html).toContain('<code>$5</code>');
		expect(html).toContain('href="http://x.org/$5"');
		expect(html.replace(/<[^>]*>/g, '')).toContain('echo $5 $HOME');
	});

	it('shows what KaTeX cannot read as written, with the line', () => {
		const card = readBody('Text.\n\n$\\frac{a$ and $x$\n');
		expect(card.findings).toMatchObject([{ code: 'math-invalid', severity: 'error', line: 6 }]);
		expect(card.html).toContain('<code class="math-error">\\frac{a</code>');
		expect(card.html).not.toContain('katex-error');
		expect(card.html).toContain('<annotation');
	});

	it('does not run commands that reach out of the formula', () => {
		const { html } = readBody(
			'$\\href{javascript:alert(1)}{x}$ $\\includegraphics{http://x.org/a.png}$',
		);
		expect(html).not.toMatch(/<a [^>]*javascript|<img/);
	});

	it('takes the parse of ```math fences', () => {
		expect(formulas('```math\nx^2\n```')).toEqual(['!x^2']);
	});

	it.each([
		['too long', `$${'x+'.repeat(2500)}x$`],
		['too deep', `$${'{'.repeat(500)}x${'}'.repeat(500)}$`],
		['in raw HTML and too long', `<code class="math-inline">${'x+'.repeat(2500)}</code>`],
	])('shows a formula that is %s as code', (_, body) => {
		const card = readBody(body);
		expect(codes(card)).toEqual(['math-too-large']);
		expect(card.findings[0]?.line).toBe(4);
		expect(card.html).not.toContain('katex');
	});

	it('renders 500 formulas and says that the others are not', () => {
		const card = readBody(Array.from({ length: 510 }, () => '$x$\n\n').join(''));
		expect(card.html.match(/<math/g)).toHaveLength(500);
		expect(codes(card)).toEqual(['math-too-large']);
	});
});
