import { inLayer, oneModule, tiedHead, weight } from './build.ts';

const EMBEDDING = 'model.tok_embeddings.weight';

/** InternLM 2 and 2.5: query, key and value in one tensor. */
export const internlm2 = oneModule('InternLM2ForCausalLM', {
	pre: [weight(EMBEDDING, { embedding: true })],
	layer: inLayer(
		[
			'attention_norm',
			'ffn_norm',
			'attention.wqkv',
			'attention.wo',
			'feed_forward.w1',
			'feed_forward.w2',
			'feed_forward.w3',
		].map((name) => `${name}.weight`),
	),
	post: [weight('model.norm.weight'), tiedHead('output.weight', EMBEDDING)],
});
