import type { PlannedTensor, TensorOperation, TensorResult } from './types.ts';

/** What a tensor is multiplied by where that is all that happens to it; null for any other operation. */
export function scaleOf(operation: TensorOperation): number | null {
	if (operation.kind !== 'sum' || operation.weights.length !== 1 || operation.divide) return null;
	return operation.weights[0] ?? null;
}

/** How a method's setting is called and what it is for a tensor: one number, to be compared at a glance. */
export interface OperationSetting {
	readonly name: 'copy' | 'scale' | 't' | 'weight' | 'density' | 'models';
	readonly value: number;
}

/** The number that tells a tensor's treatment from another's. */
export function settingOf({ operation, inputs }: PlannedTensor): OperationSetting {
	switch (operation.kind) {
		case 'copy':
			return { name: 'copy', value: 1 };
		case 'slerp':
		case 'nuslerp':
			return { name: 't', value: operation.t };
		case 'sum': {
			const [first = 1] = operation.weights;
			if (operation.weights.length === 1) return { name: 'scale', value: first };
			const total = operation.weights.reduce((sum, weight) => sum + weight, 0);
			return { name: 'weight', value: operation.divide ? first / total : first };
		}
		case 'model-stock':
			return { name: 'models', value: inputs.length - 1 };
		case 'task-vectors': {
			const [first] = operation.terms;
			return operation.select === 'none'
				? { name: 'weight', value: first?.weight ?? 0 }
				: { name: 'density', value: first?.density ?? 1 };
		}
	}
}

/** The angle that a formula found between two tensors, and what it made of it; null where there is none. */
export function angleOf(
	result: TensorResult | null,
): NonNullable<TensorResult['outcome']>['angle'] {
	return result?.outcome?.angle ?? null;
}
