import type { MergeMethod } from '../types.ts';

/**
 * The one input as it is, times `scale` where the recipe gives one. A scale of 1 is a copy: no
 * float changes when multiplied by 1.
 */
export const passthrough: MergeMethod = {
	name: 'passthrough',
	label: 'Passthrough',
	summary: 'Takes tensors as they are, each from one model: how layers are stacked and repeated.',
	parameters: [
		{
			name: 'scale',
			scope: 'model',
			default: null,
			meaning: 'What the tensor is multiplied by; left out, it is copied.',
		},
	],
	models: { min: 1, max: 1 },
	base: 'none',
	plan({ semantics, work, number }) {
		// Until March 2024 a model's own scale was not read.
		const scale = number('scale', semantics.passthroughScale === 'model' ? 0 : undefined);
		if (scale === null || scale === 1) return { kind: 'copy' };
		return { kind: 'sum', weights: [scale], rounding: 'once', divide: false, work };
	},
};
