import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scaleColor, scaleInk } from '../../src/components/scale.ts';

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(color: string): number {
	const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
		const value = parseInt(color.slice(at, at + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
	const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (light + 0.05) / (dark + 0.05);
}

const places = Array.from({ length: 201 }, (_, k) => k / 200);

describe('The scale for t', () => {
	it('is the one of tokens.css at its eleven steps', () => {
		const css = readFileSync('src/styles/tokens.css', 'utf8');
		for (let step = 0; step <= 10; step++)
			expect(css).toContain(`--t-${String(step)}: ${scaleColor(step / 10)};`);
	});

	it('grows lighter all the way, so that order survives without hue', () => {
		const values = places.map((t) => luminance(scaleColor(t)));
		expect(values.every((value, k) => k === 0 || value > (values[k - 1] ?? 1))).toBe(true);
	});

	it('carries text of a contrast of 4.5 : 1 everywhere', () => {
		for (const t of places)
			expect(contrast(scaleColor(t), scaleInk(t))).toBeGreaterThanOrEqual(4.5);
	});

	it('clamps what lies outside of 0 and 1', () => {
		expect(scaleColor(-3)).toBe(scaleColor(0));
		expect(scaleColor(1.7)).toBe(scaleColor(1));
		expect(scaleColor(NaN)).toBe(scaleColor(0));
	});
});

describe('The text colours', () => {
	const css = readFileSync('src/styles/tokens.css', 'utf8');
	const token = (name: string): readonly [light: string, dark: string] => {
		const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
		return [found?.[1] ?? '', found?.[2] ?? ''];
	};
	const texts = ['ink', 'ink-soft', 'ink-faint', 'accent', 'ok', 'warn', 'bad', 'info'];
	const surfaces = ['surface', 'surface-raised', 'surface-sunken'];

	it.each(texts)('--%s has a contrast of 4.5 : 1 with every surface in both themes', (text) => {
		for (const surface of surfaces)
			for (const theme of [0, 1] as const)
				expect(contrast(token(text)[theme], token(surface)[theme])).toBeGreaterThanOrEqual(4.5);
	});
});
