import type { ModelHeaders } from '../tensors/index.ts';
import type { MergePlan } from './types.ts';

/**
 * The headers of the model that a plan makes, before it is made: what a later merge needs to be planned
 * from it.
 */
export function plannedHeaders(plan: MergePlan, id: string): ModelHeaders {
	const tensors = plan.tensors.map(({ name, dtype, shape, file, offset, bytes }) => {
		return [name, { name, dtype, shape, file, start: offset, end: offset + bytes }] as const;
	});
	return {
		id,
		revision: 'merge',
		config: plan.texts['config.json'] ?? '{}',
		tensors: new Map(tensors),
		files: new Map(plan.files.map(({ name, size }) => [name, { size, etag: null }])),
	};
}
