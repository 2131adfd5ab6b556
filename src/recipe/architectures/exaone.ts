import { inLayer, oneModule, tiedHead, weight } from './build.ts';

const EMBEDDING = 'transformer.wte.weight';

/** EXAONE 3. */
export const exaone = oneModule('ExaoneForCausalLM', {
	pre: [weight(EMBEDDING, { embedding: true })],
	layer: inLayer(
		[
			'ln_1',
			'attn.attention.q_proj',
			'attn.attention.k_proj',
			'attn.attention.v_proj',
			'attn.attention.out_proj',
			'ln_2',
			'mlp.c_fc_0',
			'mlp.c_fc_1',
			'mlp.c_proj',
		].map((name) => `${name}.weight`),
		{},
		'transformer.h',
	),
	post: [weight('transformer.ln_f.weight'), tiedHead('lm_head.weight', EMBEDDING)],
});
