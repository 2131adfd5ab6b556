import { inLayer, oneModule } from './build.ts';
import { outside, parts } from './llama.ts';

/** GLM 4: gate and up in one tensor, norms after attention and feed-forward part, too. */
export const glm4 = oneModule('Glm4ForCausalLM', {
	...outside,
	layer: [
		...inLayer([
			...parts.norms,
			'post_mlp_layernorm.weight',
			'post_self_attn_layernorm.weight',
			...parts.attention,
			'mlp.gate_up_proj.weight',
			'mlp.down_proj.weight',
		]),
		...inLayer(parts.biases, { optional: true }),
	],
});
