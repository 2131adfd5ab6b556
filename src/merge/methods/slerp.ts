import type { MergeMethod } from '../types.ts';

/**
 * Spherical linear interpolation between the base (t = 0) and the other model (t = 1), with the
 * angle taken between whole tensors. Where only one model has a tensor, that tensor is copied.
 * The formula and its branch for almost parallel tensors: docs/methods/slerp.md.
 */
export const slerp: MergeMethod = {
	name: 'slerp',
	label: 'SLERP',
	summary:
		'Goes along the arc between two models: every tensor of the one turned towards the other.',
	parameters: [
		{
			name: 't',
			scope: 'tensor',
			meaning: 'How far to go: 0 is the base model, 1 the other.',
		},
	],
	models: { min: 1, max: 2 },
	base: 'one-of',
	plan({ models, semantics, work, required }) {
		const t = required('t');
		if (models.length === 1) return { kind: 'copy' };
		return { kind: 'slerp', t, scalars: semantics.slerp, work };
	},
};
