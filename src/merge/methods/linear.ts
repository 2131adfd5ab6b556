import type { MergeMethod, TensorOperation } from '../types.ts';

/** The weighted average of models, or their weighted sum; docs/methods/linear.md. */
export const linear: MergeMethod = {
	name: 'linear',
	label: 'Linear',
	summary: 'Averages models, each with its weight.',
	parameters: [
		{ name: 'weight', scope: 'model', meaning: 'The share of the model.' },
		{
			name: 'normalize',
			scope: 'tensor',
			default: true,
			meaning: 'Whether the weights are divided by their sum.',
		},
	],
	models: { min: 1, max: Infinity },
	base: 'none',
	plan({ models, semantics, work, required, flag }): TensorOperation {
		const weights = models.map((_, model) => required('weight', model));
		const normalize = flag('normalize');
		if (semantics.linear !== 'precise')
			return { kind: 'sum', weights, rounding: semantics.linear, divide: normalize, work };
		const sum = normalize ? weights.reduce((total, weight) => total + weight, 0) : 1;
		const shares = weights.map((weight) => weight / sum);
		return { kind: 'sum', weights: shares, rounding: 'once', divide: false, work };
	},
};
