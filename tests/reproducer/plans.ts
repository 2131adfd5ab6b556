import { PUBLISHED } from '../../src/merge/index.ts';
import type { MergePlan, PlannedTensor, TensorResult } from '../../src/merge/index.ts';
import type { SpotFinding } from '../../src/verify/index.ts';

/** A planned tensor of 4 bf16 elements. */
export function plannedTensor(
	name: string,
	layer: number | null,
	kind: string,
	t = 0.5,
): PlannedTensor {
	const input = { tensor: name, file: 'model.safetensors', dtype: 'BF16', shape: [4] } as const;
	return {
		name,
		dtype: 'BF16',
		shape: [4],
		elements: 4,
		bytes: 8,
		layer,
		kind,
		method: 'slerp',
		computeDtype: null,
		operation: { kind: 'slerp', t, scalars: 'torch', work: 'BF16' },
		parameters: { t },
		draws: null,
		inputs: [
			{ ...input, model: 'oracle/a', start: 0, end: 8 },
			{ ...input, model: 'oracle/b', start: 0, end: 8 },
		],
		published: null,
		file: 'model.safetensors',
		offset: 0,
	};
}

/** A plan of two layers with one projection and one norm each, and an embedding. */
export function smallPlan(): MergePlan {
	const tensors = [
		plannedTensor('model.embed_tokens.weight', null, 'embed_tokens'),
		...[0, 1].flatMap((layer) => [
			plannedTensor(`model.layers.${layer}.input_layernorm.weight`, layer, 'input_layernorm'),
			plannedTensor(
				`model.layers.${layer}.self_attn.q_proj.weight`,
				layer,
				'self_attn.q_proj',
				layer,
			),
		]),
	];
	return {
		method: 'slerp',
		semantics: '0.1.5',
		seed: null,
		ties: 'mergekit',
		tensors,
		files: [],
		texts: { 'README.md': '---\nlicense: mit\n---\n# Merge\n' },
		models: {
			'oracle/a': { id: 'oracle/a', revision: 'main' },
			'oracle/b': { id: 'oracle/b', revision: 'main' },
		},
		totals: { tensors: 5, bytesToRead: 80, bytesToWrite: 40, peakMemory: 24, requests: 10 },
		findings: [],
	};
}

/** A result of a slerp on the given branch. */
export function slerpResult(index: number, cosine = 0.9, identical?: number): TensorResult {
	const comparison =
		identical === undefined
			? null
			: {
					elements: 4,
					identical,
					maxUlp: identical === 4 ? 0 : 1,
					histogram: [identical, 4 - identical, 0, 0, 0, 0, 0],
					signOfZero: 0,
					worstIndex: 0,
				};
	const branch = Math.abs(cosine) > 0.9995 ? 'linear' : 'great-circle';
	const angle = { t: 0.5, cosine, branch, w0: 0.5, w1: 0.5 } as const;
	const outcome = { angle, kept: [], ratio: null, weights: [0.5, 0.5] };
	return { index, outcome, digests: null, comparison, explanation: null, bytesRead: 16 };
}

/** The small plan with a published model that has all of its tensors. */
export function publishedPlan(): MergePlan {
	const plan = smallPlan();
	const tensors = plan.tensors.map((tensor): PlannedTensor => {
		const { name, dtype, shape } = tensor;
		const place = { model: PUBLISHED, tensor: name, file: 'model.safetensors', start: 0, end: 8 };
		return { ...tensor, published: { ...place, dtype, shape } };
	});
	const published = { id: 'oracle/merged', revision: 'main' };
	return { ...plan, tensors, models: { ...plan.models, [PUBLISHED]: published } };
}

/** What a window of a tensor of the small plan showed. */
export function spotFinding(
	index: number,
	finding: SpotFinding['finding'] = 'agrees',
	more: Partial<SpotFinding> = {},
): SpotFinding {
	const tensor = smallPlan().tensors[index];
	if (tensor === undefined) throw new Error(`the plan has no tensor ${String(index)}`);
	const { operation } = tensor;
	const t = operation.kind === 'slerp' ? operation.t : null;
	// What contradicts a t is found elsewhere.
	const near = finding === 'different' ? 0.7 : (t ?? 0);
	return {
		index,
		name: tensor.name,
		finding,
		method: 'slerp',
		claimed: t,
		found: finding === 'undecidable' ? null : [near - 1e-4, near + 1e-4],
		theta: [0.1, 0.11],
		branch: 'great-circle',
		checked: 4,
		mismatch: finding === 'different' ? 2 : 0,
		maxUlp: null,
		worst: null,
		reason: 'A window of 4 elements.',
		cause: finding === 'different' ? 'another-t' : null,
		...more,
	};
}
