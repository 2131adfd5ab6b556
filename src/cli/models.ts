import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemeltError, toRemeltError } from '../errors/index.ts';
import { openHubModel, type Wait } from '../hub/index.ts';
import type { WorkerModel } from '../merge/index.ts';
import { isLocalReference, parseModelReference } from '../recipe/index.ts';
import type { ModelFiles } from '../tensors/index.ts';
import { findNodeFile, openNodeFolder } from '../tensors/node.ts';
import type { ReadingArguments } from './args.ts';
import { below, resolvePath } from './paths.ts';

/** Where models are looked for. */
export type Places = Pick<ReadingArguments, 'models' | 'folders' | 'hub'> & {
	/** The caller's folder. */
	readonly folder: string;
	/** The Hub is waited for. */
	readonly onWait?: ((wait: Wait) => void) | undefined;
};

/** A model whose headers have been read, and how a worker finds its files. */
export interface OpenedModel {
	readonly files: ModelFiles;
	readonly forWorker: WorkerModel;
}

/** Refuses folders that were given for models which the recipe does not name. @throws `not-found` */
export function refuseUnknown(references: readonly string[], { folders }: Places): void {
	for (const name of folders.keys())
		if (!references.includes(name))
			throw new RemeltError('not-found', `The recipe names no model ${name}.`, {
				hint: `--model takes one of ${references.join(', ')}.`,
				details: { model: name },
			});
}

/** Opens models by their references. Throws as {@link openModel} does. */
export async function openModels(
	references: readonly string[],
	places: Places,
	signal: AbortSignal,
): Promise<Map<string, OpenedModel>> {
	const opened = references.map(
		async (reference) => [reference, await openModel(reference, places, signal)] as const,
	);
	return new Map(await Promise.all(opened));
}

/**
 * The folder that was given for a reference, else one of that name below the folder of models, else one
 * at that path, else a repository on the Hub.
 * @throws `recipe-invalid`, `file-missing`, and as folders and the Hub do
 */
export async function openModel(
	reference: string,
	places: Places,
	signal: AbortSignal,
): Promise<OpenedModel> {
	const given = places.folders.get(reference);
	if (given !== undefined) return openFolder(resolvePath(places.folder, given), signal);
	const { path, revision, lora } = parseModelReference(reference) ?? {};
	if (path === undefined || lora != null)
		throw new RemeltError('recipe-invalid', `${reference} is not a model that Remelt can open.`, {
			hint: 'Give owner/name, owner/name@revision, or a folder; merge adapters into models first.',
			details: { model: reference },
		});
	const named = await folderBelow(places, path);
	if (named !== null) return openFolder(named, signal, path);
	const local = resolvePath(places.folder, path);
	if (await isFolder(local)) return openFolder(local, signal);
	if (isLocalReference(path)) throw noFolder(reference, path, places);
	const location = { base: places.hub, repo: path, revision: revision ?? undefined };
	const files = await openHubModel(location, { signal, onWait: places.onWait }).catch(
		(error: unknown) => {
			throw path.includes('/') ? error : bareName(error, reference, path, places);
		},
	);
	return { files, forWorker: onHub(files, places.hub, path) };
}

async function folderBelow({ models, folder }: Places, path: string): Promise<string | null> {
	if (models === null) return null;
	const found = below(resolvePath(folder, models), path);
	return found !== null && (await isFolder(found)) ? found : null;
}

async function isFolder(path: string): Promise<boolean> {
	const found = await stat(path).catch(() => null);
	return found?.isDirectory() === true;
}

/** A model in a folder, called `id` or as the folder is. Throws as `openNodeFolder` does. */
export async function openFolder(
	folder: string,
	signal: AbortSignal,
	id?: string,
): Promise<OpenedModel> {
	const files = await openNodeFolder(folder, { signal, id });
	const found = [...files.headers.files.keys()].map(async (name) => ({
		...(await findNodeFile(join(folder, name))),
		name,
	}));
	return { files, forWorker: { kind: 'disk', files: await Promise.all(found) } };
}

function onHub({ headers }: ModelFiles, base: string, repo: string): WorkerModel {
	const files = [...headers.files].map(([name, file]) => ({ name, ...file }));
	return { kind: 'hub', base, repo, revision: headers.revision, files };
}

function noFolder(reference: string, path: string, places: Places): RemeltError {
	return new RemeltError('file-missing', `There is no folder ${path}${nowhere(places)}.`, {
		hint: sayWhere(reference, path),
		details: { model: reference, path, models: places.models },
	});
}

/** A name without owner is a repository of the Hub's first days, or more likely a folder elsewhere. */
function bareName(thrown: unknown, reference: string, path: string, places: Places): RemeltError {
	const { code, message, details } = toRemeltError(thrown, 'network-failed');
	return new RemeltError(
		code,
		`There is no folder ${path}${nowhere(places)}, and on the Hub: ${message}`,
		{
			hint: sayWhere(reference, path),
			details: { model: reference, ...details },
			cause: thrown,
		},
	);
}

function nowhere({ models }: Places): string {
	return models === null ? ' here' : ` below ${models} or here`;
}

function sayWhere(reference: string, path: string): string {
	return `Say where ${reference} is: --models FOLDER, with a folder ${path} in it, or --model ${reference}=FOLDER. Models on the Hub are named owner/name.`;
}
