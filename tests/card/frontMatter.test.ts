import { describe, expect, it } from 'vitest';
import { codes, read } from './read.ts';

describe('front matter', () => {
	it('is found after blank lines and with any line ending, as the Hub finds it', () => {
		for (const text of [
			'---\nlicense: mit\n---\n# Title\n',
			'\n\n---\nlicense: mit\n---  \n# Title\n',
			'---\r\nlicense: mit\r\n---\r\n# Title\r\n',
			'---\nlicense: mit\n---',
		]) {
			const card = read(text);
			expect(card.frontMatter.license, JSON.stringify(text)).toBe('mit');
			expect(card.findings).toEqual([]);
		}
	});

	it('is not found after a heading, a byte order mark or a wrong closing line, as the Hub does not', () => {
		for (const text of [
			'metadata\n---\nlicense: mit\n---\n',
			'\uFEFF---\nlicense: mit\n---\n',
			'---\nlicense: mit\n---oops\n',
			'---\n---\n',
		]) {
			const card = read(text);
			expect(card.frontMatter.license, JSON.stringify(text)).toBeNull();
			expect(codes(card)).toEqual(['front-matter-missing']);
		}
	});

	it('says so when only a byte order mark is in the way', () => {
		expect(read('\uFEFF---\nlicense: mit\n---\n').findings[0]?.hint).toMatch(/byte order mark/);
	});

	it('takes a string where a list is usual, and keeps unknown keys', () => {
		const { frontMatter } = read('---\ntags: merge\nbase_model: a/b\nmood: calm\n---\n');
		expect(frontMatter.tags).toEqual(['merge']);
		expect(frontMatter.baseModel).toEqual(['a/b']);
		expect(frontMatter.other).toEqual({ mood: 'calm' });
	});

	it('tells an empty list from an absent key', () => {
		expect(read('---\nbase_model: []\n---\n').frontMatterKeys).toEqual(['base_model']);
		expect(read('---\ntags: [a]\n---\n').frontMatterKeys).toEqual(['tags']);
	});

	it('reports invalid YAML with its line and column in the card, and reads the body', () => {
		const card = read('---\ntags:\n- a\n bad: [\n---\n# Title\n\nText.\n');
		expect(card.findings).toMatchObject([{ code: 'front-matter-syntax', severity: 'error' }]);
		expect(card.findings[0]?.line).toBeGreaterThanOrEqual(3);
		expect(card.title).toBe('Title');
		expect(card.html).toContain('<p>Text.</p>');
	});

	it('reports a duplicate key at its second place, as the Hub refuses it', () => {
		const card = read('---\nlicense: mit\nlicense: gemma\n---\n');
		expect(card.findings).toMatchObject([{ code: 'front-matter-syntax', line: 3 }]);
	});

	it('leaves out a field of a wrong type, says where, and reads the others', () => {
		const card = read(
			'---\nlicense: mit\ntags: 7\nmodel-index:\n- results:\n  - metrics: none\n---\n',
		);
		expect(card.frontMatter).toMatchObject({ license: 'mit', tags: [], modelIndex: null });
		expect(card.findings).toMatchObject([
			{ code: 'front-matter-invalid', line: 3, column: 7 },
			{ code: 'front-matter-invalid', line: 6, column: 14 },
		]);
		expect(card.findings[1]?.message).toContain('model-index.0.results.0.metrics');
	});

	it('refuses a block that is no mapping', () => {
		expect(read('---\n- a\n---\n').findings).toMatchObject([
			{ code: 'front-matter-invalid', severity: 'error', line: 2 },
		]);
	});

	it('keeps Norwegian a language: YAML 1.2, not 1.1', () => {
		expect(read('---\nlanguage: no\n---\n').frontMatter.language).toEqual(['no']);
	});
});

describe('the lines of a card', () => {
	it('are counted in the whole file, whatever its line endings', () => {
		for (const end of ['\n', '\r\n']) {
			const text = ['---', 'license: mit', '---', '', '| a |', '|---|', '| 1 |'].join(end);
			expect(read(text).tables[0]?.line).toBe(5);
			expect(read(text).tables[0]?.rowLines).toEqual([7]);
		}
	});
});
