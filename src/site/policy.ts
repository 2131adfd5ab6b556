import type { Environment } from './environment.ts';

/** Where the Hub and the stores behind it answer. */
const HUB_HOSTS = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co'];

/** Where tests serve a Hub of their own. */
const TEST_HOSTS = ['http://127.0.0.1:*', 'http://localhost:*'];

type Directive =
	| `default-src ${string}`
	| `connect-src ${string}`
	| `img-src ${string}`
	| `font-src ${string}`
	| `worker-src ${string}`
	| `manifest-src ${string}`
	| `object-src ${string}`
	| `base-uri ${string}`
	| `form-action ${string}`;

/** What pages may do; `script-src` and `style-src` are Astro's to write, with its hashes. */
export interface ContentPolicy {
	readonly directives: Directive[];
	readonly scriptResources: string[];
	readonly styleResources: { resource: string; kind: 'element' | 'attribute' }[];
}

/**
 * The content policy of every page. Styles in attributes are allowed, because KaTeX positions its
 * glyphs by them and the card's own are stripped; nothing else is written inline.
 */
export function contentPolicy(environment: Environment): ContentPolicy {
	const hosts = new Set([
		"'self'",
		new URL(environment.hub, environment.site).origin,
		...HUB_HOSTS,
		...(environment.hubOverride ? TEST_HOSTS : []),
	]);
	return {
		directives: [
			"default-src 'none'",
			`connect-src ${[...hosts].join(' ')}`,
			"img-src 'self' data:",
			"font-src 'self'",
			"worker-src 'self'",
			"manifest-src 'self'",
			"object-src 'none'",
			"base-uri 'none'",
			"form-action 'none'",
		],
		scriptResources: ["'self'", "'wasm-unsafe-eval'"],
		styleResources: [
			{ resource: "'self'", kind: 'element' },
			{ resource: "'unsafe-inline'", kind: 'attribute' },
		],
	};
}

/**
 * The file `_headers` for hosts that read it. A policy in a page's `<meta>` does not reach the
 * workers that the page starts; one in the header of a worker's script does.
 */
export function headersFile(environment: Environment): string {
	const { directives, scriptResources } = contentPolicy(environment);
	const connect = directives.find((directive) => directive.startsWith('connect-src')) ?? '';
	const worker = ["default-src 'none'", `script-src ${scriptResources.join(' ')}`, connect];
	const assets = environment.base;
	return [
		`${assets}*`,
		'  X-Content-Type-Options: nosniff',
		'  Referrer-Policy: no-referrer',
		"  Content-Security-Policy: frame-ancestors 'self'",
		`${assets}_astro/*`,
		`  Content-Security-Policy: ${worker.join('; ')}`,
		'  Cache-Control: public, max-age=31536000, immutable',
		'',
	].join('\n');
}
