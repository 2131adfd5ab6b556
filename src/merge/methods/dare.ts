import { taskVectorMethod } from './taskVectors.ts';

/** Source: L. Yu et al., "Language models are super Mario", ICML 2024. */
export const dareLinear = taskVectorMethod({
	name: 'dare_linear',
	label: 'DARE Linear',
	summary: 'Drops changes of each fine-tune at random, scales up the rest, and adds them.',
	select: 'random',
	consensus: false,
	normalize: false,
	rescale: true,
});

/** As {@link dareLinear}, with the sign election of TIES. */
export const dareTies = taskVectorMethod({
	name: 'dare_ties',
	label: 'DARE TIES',
	summary: 'Drops changes of each fine-tune at random, elects a sign, and adds those that agree.',
	select: 'random',
	consensus: true,
	normalize: false,
	rescale: true,
});
