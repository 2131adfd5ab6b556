import type { MergeMethod } from '../types.ts';

/** Below this the two weights count as cancelling each other (mergekit's threshold). */
const MIN_WEIGHT = 1e-6;

/**
 * Spherical interpolation by weights instead of t, of whole tensors, rows or columns, or of their
 * distances from a base; docs/methods/nuslerp.md.
 */
export const nuslerp: MergeMethod = {
	name: 'nuslerp',
	label: 'NuSLERP',
	summary:
		'Goes along the arc between two models, or between their distances from a base, by weights.',
	parameters: [
		{ name: 'weight', scope: 'model', meaning: 'The share of the model.' },
		{
			name: 'nuslerp_flatten',
			scope: 'tensor',
			default: true,
			meaning: 'Whether a whole tensor is one vector; otherwise each of its rows is.',
		},
		{
			name: 'nuslerp_row_wise',
			scope: 'tensor',
			default: false,
			meaning: 'Without nuslerp_flatten: each column is a vector instead of each row.',
		},
	],
	models: { min: 2, max: 2 },
	base: 'optional',
	plan({ shape, work, hasBase, required, flag }) {
		const [first, second] = [required('weight', 0), required('weight', 1)];
		const sum = first + second;
		const vectors = flag('nuslerp_row_wise') ? 'columns' : 'rows';
		return {
			kind: 'nuslerp',
			t: Math.abs(sum) < MIN_WEIGHT ? 0.5 : second / sum,
			base: hasBase,
			along: flag('nuslerp_flatten') || shape.length < 2 ? 'all' : vectors,
			work,
		};
	},
};
