import type { Architecture, WeightTemplate } from '../types.ts';

const LAYER = 'model.layers.${layer_index}';
const EMBEDDING = 'model.embed_tokens.weight';

/** A weight with no peculiarities. */
export function weight(name: string, peculiar: Partial<WeightTemplate> = {}): WeightTemplate {
	return { name, embedding: false, optional: false, tied: [], ...peculiar };
}

/** The weights of one layer, `names` given without the layer's prefix. */
export function inLayer(
	names: readonly string[],
	peculiar?: Partial<WeightTemplate>,
): WeightTemplate[] {
	return names.map((name) => weight(`${LAYER}.${name}`, peculiar));
}

/** Llama 1 to 3, and the many models that share its layout. */
export const llama: Architecture = {
	name: 'LlamaForCausalLM',
	layersKey: 'num_hidden_layers',
	pre: [weight(EMBEDDING, { embedding: true })],
	layer: inLayer([
		'input_layernorm.weight',
		'self_attn.q_proj.weight',
		'self_attn.k_proj.weight',
		'self_attn.v_proj.weight',
		'self_attn.o_proj.weight',
		'post_attention_layernorm.weight',
		'mlp.up_proj.weight',
		'mlp.gate_proj.weight',
		'mlp.down_proj.weight',
	]),
	post: [
		weight('model.norm.weight'),
		weight('lm_head.weight', { embedding: true, optional: true, tied: [EMBEDDING] }),
	],
};
