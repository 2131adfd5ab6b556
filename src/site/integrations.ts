import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { close, createIndex } from 'pagefind';
import type { Environment } from './environment.ts';
import { headersFile } from './policy.ts';

/** Indexes the built pages for full-text search into `pagefind/`. */
export function searchIntegration(): AstroIntegration {
	return {
		name: 'remelt-search',
		hooks: {
			'astro:build:done': async ({ dir, logger }) => {
				const path = fileURLToPath(dir);
				const { index, errors } = await createIndex({ includeCharacters: '_-./' });
				if (index === undefined) throw new Error(`Search index: ${errors.join('; ')}`);
				const { page_count: pages } = await index.addDirectory({ path });
				await index.writeFiles({ outputPath: `${path}/pagefind` });
				await close();
				logger.info(`Indexed ${String(pages)} pages`);
			},
		},
	};
}

/** Writes `_headers`, which gives workers a content policy on hosts that read it. */
export function headersIntegration(environment: Environment): AstroIntegration {
	return {
		name: 'remelt-headers',
		hooks: {
			'astro:build:done': async ({ dir }) => {
				await writeFile(new URL('_headers', dir), headersFile(environment));
			},
		},
	};
}
