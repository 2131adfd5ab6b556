import { inLayer, oneModule, weight, withBias } from './build.ts';
import { outside } from './llama.ts';

/** Phi 1, 1.5 and 2 as transformers has them. */
export const phi = oneModule('PhiForCausalLM', {
	pre: outside.pre,
	layer: inLayer(
		withBias([
			'input_layernorm',
			'self_attn.dense',
			'self_attn.q_proj',
			'self_attn.k_proj',
			'self_attn.v_proj',
			'mlp.fc1',
			'mlp.fc2',
		]),
	),
	post: [
		...withBias(['model.final_layernorm']).map((name) => weight(name)),
		weight('lm_head.bias'),
		weight('lm_head.weight', { embedding: true }),
	],
});

/** Phi 2 as it was first published, with code of its own (`model_type` phi-msft). */
export const phiFirst = oneModule(
	'PhiForCausalLM',
	{
		layersKey: 'n_layer',
		pre: [weight('transformer.embd.wte.weight', { embedding: true })],
		layer: inLayer(
			withBias(['ln', 'mixer.out_proj', 'mixer.Wqkv', 'mlp.fc1', 'mlp.fc2']),
			{},
			'transformer.h',
		),
		post: [
			...withBias(['lm_head.ln']).map((name) => weight(name)),
			weight('lm_head.linear.bias'),
			weight('lm_head.linear.weight', { embedding: true }),
		],
	},
	{ layout: 'transformer.h' },
);
