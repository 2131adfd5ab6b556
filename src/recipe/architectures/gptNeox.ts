import { inLayer, oneModule, tiedHead, weight, withBias } from './build.ts';

const EMBEDDING = 'gpt_neox.embed_in.weight';
const PREFIX = 'gpt_neox.layers';

/** Causal masks and rotary frequencies, which old checkpoints carry along. */
const BUFFERS = ['attention.bias', 'attention.masked_bias', 'attention.rotary_emb.inv_freq'];

/** GPT-NeoX and Pythia. */
export const gptNeox = oneModule('GPTNeoXForCausalLM', {
	pre: [weight(EMBEDDING, { embedding: true })],
	layer: [
		...inLayer(
			withBias([
				'attention.dense',
				'attention.query_key_value',
				'input_layernorm',
				'mlp.dense_4h_to_h',
				'mlp.dense_h_to_4h',
				'post_attention_layernorm',
			]),
			{},
			PREFIX,
		),
		...inLayer(BUFFERS, { optional: true }, PREFIX),
	],
	post: [
		...withBias(['gpt_neox.final_layer_norm']).map((name) => weight(name)),
		tiedHead('embed_out.weight', EMBEDDING),
	],
});
