import { EXPERT, inLayer, oneModule } from './build.ts';
import { llamaWeights, outside, parts } from './llama.ts';
import type { Architecture } from './types.ts';

/** Qwen3: Llama's tensors, and norms of queries and keys. */
export const qwen3 = oneModule('Qwen3ForCausalLM', {
	...llamaWeights,
	layer: [...llamaWeights.layer, ...inLayer(parts.queryKeyNorms)],
	formerly: null,
});

function qwen3Moe(layout: string, experts: readonly string[]): Architecture {
	const attention = [...parts.norms, ...parts.attention, ...parts.queryKeyNorms];
	return oneModule(
		'Qwen3MoeForCausalLM',
		{ ...outside, layer: inLayer([...attention, 'mlp.gate.weight', ...experts]) },
		{ layout, expertsKeys: ['num_experts', 'num_local_experts'] },
	);
}

/** Qwen3 with experts, as it was published: each expert's matrices by themselves. */
export const qwen3MoeByExpert = qwen3Moe(
	'mlp.experts',
	['up_proj', 'gate_proj', 'down_proj'].map((name) => `mlp.experts.${EXPERT}.${name}.weight`),
);

/** Qwen3 with experts, as transformers 5 writes it: the experts of a layer in two tensors. */
export const qwen3MoeFused = qwen3Moe('mlp.experts.gate_up_proj', [
	'mlp.experts.gate_up_proj',
	'mlp.experts.down_proj',
]);
