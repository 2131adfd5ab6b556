import { createHash } from 'node:crypto';
import type { MergePlan, WorkerModel } from '../merge/index.ts';
import { VERSION } from './version.ts';

/**
 * What two runs must have in common for the later to take up the earlier: the plan but for its totals,
 * the state of the files that are read, and the program. Budgets and workers change nothing.
 */
export function planDigest(
	plan: MergePlan,
	models: ReadonlyMap<string, { readonly forWorker: WorkerModel }>,
): string {
	const { method, semantics, seed, ties, tensors, files, texts } = plan;
	const sources = [...models].map(([name, { forWorker }]) => [name, stateOf(forWorker)]);
	const content = { VERSION, method, semantics, seed, ties, tensors, files, texts, sources };
	return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function stateOf(model: WorkerModel): readonly unknown[] {
	switch (model.kind) {
		case 'hub':
			return [model.revision, ...model.files.map(({ name, size }) => [name, size])];
		case 'disk':
			return model.files.map(({ name, size, mtimeMs }) => [name, size, mtimeMs]);
		case 'folder':
			return model.files.map(({ name, file }) => [name, file.size, file.lastModified]);
	}
}
