import { inLayer, oneModule, weight, withBias } from './build.ts';
import { outside } from './llama.ts';

const LINEAR = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => `self_attn.${name}`);

/** StarCoder 2: biases everywhere. */
export const starcoder2 = oneModule(
	'Starcoder2ForCausalLM',
	{
		pre: outside.pre,
		layer: inLayer(
			withBias([
				'input_layernorm',
				...LINEAR,
				'post_attention_layernorm',
				'mlp.c_fc',
				'mlp.c_proj',
			]),
		),
		post: [...outside.post, weight('model.norm.bias')],
	},
	{ tiedByDefault: true },
);
