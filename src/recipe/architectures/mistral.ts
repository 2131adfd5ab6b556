import type { Architecture } from '../types.ts';
import { llama } from './llama.ts';

/** Mistral 7B: Llama's tensors under another name. */
export const mistral: Architecture = { ...llama, name: 'MistralForCausalLM' };
