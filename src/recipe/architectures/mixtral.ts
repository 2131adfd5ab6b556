import { EXPERT, inLayer, oneModule, weight } from './build.ts';
import { outside, parts } from './llama.ts';
import type { Architecture, WeightTemplate } from './types.ts';

const ATTENTION = inLayer([...parts.norms, ...parts.attention]);

function mixtral(layout: string, experts: readonly WeightTemplate[]): Architecture {
	const weights = { ...outside, layer: [...ATTENTION, ...experts] };
	return oneModule('MixtralForCausalLM', weights, { layout, expertsKeys: ['num_local_experts'] });
}

/** Mixtral as it was published: each expert's matrices by themselves. */
export const mixtralByExpert = mixtral('block_sparse_moe.experts', [
	...inLayer(['block_sparse_moe.gate.weight']),
	...inLayer(['w1', 'w2', 'w3'].map((w) => `block_sparse_moe.experts.${EXPERT}.${w}.weight`)),
]);

/** Experts by themselves, under the names that transformers 5 has for the block. */
export const mixtralRenamed = mixtral('mlp.experts', [
	...inLayer(['mlp.gate.weight']),
	...[
		['gate_proj', 'w1'],
		['down_proj', 'w2'],
		['up_proj', 'w3'],
	].map(([name = '', alias = '']) => {
		const [expert = weight('')] = inLayer([`mlp.experts.${EXPERT}.${name}.weight`]);
		return { ...expert, aliases: [expert.name.replace(name, alias)] };
	}),
]);

/** Mixtral as transformers 5 writes it: the experts of a layer in two tensors. */
export const mixtralFused = mixtral(
	'mlp.experts.gate_up_proj',
	inLayer(['mlp.gate.weight', 'mlp.experts.gate_up_proj', 'mlp.experts.down_proj']),
);
