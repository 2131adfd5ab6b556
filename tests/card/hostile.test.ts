import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codes, read, readBody } from './read.ts';

const TAG = /<\/?([a-z][\w:-]*)((?:[^>"]|"[^"]*")*)>/gi;

const FORBIDDEN =
	/^(?:script|style|iframe|object|embed|form|input|img|svg|link|meta|base|template|title)$/i;

/** Fails where HTML holds an element, attribute, address or class that a card may not bring. */
function expectSafe(html: string): void {
	for (const [tag, name = '', attributes = ''] of html.matchAll(TAG)) {
		expect(name, tag).not.toMatch(FORBIDDEN);
		expect(attributes.replace(/"[^"]*"/g, '""'), tag).not.toMatch(/[\s"]on\w+\s*=|<|'/i);
		expect(attributes, tag).not.toMatch(/(?:href|src|action)="\s*(?!https?:|mailto:|#)/i);
		expect(attributes, tag).not.toMatch(/class="(?!card-plain")[^"]*\b(?:card|page)\b/);
	}
	expect(html.replace(TAG, '').replaceAll('<!-- -->', '')).not.toMatch(/</);
}

describe('hostile HTML', () => {
	it.each([
		'<script>alert(1)</script>text',
		'<img src=x onerror=alert(1)>',
		'<a href="javascript:alert(1)">x</a> [y](javascript:alert(1)) [z](java&#115;cript:alert(1))',
		'<a href="data:text/html,<script>alert(1)</script>">x</a>',
		'<style>body{display:none}</style><p style="position:fixed">x</p>',
		'<svg><script>alert(1)</script></svg><math><mtext><script>alert(1)</script></mtext></math>',
		'<iframe src="https://x.org"></iframe><object data="x"></object><embed src="x">',
		'<form action="https://x.org"><input name="password"><button>Go</button></form>',
		'<div class="card page" id="recipe" tabindex="5">x</div>',
		'<base href="https://x.org"><meta http-equiv="refresh" content="0"><link rel="stylesheet" href="x">',
		'<template><script>alert(1)</script></template><noscript><p title="</noscript><img src=x onerror=alert(1)>">',
		'<p title="a" onclick="alert(1)">x<scr<script>ipt>alert(1)</script>',
		'[a]: javascript:alert(1)\n\n[a] ![b](javascript:alert(1))',
		'<!--><script>alert(1)</script>--><![CDATA[<script>alert(1)</script>]]>',
		'```"><script>alert(1)</script>\nx\n```',
		'# <img src=x onerror=alert(1)>\n\n## <script>alert(1)</script>',
		'$\\text{<script>alert(1)</script>}$ $<img src=x onerror=alert(1)>$ $\\frac{<script>$',
		'|<script>|\n|-|\n|<img src=x onerror=alert(1)>|',
	])('comes out safe: %s', (body) => {
		expectSafe(readBody(body).html);
	});

	it('cannot take an id that the page uses', () => {
		const { html } = readBody('<p id="recipe">a</p><a name="findings">b</a>\n\n## Findings\n');
		expect(html).not.toMatch(/(?:id|name)="(?:recipe|findings)"/);
	});

	it('comes out safe from any mix of pieces', () => {
		const piece = fc.constantFrom(
			...['<script>', '</script>', '<b', ' onclick=alert(1) ', '>', '"', "'", '<!--', '-->', '`'],
			...['```\n', '\n\n', '$', '$$', '\\', '{', '}', '[a](', 'javascript:x', ')', '|', '\n|-|\n'],
			...['<a href=', '<svg ', '<math>', '</math>', '<style>', '&lt;', '# ', '> ', '- ', 'text '],
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
				expectSafe(readBody(pieces.join('')).html);
			}),
			{ numRuns: 300 },
		);
	});
});

describe('oversized cards', () => {
	const many = (text: string, count: number): string => text.repeat(count);

	it('of more than 256 KB are cut, with a finding', () => {
		const card = readBody(many(`${many('Some words in a paragraph. ', 40)}\n\n`, 300));
		expect(codes(card)).toContain('card-too-long');
		expect(card.raw.length).toBeGreaterThan(300_000);
	});

	it.each([
		['quotes', many('>', 8_000)],
		['lists', many('- ', 8_000)],
		['numbered lists', many('1. ', 8_000)],
		['indented lists', Array.from({ length: 130 }, (_, i) => `${many('  ', i)}- x`).join('\n')],
		['elements', many('<div>', 6_400)],
		['elements in blocks', many('<div>\n\n', 900)],
		['elements in a row', many('<i></i><i></i>\n\n', 2_600)],
		['links in a paragraph', many('[a](', 10_000)],
		['rows without a table', many('a|b\n', 10_000)],
		['paragraphs', many('a\n\n', 4_001)],
		['words in bold', many(`${many('**a** b ', 500)}\n\n`, 25)],
		['footnotes and what they lead to', `${many('[^1]\n\n', 4_001)}[^1]: x`],
	])('of too many %s are shown as plain text, with the place', (_, body) => {
		const card = readBody(body);
		expect(codes(card)).toEqual(['card-not-rendered']);
		expect(card.html).toMatch(/^<pre class="card-plain" tabindex="0">/);
		expect(card.findings[0]?.hint).toMatch(/\.$/);
		expectSafe(card.html);
	});

	it('keep their front matter, recipe and citations when the body is plain text', () => {
		const fence = '```yaml\nmerge_method: linear\n```\n\n@misc{a, year=2024}\n';
		const card = readBody(`${fence}\n${many('>', 8_000)}`);
		expect(card.frontMatter.license).toBe('mit');
		expect(card.recipes).toHaveLength(1);
		expect(card.citations).toHaveLength(1);
	});

	it('escape everything that plain text may hold', () => {
		const { html } = readBody(`<script>a && b</script>\n\n${many('>', 8_000)}`);
		expect(html).toContain('&lt;script&gt;a &amp;&amp; b&lt;/script&gt;');
	});
});

describe('hostile front matter', () => {
	it('with a billion laughs is refused before anyone laughs', () => {
		const lines = ['a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
		for (const [at, name] of Array.from('bcdefghi').entries()) {
			const aliases = Array.from({ length: 9 }, () => `*${'abcdefgh'.charAt(at)}`).join(', ');
			lines.push(`${name}: &${name} [${aliases}]`);
		}
		const card = read(`---\n${lines.join('\n')}\n---\n# Title\n`);
		expect(card.findings).toMatchObject([{ code: 'front-matter-syntax', severity: 'error' }]);
		expect(card.findings[0]?.message).toMatch(/alias/i);
		expect(card.title).toBe('Title');
	});

	it('with few aliases of long lists is refused by what they expand to', () => {
		const list = Array.from({ length: 8_000 }, () => 'x').join(', ');
		const card = read(`---\na: &a [${list}]\nb: [*a, *a, *a, *a, *a, *a, *a]\n---\n`);
		expect(card.findings).toMatchObject([{ code: 'front-matter-invalid', severity: 'error' }]);
		expect(card.frontMatterKeys).toEqual([]);
	});

	it.each([
		['deep', `a: ${'['.repeat(50_000)}`],
		['of tags', 'a: !!js/function "x"'],
		['of a prototype', '__proto__: { tags: [x] }\nconstructor: y'],
		['of nothing', '# comment'],
		['of control characters', 'a: \u0000'],
	])('%s never throws', (_, yaml) => {
		const card = read(`---\n${yaml}\n---\nText.\n`);
		expect(card.html).toBe('<p>Text.</p>');
		expect(card.frontMatter.tags).toEqual([]);
		expect(Object.getPrototypeOf(card.frontMatter.other)).toBe(Object.prototype);
	});
});

describe('readCard', () => {
	it('never throws, whatever the text', () => {
		const text = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 300 }),
			fc
				.array(
					fc.constantFrom(
						'---\n',
						'a: ',
						'- ',
						'\n',
						'`',
						'|',
						'$',
						'{',
						'*',
						'\r',
						'\uFEFF',
						'@a{',
					),
				)
				.map((p) => p.join('')),
		);
		fc.assert(
			fc.property(text, (content) => {
				expect(read(content).raw).toBe(content);
			}),
			{ numRuns: 300 },
		);
	});
});
