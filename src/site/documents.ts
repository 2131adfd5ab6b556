import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { readCard } from '../card/index.ts';
import type { Card } from '../card/index.ts';
import { href } from './settings.ts';

/** Stands for this site while a document's links are resolved. */
const HERE = 'https://site.invalid/';

/** Folder of the documents, from the project's root. */
const ROOT = 'docs';

/** Documents that have a page of their own. */
const PAGES: readonly string[] = ['findings', 'receipt', 'recipe', 'semantics', 'verification'];

/** The page on which a file of the repository is shown; null where none does. */
function pageOf(file: string): string | null {
	const method = /^docs\/methods\/([\w-]+)\.md$/.exec(file)?.[1];
	if (method !== undefined) return `methods/${method}/`;
	const name = /^docs\/([\w-]+)\.md$/.exec(file)?.[1];
	return name !== undefined && PAGES.includes(name) ? `${name}/` : null;
}

/** Relative links in a document, made absolute; links to files that have no page become plain text. */
function resolveLinks(markdown: string, file: string): string {
	return markdown.replace(
		/\[([^\][]*)\]\((?!https?:|#)([^)\s#]+)(#[^)\s]*)?\)/g,
		(_all, text: string, path: string, fragment = '') => {
			if (path.startsWith('/')) return `[${text}](${HERE}${path.slice(1)}${String(fragment)})`;
			const page = pageOf(posix.join(posix.dirname(file), path));
			return page === null ? text : `[${text}](${HERE}${page}${String(fragment)})`;
		},
	);
}

/** A document of the repository as a page shows it. */
export type Document = Pick<Card, 'title' | 'summary' | 'html' | 'headings'>;

/** Renders `docs/<name>.md` as cards are rendered; null where there is no such file. */
export function readDocument(name: string): Document | null {
	const file = `${ROOT}/${name}.md`;
	if (!existsSync(file)) return null;
	const markdown = resolveLinks(readFileSync(file, 'utf8'), file);
	const { title, summary, html, headings } = readCard(markdown, { owner: 'remelt', name });
	const inSite = html.replaceAll(
		/(<a href=")https:\/\/site\.invalid\/([^"]*)" rel="[^"]*"/g,
		(_all, start: string, path: string) => `${start}${href(path)}"`,
	);
	return { title, summary, html: inSite, headings };
}
