import { RemeltError } from '../../errors/index.ts';
import type { MergeMethod, TensorOperation, Weighting } from '../types.ts';

/**
 * The one input as it is, times `scale` where the recipe gives one. A scale of 1 is a copy: no
 * float changes when multiplied by 1.
 */
export const passthrough: MergeMethod = {
	name: 'passthrough',
	label: 'Passthrough',
	parameters: [{ name: 'scale', scope: 'model', required: false }],
	inputs: { min: 1, max: 1 },
	needsBase: false,
	needsGram: false,
	plan(context): TensorOperation {
		const scale = context.parameter('scale');
		return scale === null || scale === 1 ? { kind: 'copy' } : { kind: 'scale', scale };
	},
	weigh(operation): Weighting {
		if (operation.kind !== 'scale')
			throw new RemeltError('kernel-failed', `passthrough cannot do a ${operation.kind}.`);
		return { weights: [Math.fround(operation.scale)], slerp: null };
	},
};
