import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

/** The part of a bundle's chunk that says which stylesheets and chunks it needs. */
interface Chunk {
	readonly type: string;
	readonly isEntry?: boolean;
	readonly imports?: readonly string[];
	readonly viteMetadata?: { readonly importedCss?: ReadonlySet<string> };
}

/** Stylesheets that only dynamically imported chunks need. */
export function lazySheets(bundle: Readonly<Record<string, Chunk>>): ReadonlySet<string> {
	const early = new Set<string>();
	const visited = new Set<string>();
	const visit = (file: string): void => {
		const chunk = bundle[file];
		if (chunk === undefined || visited.has(file)) return;
		visited.add(file);
		for (const sheet of chunk.viteMetadata?.importedCss ?? []) early.add(sheet);
		for (const next of chunk.imports ?? []) visit(next);
	};
	for (const [file, chunk] of Object.entries(bundle)) if (chunk.isEntry === true) visit(file);
	const all = Object.values(bundle).flatMap((chunk) => [
		...(chunk.viteMetadata?.importedCss ?? []),
	]);
	return new Set(all.filter((sheet) => !early.has(sheet)));
}

/** A page without its links to `sheets`. */
export function withoutSheets(html: string, sheets: ReadonlySet<string>): string {
	return html.replaceAll(/<link rel="stylesheet" href="([^"]*)">/g, (link, href: string) =>
		[...sheets].some((sheet) => href.endsWith(`/${sheet}`)) ? '' : link,
	);
}

/**
 * Takes from the pages the stylesheets of scripts that are loaded later. Astro links every
 * stylesheet that a page's scripts can reach; the bundler's own loader adds these when it needs them.
 */
export function lazyStylesIntegration(): AstroIntegration {
	let sheets: ReadonlySet<string> = new Set();
	return {
		name: 'remelt-lazy-styles',
		hooks: {
			'astro:config:setup': ({ updateConfig }) => {
				const plugin = {
					name: 'remelt-lazy-styles',
					applyToEnvironment: ({ name }: { name: string }) => name === 'client',
					generateBundle(_options: unknown, bundle: Readonly<Record<string, Chunk>>): void {
						sheets = lazySheets(bundle);
					},
				};
				updateConfig({ vite: { plugins: [plugin] } });
			},
			'astro:build:done': async ({ dir, logger }) => {
				const root = fileURLToPath(dir);
				const pages = (await readdir(root, { recursive: true })).filter((file) =>
					file.endsWith('.html'),
				);
				for (const page of pages) {
					const path = join(root, page);
					await writeFile(path, withoutSheets(await readFile(path, 'utf8'), sheets));
				}
				logger.info(`Stylesheets that load later: ${String(sheets.size)}`);
			},
		},
	};
}
