import { angleOf, scaleOf } from '../merge/index.ts';
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
		case 'slerp':
		case 'nuslerp':
			return `${tensor.method}, t = ${formatNumber(operation.t)}`;
		case 'sum': {
			const scale = scaleOf(operation);
			return scale === null ? settingText(tensor) : `scaled by ${formatNumber(scale)}`;
		}
		case 'model-stock':
		case 'task-vectors':
			return settingText(tensor);
	}
}

/** `ties, weight 0.5, 0.3, density 0.5, 0.7`: a method with the numbers that its models have. */
function settingText({ method, parameters }: PlannedTensor): string {
	const own = Object.entries(parameters).flatMap(([name, value]) =>
		typeof value === 'object'
			? [
					`${name} ${Object.values(value)
						.map((part) => formatNumber(part ?? 0))
						.join(', ')}`,
				]
			: [],
	);
	return [method, ...own].join(', ');
}

/** What the plan's numerics come to for its operations. */
export function numericsText({ tensors, semantics }: MergePlan): string {
	if (tensors.every(({ operation }) => operation.kind === 'copy')) return 'copies, bit for bit';
	if (tensors.every(({ operation }) => operation.kind === 'copy' || scaleOf(operation) !== null))
		return 'copies, or one product and one rounding';
	if (semantics === 'precise') return 'elements in float32, sums in float64, one rounding';
	return `rounded where mergekit ${semantics} rounds, sums over tensors in float64`;
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
	const angle = angleOf(result);
	if (angle !== null) {
		parts.push(`${formatAngle(angle.cosine)} between the parents`);
		parts.push(branchText(angle.branch));
	}
	if (result?.comparison != null) parts.push(`${percent(shareOf(result.comparison))} identical`);
	return parts.join(', ');
}
