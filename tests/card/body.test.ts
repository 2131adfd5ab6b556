import { describe, expect, it } from 'vitest';
import { read, readBody } from './read.ts';

describe('headings', () => {
	it('begin below the title and skip no level', () => {
		const { title, html, headings } = readBody(
			'# Title\n\n### Deep\n\n###### Deeper\n\n## Up\n\n# Top\n',
		);
		expect(title).toBe('Title');
		expect(html).not.toContain('<h1');
		expect(headings.map(({ depth, text }) => [depth, text])).toEqual([
			[2, 'Deep'],
			[3, 'Deeper'],
			[2, 'Up'],
			[2, 'Top'],
		]);
	});

	it('leave the name as the title where the first is no h1', () => {
		expect(readBody('## A\n\n# B\n')).toMatchObject({
			title: 'name',
			headings: [
				{ depth: 2, text: 'A' },
				{ depth: 2, text: 'B' },
			],
		});
		expect(read('').title).toBe('name');
	});

	it('have ids of their own and anchors that are named', () => {
		const { html, headings } = readBody(
			'## A **b**\n\n## A b\n\n## 🧩 Configuration\n\n## Recipe\n',
		);
		expect(headings.map(({ id }) => id)).toEqual(['a-b', 'a-b-1', '-configuration', 'recipe-1']);
		expect(html).toContain(
			'<h2 id="a-b">A <strong>b</strong><a class="anchor" href="#a-b" aria-label="Link to “A b”"></a></h2>',
		);
	});
});

describe('links', () => {
	it('to elsewhere carry rel, whatever the author wrote', () => {
		const { html } = readBody(
			'[a](https://x.org) <a href="http://y.org" rel="x" target="_blank">b</a>',
		);
		expect(html).toContain('<a href="https://x.org/" rel="noopener nofollow">a</a>');
		expect(html).toContain('<a href="http://y.org/" rel="noopener nofollow">b</a>');
	});

	it('to files lead to the repository on the Hub', () => {
		const { html } = readBody('[a](LICENSE) [b](/c/d)');
		expect(html).toContain('href="https://huggingface.co/owner/name/blob/main/LICENSE"');
		expect(html).toContain('href="https://huggingface.co/c/d"');
	});

	it('within the card stay, also to ids that the author gave', () => {
		const { html } = readBody('<p id="x">here</p>\n\n[a](#x) [b](#part)\n\n## Part\n');
		expect(html).toContain('id="user-content-x"');
		expect(html).toContain('<a href="#user-content-x">a</a>');
		expect(html).toContain('<a href="#part">b</a>');
	});

	it('of footnotes find their targets', () => {
		const { html } = readBody('A[^1].\n\n[^1]: Note.\n');
		const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
		const targets = [...html.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
		expect(targets.length).toBeGreaterThanOrEqual(2);
		expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
	});

	it('take the place of pictures', () => {
		const { html } = readBody('![A chart](img.png) [![](https://x.org/b.png)](https://x.org/)');
		expect(html).not.toContain('<img');
		expect(html).toContain(
			'<a href="https://huggingface.co/owner/name/resolve/main/img.png" class="picture" rel="noopener nofollow">Picture: A chart</a>',
		);
		expect(html).toContain('<a href="https://x.org/" rel="noopener nofollow">picture</a>');
	});
});

describe('tables', () => {
	it('stand in a region that scrolls, with numbers marked for sorting', () => {
		const { html, tables } = readBody(
			'## Scores\n\n| Model | **Avg** | Note |\n|---|---|---|\n| a | **7.50** | x |\n| b | -1,000 | |\n',
		);
		expect(html).toContain(
			'<div class="table-scroll" tabindex="0" role="region" aria-label="Table 1: Scores"><table data-sortable="">',
		);
		expect(html).toContain('<th scope="col" class="num"><strong>Avg</strong></th>');
		expect(html).toContain('<td class="num" data-value="7.5"><strong>7.50</strong></td>');
		expect(html).toContain('<td class="num" data-value="-1000">-1,000</td>');
		expect(html).toContain('<td>x</td>');
		expect(tables).toEqual([
			{
				header: ['Model', 'Avg', 'Note'],
				rows: [
					['a', '7.50', 'x'],
					['b', '-1,000', ''],
				],
				line: 6,
				rowLines: [8, 9],
				heading: 'Scores',
			},
		]);
	});

	it('written in HTML are marked too', () => {
		const { html } = readBody('<table><tr><th>n</th></tr><tr><td>±0.5</td></tr></table>');
		expect(html).toContain('<td class="num" data-value="0.5">±0.5</td>');
	});
});

describe('code', () => {
	it('is coloured by its language and has a hidden copy button', () => {
		const { html } = readBody('```python\nx = 1\n```\n');
		expect(html).toMatch(
			/<figure class="code" data-language="python"><pre tabindex="0"><code class="language-python">.*<span class="token number">1<\/span><\/code><\/pre><button type="button" class="copy" hidden>Copy<\/button><\/figure>/,
		);
	});

	it('of an unknown language is plain', () => {
		expect(readBody('```brainfuck\n<+>\n```\n').html).toContain(
			'<code class="language-brainfuck">&#x3C;+></code>',
		);
	});

	it('of a recipe does not take parts of names for numbers or list items', () => {
		const { html } = readBody('```yaml\n- model: a/b-7B-1218 # c\n  t: [0, -0.5]\n```\n');
		expect(html).toContain('</span> a/b-7B-1218 <span class="token comment"># c</span>');
		expect(html).toContain('<span class="token number">-0.5</span>');
	});
});

describe('text', () => {
	it('keeps alerts, task lists and details', () => {
		const { html } = readBody(
			'> [!WARNING]\n> Mind.\n\n- [x] done\n- [ ] open\n\n<details><summary>s</summary>t</details>\n',
		);
		expect(html).toContain('<div class="alert alert-warning">\n<p class="alert-title">Warning</p>');
		expect(html).toContain('<p>Mind.</p>');
		expect(html).toMatch(/☑ done[\s\S]*☐ open/);
		expect(html).not.toContain('<input');
		expect(html).toContain('<details><summary>s</summary>t</details>');
	});

	it('is summed up by its first paragraph', () => {
		expect(readBody('# T\n\n> quote\n\nFirst *one*\nline.\n\nSecond.\n').summary).toBe(
			'First one line.',
		);
		expect(readBody('# T\n').summary).toBe('');
	});
});
