import { arcee } from './arcee.ts';
import { bertClassifier, bertMaskedLM, bertModel } from './bert.ts';
import { sameAs } from './build.ts';
import { cohere } from './cohere.ts';
import { exaone } from './exaone.ts';
import { gemma, gemma2, gemma3, gemma3Pictures } from './gemma.ts';
import { glm4 } from './glm4.ts';
import { gpt2, gpt2Classifier } from './gpt2.ts';
import { gptNeox } from './gptNeox.ts';
import { internlm2 } from './internlm2.ts';
import { llama, llamaClassifier } from './llama.ts';
import { mistral } from './mistral.ts';
import { mixtralByExpert, mixtralFused, mixtralRenamed } from './mixtral.ts';
import { olmo2 } from './olmo2.ts';
import { phi, phiFirst } from './phi.ts';
import { phi3 } from './phi3.ts';
import { qwen2 } from './qwen2.ts';
import { qwen3, qwen3MoeByExpert, qwen3MoeFused } from './qwen3.ts';
import { stablelm } from './stablelm.ts';
import { starcoder2 } from './starcoder2.ts';
import type { Architecture } from './types.ts';

/** An architecture as it is looked up. */
export interface RegisteredArchitecture {
	/** The class name in `config.json`. */
	readonly className: string;
	readonly architecture: Architecture;
	/** Where a class name stands for several: the `model_type` that means this one. */
	readonly modelType?: string;
	/** Where a checkpoint may be laid out in several ways: part of a tensor's name that only this one has. */
	readonly marker?: string;
}

/** Every architecture that is known; among several of one class the first stands for it. */
export const REGISTRY: readonly RegisteredArchitecture[] = [
	...classes(llama, llamaClassifier, mistral, qwen2, qwen3, gemma, gemma2, gemma3, gemma3Pictures),
	...classes(
		sameAs(llama, 'SolarForCausalLM'),
		sameAs(llama, 'GraniteForCausalLM'),
		sameAs(llama, 'HeliumForCausalLM'),
		sameAs(llama, 'SmolLM3ForCausalLM', { tiedByDefault: true }),
		sameAs(cohere, 'Cohere2ForCausalLM'),
		sameAs(llamaClassifier, 'MistralForSequenceClassification'),
	),
	...classes(phi3, gptNeox, gpt2, gpt2Classifier, bertModel, bertMaskedLM, bertClassifier),
	...classes(arcee, cohere, exaone, glm4, internlm2, olmo2, stablelm, starcoder2),
	...classes(
		sameAs(bertClassifier, 'BertForTokenClassification'),
		sameAs(bertClassifier, 'BertForMultipleChoice'),
	),
	{ className: 'LLaMaForCausalLM', architecture: llama },
	{ className: phi.name, architecture: phi, modelType: 'phi' },
	{ className: phi.name, architecture: phiFirst, modelType: 'phi-msft' },
	...layouts(mixtralByExpert, 'block_sparse_moe.experts.'),
	...layouts(mixtralFused, 'mlp.experts.gate_up_proj'),
	...layouts(mixtralRenamed, 'mlp.experts.0.'),
	...layouts(qwen3MoeByExpert, 'mlp.experts.0.'),
	...layouts(qwen3MoeFused, 'mlp.experts.gate_up_proj'),
];

function classes(...architectures: readonly Architecture[]): RegisteredArchitecture[] {
	return architectures.map((architecture) => ({ className: architecture.name, architecture }));
}

function layouts(architecture: Architecture, marker: string): RegisteredArchitecture[] {
	return [{ className: architecture.name, architecture, marker }];
}
