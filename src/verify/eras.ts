import type { MergePlan } from '../merge/index.ts';

/**
 * What a model is tried by where nobody says which mergekit made it, newest first: a release of every
 * kind of numbers that there has been. An honest model follows the mergekit of its day.
 */
export const TRIED_SEMANTICS: readonly string[] = ['0.1.5', '0.1.4', '0.0.6', '0.0.4'];

/** What a plan does to its tensors, to be compared: most recipes mean the same by several releases. */
export function meaningOf({ tensors }: MergePlan): string {
	return JSON.stringify(tensors.map(({ operation, inputs }) => [operation, inputs]));
}
