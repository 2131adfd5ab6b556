import { describe, expect, it } from 'vitest';
import { lazySheets, withoutSheets } from '../../src/site/lazyStyles.ts';

const sheet = (name: string): { importedCss: ReadonlySet<string> } => ({
	importedCss: new Set([name]),
});

describe('Stylesheets that load later', () => {
	const bundle = {
		'page.js': { type: 'chunk', isEntry: true, imports: ['shared.js'] },
		'shared.js': { type: 'chunk', imports: ['page.js'], viteMetadata: sheet('_astro/early.css') },
		'lazy.js': { type: 'chunk', imports: ['shared.js'], viteMetadata: sheet('_astro/lazy.css') },
		'both.js': { type: 'chunk', viteMetadata: sheet('_astro/early.css') },
	};

	it('are those that no entry reaches by static imports', () => {
		expect([...lazySheets(bundle)]).toEqual(['_astro/lazy.css']);
	});

	it('are taken from a page, and no others', () => {
		const link = (file: string): string => `<link rel="stylesheet" href="/remelt/_astro/${file}">`;
		const html = `<head>${link('early.css')}${link('lazy.css')}</head>`;
		expect(withoutSheets(html, lazySheets(bundle))).toBe(`<head>${link('early.css')}</head>`);
	});
});
