import type { MergePlan } from '../../merge/index.ts';
import type { Interval, SpotFinding } from './types.ts';

/** What the tensors of one kind, through all layers, say about t together. */
export interface ModuleRange {
	/** The plan's kind, e.g. `self_attn.q_proj`. */
	readonly kind: string;
	/** Tensors whose range counted. */
	readonly tensors: number;
	/** The least and the largest t that the recipe claims for them. */
	readonly claimed: Interval;
	/**
	 * By how much t may be off from the recipe's if it is off by the same in all of them: narrower than
	 * any one range, and told even where each alone is too wide. null where no one amount fits all.
	 */
	readonly offset: Interval | null;
}

/** Joins the ranges of t of a module's tensors, in the order of the plan. */
export function moduleRanges(plan: MergePlan, findings: readonly SpotFinding[]): ModuleRange[] {
	const modules = new Map<string, ModuleRange>();
	for (const { index, claimed, found } of findings) {
		const kind = plan.tensors[index]?.kind;
		if (kind === undefined || claimed === null || found === null) continue;
		const own: Interval = [found[0] - claimed, found[1] - claimed];
		const before = modules.get(kind);
		modules.set(kind, {
			kind,
			tensors: (before?.tensors ?? 0) + 1,
			claimed: [
				Math.min(before?.claimed[0] ?? claimed, claimed),
				Math.max(before?.claimed[1] ?? claimed, claimed),
			],
			offset: before === undefined ? own : before.offset && common(before.offset, own),
		});
	}
	return [...modules.values()];
}

function common(one: Interval, other: Interval): Interval | null {
	const both: Interval = [Math.max(one[0], other[0]), Math.min(one[1], other[1])];
	return both[0] <= both[1] ? both : null;
}
