import type { Architecture } from '../types.ts';
import { inLayer, llama } from './llama.ts';

/** Qwen2 and Qwen2.5: Llama's tensors, and biases on the query, key and value projections. */
export const qwen2: Architecture = {
	...llama,
	name: 'Qwen2ForCausalLM',
	layer: [
		...llama.layer,
		...inLayer(['self_attn.q_proj.bias', 'self_attn.k_proj.bias', 'self_attn.v_proj.bias'], {
			optional: true,
		}),
	],
};
