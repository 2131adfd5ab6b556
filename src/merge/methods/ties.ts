import { taskVectorMethod } from './taskVectors.ts';

/** Source: P. Yadav et al., "TIES-Merging: resolving interference when merging models", NeurIPS 2023. */
export const ties = taskVectorMethod({
	name: 'ties',
	label: 'TIES',
	summary: 'Keeps the largest changes of each fine-tune, elects a sign, and adds those that agree.',
	select: 'magnitude',
	consensus: true,
	normalize: true,
	rescale: false,
});
