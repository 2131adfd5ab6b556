import type { TaskVectorFormula, TaskVectorTerm } from '../../kernels/index.ts';
import type { MergeMethod, MethodContext, MethodParameter } from '../types.ts';

/** In which a method on task vectors differs from the others. */
export interface TaskVectorMethod {
	readonly name: string;
	readonly label: string;
	readonly summary: string;
	readonly select: TaskVectorFormula['select'];
	readonly consensus: boolean;
	/** Defaults of the parameters of the same names. */
	readonly normalize: boolean;
	readonly rescale: boolean;
}

/**
 * A method of the family of task arithmetic: differences from a base are thinned out, weighed, summed
 * and added to the base; docs/methods/task_arithmetic.md.
 */
export function taskVectorMethod(method: TaskVectorMethod): MergeMethod {
	const { name, label, summary } = method;
	return {
		name,
		label,
		summary,
		parameters: parametersOf(method),
		models: { min: 1, max: Infinity },
		base: 'apart',
		crop: 'base',
		plan: (context) => planTaskVectors(method, context),
	};
}

function parametersOf({ select, normalize, rescale }: TaskVectorMethod): MethodParameter[] {
	const own: MethodParameter[] = [
		{ name: 'weight', scope: 'model', meaning: 'What the model’s difference is multiplied by.' },
		{
			name: 'density',
			scope: 'model',
			default: 1,
			meaning:
				select === 'none'
					? 'Read and not used.'
					: 'The share of the difference’s elements that are kept; at 1 all are.',
		},
	];
	if (select === 'outliers')
		own.push({
			name: 'gamma',
			scope: 'model',
			default: 0.01,
			meaning: 'The share of the largest elements that are dropped.',
		});
	if (select === 'magprune')
		own.push({
			name: 'epsilon',
			scope: 'model',
			default: 0.15,
			meaning: 'How far the chance of being kept differs between small and large elements.',
		});
	return [
		...own,
		{
			name: 'normalize',
			scope: 'tensor',
			default: normalize,
			meaning: 'Whether the sum is divided by the sum of the weights.',
		},
		{
			name: 'rescale',
			scope: 'tensor',
			default: rescale,
			meaning: 'Whether what is kept is scaled up to make up for what is dropped.',
		},
		{
			name: 'lambda',
			scope: 'tensor',
			default: 1,
			meaning: 'What the sum of the differences is multiplied by.',
		},
		{
			name: 'int8_mask',
			scope: 'tensor',
			default: false,
			meaning: 'Saves memory in mergekit; never changes a result.',
		},
	];
}

function planTaskVectors(method: TaskVectorMethod, context: MethodContext): TaskVectorFormula {
	const { semantics, models, elements, ties, work } = context;
	const terms = models.map((_, model) => planTerm(method, context, model));
	const draws = terms.some((term) => term.draws !== null);
	const rescale = semantics.rescaleParameter ? context.flag('rescale') : method.rescale;
	return {
		kind: 'task-vectors',
		terms,
		select: method.select,
		rescale: rescale ? rescaleOf(method, context) : 'none',
		rescaleThreshold: semantics.rescaleThreshold,
		consensus: method.consensus,
		normalize: context.flag('normalize'),
		lambda: lambdaOf(method, context),
		equals: ties === 'index' || elements > MAX_SORTED ? 'index' : semantics.topK,
		keepOne: semantics.emptyTopK === 'one',
		withoutTop: semantics.breadcrumbsWithoutTop,
		random: draws ? context.random : null,
		work,
	};
}

/**
 * Most elements of a tensor whose equal magnitudes are put in mergekit's order: at 8 bytes each, that
 * takes 512 MiB. A fixed number, so that no result depends on a run's memory.
 */
export const MAX_SORTED = 2 ** 26;

function rescaleOf(
	{ select }: TaskVectorMethod,
	{ semantics }: MethodContext,
): TaskVectorFormula['rescale'] {
	if (select === 'none') return 'none';
	if (select === 'random') return semantics.dareRescale;
	return select === 'magprune' ? semantics.dellaRescale : 'l1';
}

function lambdaOf({ select }: TaskVectorMethod, { semantics, required }: MethodContext): number {
	if (semantics.lambda === 'all') return required('lambda');
	return semantics.lambda === 'della-first-model' && select === 'magprune'
		? required('lambda', 0)
		: 1;
}

function planTerm(
	{ select }: TaskVectorMethod,
	context: MethodContext,
	model: number,
): TaskVectorTerm {
	const { semantics, elements, required } = context;
	const weight = required('weight', model);
	const density = required('density', model);
	const gamma = select === 'outliers' ? required('gamma', model) : 0;
	const given = select === 'magprune' ? required('epsilon', model) : 0;
	const epsilon = semantics.dellaEpsilon ? given : 0;
	const thins = select !== 'none' && density < 1;
	if (thins && select === 'magnitude') requireSome(context, density);
	if (select === 'random' && density < 0)
		throw context.invalid(
			'density',
			`is ${density}, and a share of the elements is at least 0`,
			'Give a density from 0 to 1; mergekit refuses less as well.',
		);
	if (thins && select === 'magprune' && density > 0) requireRoom(context, density, epsilon);
	const draws = thins && (select === 'random' || (select === 'magprune' && density > 0));
	return { weight, density, gamma, epsilon, draws: draws ? model * elements : null };
}

/** ties: mergekit until 0.1.4 fails where a tensor is so small that nothing of it would be kept. */
function requireSome({ semantics, elements, invalid }: MethodContext, density: number): void {
	if (semantics.emptyTopK === 'one' || Math.floor(density * elements) > 0) return;
	throw invalid(
		'density',
		`is ${density}, which keeps none of its ${elements} elements`,
		'Give a higher density for this tensor by a filter; mergekit fails here until 0.1.4.',
	);
}

/** della: probabilities run from density − epsilon to density + epsilon, both within (0, 1). */
function requireRoom(context: MethodContext, density: number, epsilon: number): void {
	if (density - epsilon <= 0 || density + epsilon >= 1)
		throw context.invalid(
			'epsilon',
			`is ${epsilon}, and with a density of ${density} probabilities run from ${density - epsilon} to ${density + epsilon}`,
			'Choose epsilon below both density and 1 − density; mergekit refuses the rest as well.',
		);
	if (context.shape.length > 2)
		throw context.invalid(
			'density',
			`is ${density}, and ranks are taken over rows of a matrix, not of ${context.shape.length} dimensions`,
			'Set density to 1 for this tensor by a filter.',
		);
	if (context.shape.at(-1) === 1)
		throw context.invalid(
			'density',
			`is ${density}, and rows of a single element have no ranks`,
			'Set density to 1 for this tensor by a filter; mergekit fails here as well.',
		);
}
