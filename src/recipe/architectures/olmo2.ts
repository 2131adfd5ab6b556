import { inLayer, oneModule } from './build.ts';
import { outside, parts } from './llama.ts';

/** OLMo 2: norms after attention and feed-forward part, and of queries and keys. */
export const olmo2 = oneModule('Olmo2ForCausalLM', {
	...outside,
	layer: inLayer([
		...parts.attention,
		...parts.queryKeyNorms,
		'post_attention_layernorm.weight',
		...parts.mlp,
		'post_feedforward_layernorm.weight',
	]),
});
