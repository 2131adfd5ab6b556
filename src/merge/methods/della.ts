import { taskVectorMethod } from './taskVectors.ts';

/** Source: P. T. Deep et al., "DELLA-Merging: reducing interference in model merging", 2024. */
export const della = taskVectorMethod({
	name: 'della',
	label: 'DELLA',
	summary:
		'Drops changes at random, small ones more often, elects a sign, and adds those that agree.',
	select: 'magprune',
	consensus: true,
	normalize: true,
	rescale: true,
});

/** As {@link della}, without the election. */
export const dellaLinear = taskVectorMethod({
	name: 'della_linear',
	label: 'DELLA Linear',
	summary: 'Drops changes of each fine-tune at random, small ones more often, and adds the rest.',
	select: 'magprune',
	consensus: false,
	normalize: false,
	rescale: true,
});
