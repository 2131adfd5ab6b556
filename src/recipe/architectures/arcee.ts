import { inLayer, oneModule } from './build.ts';
import { outside, parts } from './llama.ts';

/** Arcee's foundation models: Llama's tensors without the gate. */
export const arcee = oneModule('ArceeForCausalLM', {
	...outside,
	layer: inLayer([
		...parts.norms,
		...parts.attention,
		'mlp.up_proj.weight',
		'mlp.down_proj.weight',
	]),
});
