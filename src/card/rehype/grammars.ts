/** Prism's object, as far as the grammars here need it. */
interface Prism {
	readonly languages: Record<string, unknown>;
}

/** BibTeX, for which Prism has no grammar. */
export function bibtex(prism: Prism): void {
	prism.languages['bibtex'] = {
		comment: { pattern: /(^|\n)%.*/, lookbehind: true },
		keyword: /@[a-z]+/i,
		property: /[\w-]+(?=\s*=)/,
		url: /\\url\{[^{}]*\}/,
		number: /\b\d+\b/,
		punctuation: /[{}=,]/,
	};
}
bibtex.displayName = 'bibtex';
bibtex.aliases = ['bib'];

/**
 * YAML as recipes use it. Prism's own grammar takes the dashes and digits inside a model's name for
 * list items and numbers.
 */
export function yaml(prism: Prism): void {
	prism.languages['yaml'] = {
		comment: { pattern: /(^|\s)#.*/, lookbehind: true },
		string: /"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'/,
		key: { pattern: /(^|[\s{,])[\w./-]+(?=\s*:(?:\s|$))/, lookbehind: true, alias: 'property' },
		tag: /![\w!./-]*/,
		number: {
			pattern:
				/((?:^|[\s[,])(?:-\s)?)[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?=\s*(?:[,\]}#\n]|$))/i,
			lookbehind: true,
		},
		boolean: { pattern: /(:\s+|-\s+)(?:true|false|null)(?=\s*(?:#|\n|$))/, lookbehind: true },
		punctuation: /:(?=\s|$)|-(?=\s)|[[\]{},]|[>|](?=[-+]?\s*(?:\n|$))/,
	};
}
yaml.displayName = 'yaml';
yaml.aliases = ['yml'];
