// @ts-check
import { createHash } from 'node:crypto';
import preact from '@astrojs/preact';
import sitemap from '@astrojs/sitemap';
import { defineConfig, fontProviders } from 'astro/config';
import { rehearsalIntegration } from './scripts/rehearsal.ts';
import { readEnvironment } from './src/site/environment.ts';
import { headersIntegration, searchIntegration } from './src/site/integrations.ts';
import { katexFonts } from './src/site/katexFonts.ts';
import { lazyStylesIntegration } from './src/site/lazyStyles.ts';
import { contentPolicy } from './src/site/policy.ts';

const environment = readEnvironment(process.env);
const policy = contentPolicy(environment);

/** @typedef {{ src: [string], weight: string, style: 'normal' | 'italic', display: 'swap' }} Variant */

/**
 * A face from an installed package, Latin only: other scripts fall to the system's faces.
 * @param {string} name
 * @param {`--${string}`} cssVariable
 * @param {string} file The package and the start of its file names.
 * @param {string} weight
 * @param {string[]} fallbacks
 */
function face(name, cssVariable, file, weight, fallbacks) {
	const src = `./node_modules/@fontsource-variable/${file}/files/${file}-latin-wght`;
	/** @type {[Variant, Variant]} */
	const variants = [
		{ src: [`${src}-normal.woff2`], weight, style: 'normal', display: 'swap' },
		{ src: [`${src}-italic.woff2`], weight, style: 'italic', display: 'swap' },
	];
	return { provider: fontProviders.local(), name, cssVariable, fallbacks, options: { variants } };
}

// Builds of different cards keep their caches apart, so that they can run at the same time.
const variant = createHash('sha256').update(JSON.stringify(environment)).digest('hex').slice(0, 12);

export default defineConfig({
	site: environment.site,
	base: environment.base,
	outDir: environment.out,
	cacheDir: `./node_modules/.astro/${variant}`,
	trailingSlash: 'always',
	prerenderConflictBehavior: 'error',
	build: { format: 'directory', inlineStylesheets: 'never' },
	devToolbar: { enabled: false },
	markdown: { syntaxHighlight: false },
	integrations: [
		preact(),
		sitemap({ filter: (page) => !page.endsWith('/404/') }),
		rehearsalIntegration(),
		lazyStylesIntegration(),
		searchIntegration(),
		headersIntegration(environment),
	],
	fonts: [
		face('Source Serif 4', '--font-source-serif', 'source-serif-4', '200 900', [
			'Georgia',
			'serif',
		]),
		face('IBM Plex Sans', '--font-plex-sans', 'ibm-plex-sans', '100 700', ['Arial', 'sans-serif']),
		face('JetBrains Mono', '--font-jetbrains-mono', 'jetbrains-mono', '100 800', ['monospace']),
	],
	security: {
		csp: {
			directives: policy.directives,
			scriptDirective: { resources: policy.scriptResources },
			styleDirective: { resources: policy.styleResources },
		},
	},
	vite: {
		plugins: katexFonts(),
		define: {
			'import.meta.env.PUBLIC_REMELT_HUB': JSON.stringify(environment.hub),
			'import.meta.env.PUBLIC_REMELT_HUB_OVERRIDE': JSON.stringify(
				environment.hubOverride ? '1' : '0',
			),
		},
		// Built sites and crates are not sources: a change there reloads nothing.
		server: {
			watch: { ignored: ['**/.cache/**', '**/wasm/target/**', `**/${environment.out}/**`] },
		},
		worker: { format: 'es' },
		build: {
			// Nothing is inlined: the content policy knows files only, and WASM is fetched by workers.
			assetsInlineLimit: 0,
			// light-dark() and nesting are written as they are.
			cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
		},
	},
});
