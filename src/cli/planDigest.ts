import { VERSION } from '../merge/index.ts';
import { createHash } from 'node:crypto';
import type { MergePlan, WorkerModel } from '../merge/index.ts';

/**
 * What two runs must have in common for the later to take up the earlier: the plan but for its totals,
 * the state of what is read (by model), and the program. Budgets and workers change nothing.
 */
export function planDigest(plan: MergePlan, sources: ReadonlyMap<string, unknown>): string {
	const { method, semantics, seed, ties, tensors, files, texts } = plan;
	const states = [...sources].toSorted(([a], [b]) => (a < b ? -1 : 1));
	const content = { VERSION, method, semantics, seed, ties, tensors, files, texts, states };
	return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** What changes when a model's files do. */
export function stateOf(model: WorkerModel): readonly unknown[] {
	switch (model.kind) {
		case 'hub':
			return [model.revision, ...model.files.map(({ name, size }) => [name, size])];
		case 'disk':
			return model.files.map(({ name, size, mtimeMs }) => [name, size, mtimeMs]);
		case 'folder':
			return model.files.map(({ name, file }) => [name, file.size, file.lastModified]);
	}
}
