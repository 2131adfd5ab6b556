import { oneModule } from './build.ts';
import { llamaWeights } from './llama.ts';

/** Mistral 7B: Llama's tensors under another name. */
export const mistral = oneModule('MistralForCausalLM', llamaWeights);
