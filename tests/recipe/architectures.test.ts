import { describe, expect, it } from 'vitest';
import { architectureNamed, findArchitecture, listWeights } from '../../src/recipe/index.ts';
import { thrownBy } from '../support/errors.ts';

const config = (...architectures: readonly string[]): string => JSON.stringify({ architectures });

describe('an architecture', () => {
	it('is found by the class name in config.json', () => {
		for (const name of ['MistralForCausalLM', 'LlamaForCausalLM', 'Qwen2ForCausalLM'])
			expect(findArchitecture(config(name)).name).toBe(name);
		expect(findArchitecture(config('LLaMaForCausalLM')).name).toBe('LlamaForCausalLM');
	});

	it('lists 291 tensors for a Mistral of 32 layers', () => {
		const names = listWeights(findArchitecture(config('MistralForCausalLM')), 32);
		expect(names).toHaveLength(291);
		expect(new Set(names).size).toBe(291);
		expect(names.slice(0, 3)).toEqual([
			'model.embed_tokens.weight',
			'model.layers.0.input_layernorm.weight',
			'model.layers.0.self_attn.q_proj.weight',
		]);
		expect(names).toContain('model.layers.31.mlp.down_proj.weight');
		expect(names.slice(-2)).toEqual(['model.norm.weight', 'lm_head.weight']);
	});

	it('of Qwen2 has biases that may be absent', () => {
		const [module] = findArchitecture(config('Qwen2ForCausalLM')).modules;
		expect(module?.layer.filter(({ optional }) => optional).map(({ name }) => name)).toEqual([
			'model.layers.${layer_index}.self_attn.q_proj.bias',
			'model.layers.${layer_index}.self_attn.k_proj.bias',
			'model.layers.${layer_index}.self_attn.v_proj.bias',
		]);
	});

	it('lets the embedding serve for a head that is absent', () => {
		const head = architectureNamed('Qwen2ForCausalLM')?.modules[0]?.post.at(-1);
		expect(head).toMatchObject({ optional: true, tied: ['model.embed_tokens.weight'] });
		expect(architectureNamed('OPTForCausalLM')).toBeNull();
	});

	it.each([
		['is unknown', config('OPTForCausalLM'), 'OPTForCausalLM'],
		['is one of several', config('LlamaForCausalLM', 'MistralForCausalLM'), '2 architectures'],
		['is not named', '{}', 'does not name'],
		['is no list', '{"architectures": "LlamaForCausalLM"}', 'does not name'],
		['is in something else', '[]', 'does not name'],
		['is in no JSON', '<html>', 'not valid JSON'],
	])('that %s is refused, with the known ones named', async (_, text, message) => {
		const error = await thrownBy(() => findArchitecture(text));
		expect(error.code).toBe('architecture-unknown');
		expect(error.message).toContain(message);
		expect(error.hint).not.toBe('');
		if (!text.startsWith('<')) expect(error.hint).toContain('MistralForCausalLM');
	});
});
