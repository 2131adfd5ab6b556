import { inLayer, oneModule, weight, withBias } from './build.ts';
import { outside, parts } from './llama.ts';

/** StableLM: norms with biases; models with a parallel residual have the first one only. */
export const stablelm = oneModule('StableLmForCausalLM', {
	pre: outside.pre,
	layer: [
		...inLayer([...withBias(['input_layernorm']), ...parts.attention, ...parts.mlp]),
		...inLayer([...withBias(['post_attention_layernorm']), ...parts.biases], { optional: true }),
	],
	post: [...outside.post, weight('model.norm.bias')],
});
