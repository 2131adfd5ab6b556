import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/site/documents.ts';
import { listWords, sizeClass } from '../../src/site/describeCard.ts';

describe('A document of the repository', () => {
	it('has an id for each of its entries', () => {
		const document = readDocument('findings');
		expect(document?.headings.map(({ id }) => id)).toContain('front-matter-syntax');
	});

	it('keeps no link that leads nowhere on the site', () => {
		const html = readDocument('findings')?.html ?? '';
		expect(html).not.toBe('');
		expect(html).not.toContain('site.invalid');
		expect(html).not.toContain('huggingface.co/remelt/');
	});

	it('is null where there is no such file', () => {
		expect(readDocument('no-such-document')).toBeNull();
	});
});

describe('Words', () => {
	it('are listed as in a sentence', () => {
		expect(listWords([])).toBe('');
		expect(listWords(['a'])).toBe('a');
		expect(listWords(['a', 'b', 'c'])).toBe('a, b and c');
	});

	it('class a size by its upper bound', () => {
		expect(sizeClass(7.24)).toBe('3 to 8 B');
		expect(sizeClass(8)).toBe('8 to 15 B');
		expect(sizeClass(null)).toBeNull();
	});
});
