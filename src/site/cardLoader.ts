import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Loader, LoaderContext } from 'astro/loaders';
import { assembleCard } from './siteCard.ts';
import type { CardFiles } from './siteCard.ts';

/** Reads a file; null where there is none. */
async function readIfThere(path: string): Promise<string | null> {
	return readFile(path, 'utf8').catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	});
}

/** Names of the folders in a folder; names that start with a dot are left out. */
async function folders(path: string): Promise<readonly string[]> {
	const entries = await readdir(path, { withFileTypes: true });
	return entries
		.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
		.map((entry) => entry.name)
		.sort((a, b) => a.localeCompare(b, 'en'));
}

/** The files of all cards under `root`, which holds `<owner>/<model>/card.md`. */
export async function readCardFiles(root: string): Promise<readonly CardFiles[]> {
	const cards: CardFiles[] = [];
	for (const owner of await folders(root))
		for (const name of await folders(join(root, owner))) {
			const folder = join(root, owner, name);
			const [card, provenance, rehearsal] = await Promise.all(
				['card.md', 'provenance.json', 'rehearsal.json'].map(async (file) =>
					readIfThere(join(folder, file)),
				),
			);
			if (card !== null && card !== undefined)
				cards.push({
					owner,
					name,
					card,
					provenance: provenance ?? null,
					rehearsal: rehearsal ?? null,
				});
		}
	return cards;
}

/** Astro's loader of cards; in development a changed file is read again. */
export function cardLoader(root: string): Loader {
	const sync = async (context: LoaderContext): Promise<void> => {
		const cards = await readCardFiles(root);
		context.store.clear();
		for (const files of cards) {
			const data = { ...assembleCard(files) };
			const digest = context.generateDigest({ ...files });
			context.store.set({ id: data.card.id, data, digest });
		}
		context.logger.info(`Read ${String(cards.length)} cards from ${root}`);
	};
	return {
		name: 'remelt-cards',
		async load(context) {
			await sync(context);
			context.watcher?.add(resolve(root));
			context.watcher?.on('all', (_event, path) => {
				if (path.startsWith(resolve(root))) void sync(context);
			});
		},
	};
}
