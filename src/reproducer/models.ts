import { RemeltError, toRemeltError } from '../errors/index.ts';
import { PUBLISHED } from '../merge/index.ts';
import type { WorkerModel } from '../merge/index.ts';
import type { ModelFiles, ModelHeaders } from '../tensors/index.ts';
import type { Reading } from './state.ts';

/** Where a model is to be found: on a Hub (ours for rehearsals included), or in the reader's folder. */
export type Location =
	| {
			readonly kind: 'hub';
			readonly base: string;
			readonly repo: string;
			readonly revision: string;
	  }
	| { readonly kind: 'folder'; readonly name: string; readonly files: readonly File[] };

/** What errors call the model that is compared with. */
export const PUBLISHED_NAME = 'the published one';

/** A model whose headers have been read, and how a worker finds its files. */
export interface OpenedModel {
	readonly headers: ModelHeaders;
	readonly forWorker: WorkerModel;
	/** Small files beside the weights. */
	readonly bytes: ModelFiles['bytes'];
}

/** Reads headers; what differs between the page and its tests. */
export interface Openers {
	readonly hub: (
		address: { base: string; repo: string; revision: string },
		options: { signal: AbortSignal },
	) => Promise<ModelFiles>;
	readonly folder: (
		files: readonly File[],
		name: string,
		options: { signal: AbortSignal },
	) => Promise<ModelFiles>;
}

/**
 * Opens every location, several at a time, and reports after each. The first failure aborts the
 * others and names the model.
 */
export async function openModels(
	locations: ReadonlyMap<string, Location>,
	openers: Openers,
	signal: AbortSignal,
	onReading: (reading: Reading) => void,
): Promise<ReadonlyMap<string, OpenedModel>> {
	const opened = new Map<string, OpenedModel>();
	const others = new AbortController();
	const either = AbortSignal.any([signal, others.signal]);
	const report = (): void => {
		const models = [...locations.keys()].map((reference) => ({
			reference,
			open: opened.has(reference),
		}));
		onReading({ models });
	};
	report();
	const open = async ([reference, location]: readonly [string, Location]): Promise<void> => {
		try {
			opened.set(reference, await openOne(location, openers, either));
		} catch (thrown) {
			throw namingModel(thrown, reference);
		}
		report();
	};
	try {
		await Promise.all([...locations].map(open));
	} catch (thrown) {
		others.abort();
		throw thrown;
	}
	// Maps keep insertion order, and models opened in any order: back to the recipe's.
	return new Map(
		[...locations.keys()].flatMap((reference) => {
			const model = opened.get(reference);
			return model === undefined ? [] : [[reference, model] as const];
		}),
	);
}

/** What opening threw, with the model's reference among its details. */
function namingModel(thrown: unknown, reference: string): RemeltError {
	const { code, message, hint, details } = toRemeltError(thrown, 'network-failed');
	return new RemeltError(code, message, {
		hint,
		details: { model: reference === PUBLISHED ? PUBLISHED_NAME : reference, ...details },
		cause: thrown,
	});
}

async function openOne(
	location: Location,
	openers: Openers,
	signal: AbortSignal,
): Promise<OpenedModel> {
	if (location.kind === 'folder') {
		const model = await openers.folder(location.files, location.name, { signal });
		const { headers } = model;
		const files = location.files
			.map((file) => ({ name: pathInFolder(file), file }))
			.filter(({ name }) => headers.files.has(name));
		return { headers, bytes: bytesOf(model), forWorker: { kind: 'folder', files } };
	}
	const { base, repo, revision } = location;
	const model = await openers.hub({ base, repo, revision }, { signal });
	const { headers } = model;
	const files = [...headers.files].map(([name, file]) => ({ name, ...file }));
	return {
		headers,
		bytes: bytesOf(model),
		forWorker: { kind: 'hub', base, repo, revision: headers.revision, files },
	};
}

function bytesOf(model: ModelFiles): OpenedModel['bytes'] {
	return async (name, options) => model.bytes(name, options);
}

/** A chosen file's path below the folder that was chosen. */
export function pathInFolder(file: File): string {
	return file.webkitRelativePath.split('/').slice(1).join('/') || file.name;
}
