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
import { bibtex, yaml } from './grammars.ts';

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
	// Prism's Markdown and JavaScript register what they build on; ours come last and stand.
	const languages = [bash, diff, javascript, json, latex, makefile, markdown, python, sql];
	for (const language of [...languages, yaml, bibtex]) refractor.register(language);
}
