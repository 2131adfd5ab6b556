import type { MergePlan, PlannedTensor, TensorResult } from '../merge/index.ts';
import { percent } from '../verify/index.ts';
import { formatAngle, formatNumber, shortName } from './format.ts';
import { shareOf } from './grid.ts';

/** What happens to a tensor, in a few words: `slerp, t = 0.5`; `copy of layer 3 of Mistral-7B`. */
export function operationText(tensor: PlannedTensor): string {
	const { operation } = tensor;
	switch (operation.kind) {
		case 'copy':
			return 'copied';
		case 'scale':
			return `scaled by ${formatNumber(operation.scale)}`;
		case 'slerp':
			return `slerp, t = ${formatNumber(operation.t)}`;
	}
}

/** What the plan's numerics come to for its operations. */
export function numericsText({ tensors }: MergePlan): string {
	const kinds = new Set(tensors.map(({ operation }) => operation.kind));
	if (kinds.has('slerp')) return 'sums in float64, one rounding';
	return kinds.has('scale') ? 'copies, or one product and one rounding' : 'copies, bit for bit';
}

/** Where a tensor's inputs come from: models, and the source's name where it differs. */
export function inputsText(tensor: PlannedTensor): string {
	return tensor.inputs
		.map(({ model, tensor: name }) =>
			name === tensor.name ? shortName(model) : `${shortName(model)} (${name})`,
		)
		.join(', ');
}

/** Which way slerp went, in words. */
export function branchText(branch: 'great-circle' | 'linear'): string {
	return branch === 'linear' ? 'linear (average)' : 'great circle';
}

/** Everything that a grid's cell stands for, in one line. */
export function cellText(tensor: PlannedTensor, result: TensorResult | null): string {
	const parts = [`${tensor.name}: ${operationText(tensor)}`];
	if (result?.slerp != null) {
		parts.push(`${formatAngle(result.slerp.cosine)} between the parents`);
		parts.push(branchText(result.slerp.branch));
	}
	if (result?.comparison != null) parts.push(`${percent(shareOf(result.comparison))} identical`);
	return parts.join(', ');
}
