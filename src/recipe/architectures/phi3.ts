import { inLayer, oneModule } from './build.ts';
import { outside, parts } from './llama.ts';

/** Phi 3, 3.5 and 4: projections of query, key and value in one tensor, and so gate and up. */
export const phi3 = oneModule('Phi3ForCausalLM', {
	...outside,
	layer: inLayer([
		...parts.norms,
		'self_attn.qkv_proj.weight',
		'self_attn.o_proj.weight',
		'mlp.gate_up_proj.weight',
		'mlp.down_proj.weight',
	]),
});
