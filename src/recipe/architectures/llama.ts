import { EMBEDDING, inLayer, oneModule, tiedHead, weight, type Weights } from './build.ts';
import type { ArchitectureModule } from './types.ts';

const ATTENTION = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].map(
	(name) => `self_attn.${name}.weight`,
);
const MLP = ['up_proj', 'gate_proj', 'down_proj'].map((name) => `mlp.${name}.weight`);
const [UP = '', GATE = '', DOWN = ''] = MLP;

/** What Llama's layers share with those of many other architectures. */
export const parts = {
	attention: ATTENTION,
	mlp: MLP,
	norms: ['input_layernorm.weight', 'post_attention_layernorm.weight'],
	biases: ['q_proj', 'k_proj', 'v_proj'].map((name) => `self_attn.${name}.bias`),
	queryKeyNorms: ['self_attn.q_norm.weight', 'self_attn.k_norm.weight'],
} as const;

/** What stands before and after the layers. */
export const outside = {
	pre: [weight(EMBEDDING, { embedding: true })],
	post: [weight('model.norm.weight'), tiedHead()],
} as const;

export const llamaWeights: Weights = {
	...outside,
	layer: inLayer([
		'input_layernorm.weight',
		...ATTENTION,
		'post_attention_layernorm.weight',
		...MLP,
	]),
	formerly: {
		until: '2024-02-05',
		layer: inLayer([
			'input_layernorm.weight',
			UP,
			DOWN,
			GATE,
			'post_attention_layernorm.weight',
			...ATTENTION,
		]),
	},
};

/** Llama 1 to 3, and the many models that share its layout. */
export const llama = oneModule('LlamaForCausalLM', llamaWeights);

/** A classifier on Llama. */
export const llamaClassifier = oneModule('LlamaForSequenceClassification', {
	...llamaWeights,
	post: [
		weight('model.norm.weight'),
		weight('score.weight'),
		weight('score.bias', { optional: true }),
	],
});

/** The layout that most recipes are written for. */
export const LLAMA_MODULE: Pick<ArchitectureModule, 'pre' | 'layer' | 'post'> = llamaWeights;
