import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readHubDigests } from '../hub/index.ts';
import type { MergePlan, SourceFile, WorkerModel } from '../merge/index.ts';
import type { OpenedModel } from './models.ts';

export interface SourceOptions {
	/** Read weight files from disk once more for their digests, those that were read whole. */
	readonly fileDigests: boolean;
	readonly signal: AbortSignal;
	readonly note: (text: string) => void;
}

/** What can be said of the weight files that a plan reads, by model and name. */
export async function describeSources(
	plan: MergePlan,
	models: ReadonlyMap<string, OpenedModel>,
	options: SourceOptions,
): Promise<Record<string, Record<string, SourceFile>>> {
	const described: Record<string, Record<string, SourceFile>> = {};
	for (const [reference, model] of models) {
		const files: Record<string, SourceFile> = {};
		const digests = await digestsOf(plan, reference, model, options);
		for (const [name, { size }] of model.files.headers.files)
			files[name] = { size, ...(digests.get(name) ?? { sha256: null, from: null }) };
		described[reference] = files;
	}
	return described;
}

type Digest = Pick<SourceFile, 'sha256' | 'from'>;

async function digestsOf(
	plan: MergePlan,
	reference: string,
	{ forWorker, files }: OpenedModel,
	options: SourceOptions,
): Promise<Map<string, Digest>> {
	const digests = new Map<string, Digest>();
	if (forWorker.kind === 'hub')
		for (const [name, sha256] of await askHub(forWorker, options))
			digests.set(name, { sha256, from: 'hub' });
	if (forWorker.kind === 'disk' && options.fileDigests) {
		const read = new Set(
			plan.tensors.flatMap(({ inputs }) =>
				inputs.flatMap(({ model, tensor }) => (model === reference ? [tensor] : [])),
			),
		);
		const partial = [...files.headers.tensors.values()].filter(({ name }) => !read.has(name));
		const skipped = new Set(partial.map(({ file }) => file));
		for (const { name, path } of forWorker.files)
			if (!skipped.has(name))
				digests.set(name, { sha256: await fileDigest(path, options.signal), from: 'read' });
	}
	return digests;
}

/** What the Hub does not tell now is left out: the weights are merged, and have digests of their own. */
async function askHub(
	{ base, repo, revision }: Extract<WorkerModel, { kind: 'hub' }>,
	{ signal, note }: SourceOptions,
): Promise<ReadonlyMap<string, string>> {
	try {
		return await readHubDigests({ base, repo, revision }, { signal });
	} catch (error) {
		if (signal.aborted) throw error;
		note(`The Hub does not tell the digests of ${repo}’s files; remelt.json leaves them out.\n`);
		return new Map();
	}
}

async function fileDigest(path: string, signal: AbortSignal): Promise<string> {
	const hash = createHash('sha256');
	for await (const part of createReadStream(path, { highWaterMark: 2 ** 22, signal }))
		hash.update(part as Buffer);
	return hash.digest('hex');
}
