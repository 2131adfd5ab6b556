import { taskVectorMethod } from './taskVectors.ts';

/** Source: M. Davari and E. Belilovsky, "Model Breadcrumbs", ECCV 2024. */
export const breadcrumbs = taskVectorMethod({
	name: 'breadcrumbs',
	label: 'Model Breadcrumbs',
	summary: 'Drops the largest and the smallest changes of each fine-tune, and adds the rest.',
	select: 'outliers',
	consensus: false,
	normalize: false,
	rescale: false,
});

/** As {@link breadcrumbs}, with the sign election of TIES. */
export const breadcrumbsTies = taskVectorMethod({
	name: 'breadcrumbs_ties',
	label: 'Model Breadcrumbs with TIES',
	summary: 'Drops the largest and smallest changes, elects a sign, and adds those that agree.',
	select: 'outliers',
	consensus: true,
	normalize: false,
	rescale: false,
});
