import { describe, expect, it } from 'vitest';
import { badgeJson, badgeSvg, FINDING_WORDS, type FindingWord } from '../../src/receipt/index.ts';

const ALL = { tensors: 291, of: 291, bytes: '14483464192', ofBytes: '14483464192' } as const;
const SAMPLE = { ...ALL, tensors: 280, bytes: '57933857' } as const;

/** Relative luminance; https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
function luminance(colour: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const part = parseInt(colour.slice(at, at + 2), 16) / 255;
		return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('a badge', () => {
	it('claims no more than was covered', () => {
		const message = (finding: FindingWord): string => badgeJson(finding, ALL).message;
		expect(message('identical')).toBe('identical in 291 of 291 tensors');
		expect(badgeJson('agrees', SAMPLE).message).toBe('no contradiction in 0.4000 % of the weights');
		expect(message('fits')).toContain('weights not read');
		expect(badgeJson('incomplete', { ...ALL, tensors: 290 }).message).toBe(
			'incomplete: 290 of 291 tensors',
		);
		expect(message('different')).toBe('not from this recipe');
		for (const finding of FINDING_WORDS)
			if (finding !== 'identical') expect(message(finding)).not.toMatch(/identical|verified/);
	});

	it.each(FINDING_WORDS)(
		'for %s is text in a picture without scripts and without addresses',
		(finding) => {
			const svg = badgeSvg(finding, SAMPLE);
			const { label, message } = badgeJson(finding, SAMPLE);
			expect(svg).toContain(`role="img" aria-label="${label}: ${message}"`);
			expect(svg).toContain(`<title>${label}: ${message}</title>`);
			expect(svg).toContain(`>${message}</text>`);
			expect(svg).not.toMatch(/<script|\son\w+=|href|url\(|<style|@import|foreignObject/);
			expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
			const tags = [...svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)];
			const open: string[] = [];
			for (const [, closing, name = '', single] of tags)
				if (closing === '/') expect(open.pop()).toBe(name);
				else if (single === '') open.push(name);
			expect(open).toEqual([]);
		},
	);

	it.each(FINDING_WORDS)(
		'for %s is legible on its own background, whatever the page’s',
		(finding) => {
			const colours = [badgeJson(finding, ALL).color, '#171f28'];
			for (const colour of colours) {
				expect(badgeSvg(finding, ALL)).toContain(`fill="${colour}"`);
				// WCAG AA for small text, white on it.
				expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThan(4.5);
			}
		},
	);

	it('is wide enough for its words', () => {
		for (const finding of FINDING_WORDS) {
			const svg = badgeSvg(finding, SAMPLE);
			const [width = 0] = [...svg.matchAll(/width="(\d+)"/g)].map(([, digits]) => Number(digits));
			const ends = [...svg.matchAll(/x="(\d+)" y="16" textLength="(\d+)"/g)].map(
				([, x, length]) => Number(x) + Number(length),
			);
			expect(ends).toHaveLength(2);
			expect(Math.max(...ends)).toBe(width - 8);
		}
	});

	it('of a receipt that is empty has no share of nothing', () => {
		const nothing = { tensors: 0, of: 0, bytes: '0', ofBytes: '0' };
		expect(badgeJson('agrees', nothing).message).toBe('no contradiction in 0 % of the weights');
	});
});
