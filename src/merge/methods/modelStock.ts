import type { MergeMethod } from '../types.ts';

/**
 * The average of fine-tunes, drawn back towards their base by how much they disagree;
 * docs/methods/model_stock.md.
 */
export const modelStock: MergeMethod = {
	name: 'model_stock',
	label: 'Model Stock',
	summary:
		'Averages fine-tunes of one base and goes back towards it, the more the less they agree.',
	parameters: [
		{
			name: 'filter_wise',
			scope: 'tensor',
			default: false,
			meaning: 'Whether each row of a tensor gets a ratio of its own.',
		},
	],
	models: { min: 2, max: Infinity },
	base: 'apart',
	plan({ shape, semantics, work, flag }) {
		return {
			kind: 'model-stock',
			along: flag('filter_wise') && shape.length > 1 ? 'rows' : 'all',
			ratio: semantics.modelStock,
			guard: semantics.modelStockGuard,
			work,
		};
	},
};
