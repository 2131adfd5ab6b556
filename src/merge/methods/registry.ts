import { RemeltError } from '../../errors/index.ts';
import type { MergeMethod } from '../types.ts';
import { breadcrumbs, breadcrumbsTies } from './breadcrumbs.ts';
import { dareLinear, dareTies } from './dare.ts';
import { della, dellaLinear } from './della.ts';
import { linear } from './linear.ts';
import { modelStock } from './modelStock.ts';
import { nuslerp } from './nuslerp.ts';
import { passthrough } from './passthrough.ts';
import { slerp } from './slerp.ts';
import { taskArithmetic } from './taskArithmetic.ts';
import { ties } from './ties.ts';

/** Every method that Remelt runs, by its name in recipes. A new method is a file and a line here. */
const METHODS = {
	slerp,
	linear,
	passthrough,
	task_arithmetic: taskArithmetic,
	ties,
	dare_linear: dareLinear,
	dare_ties: dareTies,
	breadcrumbs,
	breadcrumbs_ties: breadcrumbsTies,
	della,
	della_linear: dellaLinear,
	model_stock: modelStock,
	nuslerp,
} as const satisfies Record<string, MergeMethod>;

export type MethodName = keyof typeof METHODS;

/** Methods of mergekit that are not in {@link METHODS}; a recipe with one of them is not a typo. */
const ELSEWHERE: readonly string[] = [
	'arcee_fusion',
	'karcher',
	'multislerp',
	'nearswap',
	'ram',
	'ramplus_tl',
	'sce',
];

/** The names that {@link findMethod} knows, in alphabetical order. */
export function methodNames(): MethodName[] {
	return (Object.keys(METHODS) as MethodName[]).sort();
}

/**
 * The method of a name.
 * @throws `method-unsupported` where mergekit has it and Remelt does not yet, else `method-unknown`.
 */
export function findMethod(name: string): MergeMethod {
	const found = Object.entries(METHODS).find(([key]) => key === name);
	if (found) return found[1];
	const known = methodNames().join(', ');
	if (ELSEWHERE.includes(name))
		throw new RemeltError('method-unsupported', `Remelt cannot run the method ${name} yet.`, {
			hint: `It is a method of mergekit; the methods that Remelt runs are ${known}.`,
			details: { method: name, known },
		});
	throw new RemeltError('method-unknown', `There is no merge method called ${name}.`, {
		hint: `Correct merge_method in the recipe; the methods that Remelt runs are ${known}.`,
		details: { method: name, known },
	});
}
