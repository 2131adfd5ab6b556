import { inLayer, oneModule } from './build.ts';
import { llamaWeights, parts } from './llama.ts';

/** Qwen2 and Qwen2.5: Llama's tensors, and biases on the query, key and value projections. */
export const qwen2 = oneModule('Qwen2ForCausalLM', {
	...llamaWeights,
	layer: [...llamaWeights.layer, ...inLayer(parts.biases, { optional: true })],
	formerly: null,
});
