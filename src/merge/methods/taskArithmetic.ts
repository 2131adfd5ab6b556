import { taskVectorMethod } from './taskVectors.ts';

/** Source: G. Ilharco et al., "Editing models with task arithmetic", ICLR 2023. */
export const taskArithmetic = taskVectorMethod({
	name: 'task_arithmetic',
	label: 'Task Arithmetic',
	summary: 'Adds what each fine-tune changed, times its weight, to their common base.',
	select: 'none',
	consensus: false,
	normalize: false,
	rescale: false,
});
