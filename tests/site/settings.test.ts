import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/site/environment.ts';
import { contentPolicy, headersFile } from '../../src/site/policy.ts';

describe('The build’s environment', () => {
	it('has defaults that need no variable', () => {
		expect(readEnvironment({})).toEqual({
			hub: 'https://huggingface.co',
			hubOverride: false,
			content: 'content/cards',
			site: 'http://localhost:4321',
			base: '/',
			out: 'dist',
		});
	});

	it('takes a path with or without slashes', () => {
		for (const written of ['remelt', '/remelt', 'remelt/', '/remelt/'])
			expect(readEnvironment({ REMELT_BASE: written }).base).toBe('/remelt/');
	});

	it('counts an empty variable as absent', () => {
		expect(readEnvironment({ REMELT_HUB: ' ' }).hub).toBe('https://huggingface.co');
	});
});

describe('The content policy', () => {
	const connect = (variables: Record<string, string>): string =>
		contentPolicy(readEnvironment(variables)).directives.find((directive) =>
			directive.startsWith('connect-src'),
		) ?? '';

	it('lets pages reach this site, the Hub and its stores, and nothing else', () => {
		expect(connect({})).toBe(
			"connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co",
		);
	});

	it('follows the Hub that the build is for', () => {
		expect(connect({ REMELT_HUB: 'https://hub.example:8443' })).toContain(
			' https://hub.example:8443 ',
		);
	});

	it('lets test builds reach this machine, and only those', () => {
		expect(connect({ REMELT_HUB_OVERRIDE: '1' })).toContain(' http://127.0.0.1:*');
		expect(connect({})).not.toContain('127.0.0.1');
	});

	it('refuses scripts and styles that are written inline, but for style attributes', () => {
		const { directives, scriptResources, styleResources } = contentPolicy(readEnvironment({}));
		expect(directives).toContain("default-src 'none'");
		expect(scriptResources).toEqual(["'self'", "'wasm-unsafe-eval'"]);
		expect(styleResources).toEqual([
			{ resource: "'self'", kind: 'element' },
			{ resource: "'unsafe-inline'", kind: 'attribute' },
		]);
	});

	it('gives workers the same reach by a header on the scripts’ folder', () => {
		const file = headersFile(readEnvironment({ REMELT_BASE: '/remelt' }));
		expect(file).toContain('/remelt/_astro/*\n');
		expect(file).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src");
	});
});
