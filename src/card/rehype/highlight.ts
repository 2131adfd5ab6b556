import type { ElementContent } from 'hast';
import { refractor } from 'refractor/core';
import bash from 'refractor/bash';
import diff from 'refractor/diff';
import javascript from 'refractor/javascript';
import json from 'refractor/json';
import latex from 'refractor/latex';
import makefile from 'refractor/makefile';
import markdown from 'refractor/markdown';
import python from 'refractor/python';
import sql from 'refractor/sql';
import yaml from 'refractor/yaml';

/** Prism's grammar interface, as far as the one grammar written here needs it. */
interface PrismLanguages {
	readonly languages: Record<string, unknown>;
}

/** BibTeX, which Prism has no grammar for. */
function bibtex(prism: PrismLanguages): void {
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

/** Names that cards use for languages that Prism calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = { console: 'bash', pgsql: 'sql', sh: 'bash' };

/** Characters beyond which code is shown plain: grammars are regular expressions. */
const MAX_HIGHLIGHTED = 32 * 1024;

/** Colours code by its language; null where the language is not known or the code is too long. */
export function highlightCode(code: string, language: string): readonly ElementContent[] | null {
	const name = ALIASES[language] ?? language;
	registerLanguages();
	if (code.length > MAX_HIGHLIGHTED || !refractor.registered(name)) return null;
	return refractor
		.highlight(code, name)
		.children.filter((node): node is ElementContent => node.type !== 'doctype');
}

/** Done when first needed, so that importing this file does nothing. */
function registerLanguages(): void {
	if (refractor.registered(bibtex.displayName)) return;
	const languages = [bash, diff, javascript, json, latex, makefile, markdown, python, sql, yaml];
	for (const language of languages) refractor.register(language);
	refractor.register(bibtex);
}
