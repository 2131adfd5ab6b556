import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import type { Part } from './options.ts';

const PAGE = 'docs/performance.md';

/** Puts what the bench said between a part's two marks; the rest of the page is written by hand. */
export async function writeSection(part: Part, section: string): Promise<void> {
	const page = await readFile(PAGE, 'utf8');
	const [open, close] = [`<!-- bench: ${part} -->`, `<!-- end of bench: ${part} -->`];
	const [start, end] = [page.indexOf(open), page.indexOf(close)];
	if (start < 0 || end < start) throw new Error(`${PAGE} has no place for ${part}: ${open}`);
	const text = `${page.slice(0, start + open.length)}\n\n${section}\n\n${page.slice(end)}`;
	const settings = await resolveConfig(PAGE);
	await writeFile(PAGE, await format(text, { ...settings, filepath: PAGE }));
}
