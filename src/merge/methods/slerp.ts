import { RemeltError } from '../../errors/index.ts';
import type { Gram, Kernels } from '../../kernels/index.ts';
import type { MergeMethod, TensorOperation, Weighting } from '../types.ts';

/**
 * Spherical linear interpolation between the base (t = 0) and the other model (t = 1), with the
 * angle taken between whole tensors. Where only one model has a tensor, that tensor is copied.
 * The formula and its branch for almost parallel tensors: docs/methods/slerp.md.
 */
export const slerp: MergeMethod = {
	name: 'slerp',
	label: 'SLERP',
	parameters: [{ name: 't', scope: 'tensor', required: true }],
	inputs: { min: 1, max: 2 },
	needsBase: true,
	needsGram: true,
	plan(context): TensorOperation {
		const t = context.required('t');
		return context.inputs === 1 ? { kind: 'copy' } : { kind: 'slerp', t };
	},
	weigh(operation: TensorOperation, kernels: Kernels, gram: Gram): Weighting {
		if (operation.kind !== 'slerp')
			throw new RemeltError('kernel-failed', `slerp cannot do a ${operation.kind}.`);
		const { w0, w1, cosine, branch } = kernels.slerpWeights(gram, operation.t);
		return { weights: [w0, w1], slerp: { t: operation.t, cosine, branch, w0, w1 } };
	},
};
