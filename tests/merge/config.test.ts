import { describe, expect, it } from 'vitest';
import { editConfig } from '../../src/merge/config.ts';
import { outputWeights } from '../../src/merge/inputs.ts';
import { resolveSources } from '../../src/merge/sources.ts';
import { findSemantics } from '../../src/recipe/index.ts';
import type { ModelFiles, ModelHeaders } from '../../src/tensors/index.ts';
import { headersOf, recipeOf, tinyModel, type TinyModelOptions } from '../support/tinyModel.ts';
import { headersWith, inLayers, shaped } from './headers.ts';

const STACK = `slices:
- sources: [{model: a, layer_range: [0, 2]}]
- sources: [{model: b, layer_range: [1, 2]}]
merge_method: passthrough
`;
const BOTH = 'models: [{model: a}, {model: b}]\nmerge_method: linear\n';
const EMBEDDING = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';

interface Edited {
	readonly before: string;
	readonly text: string;
	readonly codes: readonly string[];
}

function edit(text: string, models: ReadonlyMap<string, ModelHeaders>): Edited {
	const recipe = recipeOf(text);
	const sources = resolveSources(recipe, models);
	const rules = { semantics: findSemantics('0.1.4'), crop: 'common' } as const;
	const edited = editConfig(recipe, sources, outputWeights(sources, rules));
	return {
		before: sources.donor.headers.config,
		text: edited.text,
		codes: edited.findings.map(({ code }) => code),
	};
}

function tiny(text: string, a: TinyModelOptions = {}, b: TinyModelOptions = a): Edited {
	return edit(text, headersOf({ a: tinyModel('a', a), b: tinyModel('b', b) }));
}

const parsed = ({ text }: Edited): unknown => JSON.parse(text);

describe('layers', () => {
	it('are counted anew under every key that counts them, and nothing else changes', () => {
		const architecture = 'GPT2LMHeadModel';
		const config = { n_layer: 2, num_layers: 2, num_hidden_layers: 7, n_head: 2 };
		const edited = tiny(STACK, { architecture, config });
		expect(edited.text).toBe(
			edited.before
				.replace('"n_layer": 2', '"n_layer": 3')
				.replace('"num_layers": 2', '"num_layers": 3')
				// tinyModel writes a head of its own, and a GPT-2 that says nothing has none.
				.replace(/\n\}\n$/, ',\n  "tie_word_embeddings": false\n}\n'),
		);
	});

	it('of a Qwen3 stack keep their types, each from the model that it comes from', () => {
		const architecture = 'Qwen3ForCausalLM';
		const types = (...layer_types: string[]): TinyModelOptions => ({
			architecture,
			config: { layer_types, max_window_layers: 2 },
		});
		const edited = tiny(STACK, types('full', 'sliding'), types('sliding', 'chunked'));
		expect(parsed(edited)).toMatchObject({
			num_hidden_layers: 3,
			layer_types: ['full', 'sliding', 'chunked'],
			max_window_layers: 3,
		});
		expect(edited.codes).toEqual([]);
	});

	it('keep their types in another order, too, and are lists where only the donor has them', () => {
		const text = `slices:
- sources: [{model: a, layer_range: [1, 2]}]
- sources: [{model: b, layer_range: [0, 1]}]
merge_method: passthrough
`;
		const edited = tiny(text, { config: { layer_types: ['full', 'sliding'] } }, {});
		expect(parsed(edited)).toMatchObject({
			num_hidden_layers: 2,
			layer_types: ['sliding', 'full'],
		});
		expect(edited.text.split('\n')).toHaveLength(edited.before.split('\n').length);
	});

	it('bound the layer from which on a window slides', () => {
		const text =
			'slices: [{sources: [{model: a, layer_range: [0, 1]}]}]\nmerge_method: passthrough\n';
		const of = (max_window_layers: number): unknown =>
			parsed(tiny(text, { architecture: 'Qwen2ForCausalLM', config: { max_window_layers } }));
		expect(of(28)).toMatchObject({ max_window_layers: 1, num_hidden_layers: 1 });
		expect(of(0)).toMatchObject({ max_window_layers: 0 });
	});

	it('are left alone where all are taken', () => {
		const config = { layer_types: ['full', 'sliding'], max_window_layers: 28 };
		const edited = tiny(BOTH, { config });
		expect(edited.text).toBe(edited.before);
	});

	it('that no key counts stay as they are, with a finding', () => {
		const config = { architectures: ['Strange'], depth: 2 };
		const model = headersWith(config, shaped(inLayers(['net.N.up.weight', 'wte.weight'], 2)));
		const edited = edit(
			STACK,
			new Map([
				['a', model],
				['b', model],
			]),
		);
		expect(edited.text).toBe(edited.before);
		expect(edited.codes).toEqual(['config-layers-uncounted']);
	});
});

describe('a vocabulary', () => {
	const model = (name: string, rows: number): ModelFiles =>
		tinyModel(name, {
			shapes: { [EMBEDDING]: [rows, 2], [HEAD]: [rows, 2] },
			config: { vocab_size: rows },
		});

	it('that was cut has its size corrected', () => {
		const edited = edit(BOTH, headersOf({ a: model('a', 6), b: model('b', 4) }));
		expect(edited.text).toBe(edited.before.replace('"vocab_size": 6', '"vocab_size": 4'));
		expect(edited.codes).toEqual(['vocabulary-cropped']);
	});

	it('that is the smaller one keeps its size', () => {
		const edited = edit(BOTH, headersOf({ a: model('a', 4), b: model('b', 6) }));
		expect(edited.text).toBe(edited.before);
		expect(edited.codes).toEqual(['vocabulary-cropped']);
	});
});

describe('a head', () => {
	const tied = (value: boolean, without: readonly string[] = []): TinyModelOptions => ({
		config: { tie_word_embeddings: value },
		without,
	});

	it('of its own is said to be so, where the donor has it tied', () => {
		const edited = tiny(BOTH, tied(true, [HEAD]), tied(false));
		expect(edited.text).toBe(edited.before.replace(': true', ': false'));
		expect(edited.codes).toEqual(['head-tied']);
	});

	it('that is not written is said to be tied', () => {
		const edited = tiny(BOTH, tied(false, [HEAD]));
		expect(edited.text).toBe(edited.before.replace(': false', ': true'));
		expect(edited.codes).toEqual(['head-tied']);
	});

	it('that is as the donor says, or as its class has it, is left alone', () => {
		for (const options of [tied(true, [HEAD]), tied(false), {}]) {
			const edited = tiny(BOTH, options);
			expect(edited.text).toBe(edited.before);
			expect(edited.codes).toEqual([]);
		}
		const gemma = { architecture: 'GemmaForCausalLM', without: [HEAD] };
		expect(tiny(BOTH, gemma).text).toBe(tiny(BOTH, gemma).before);
	});
});

describe('a config in parts', () => {
	const names = [
		'language_model.model.embed_tokens.weight',
		'language_model.model.norm.weight',
		...[
			...['q_proj', 'k_proj', 'v_proj', 'o_proj', 'q_norm', 'k_norm'].map(
				(name) => `self_attn.${name}`,
			),
			...['up_proj', 'gate_proj', 'down_proj'].map((name) => `mlp.${name}`),
			...['input', 'post_attention', 'pre_feedforward', 'post_feedforward'].map(
				(name) => `${name}_layernorm`,
			),
		].map((name) => `language_model.model.layers.N.${name}.weight`),
		'multi_modal_projector.mm_input_projection_weight',
		'multi_modal_projector.mm_soft_emb_norm.weight',
		...['patch_embedding.bias', 'patch_embedding.weight', 'position_embedding.weight'].map(
			(name) => `vision_tower.vision_model.embeddings.${name}`,
		),
		'vision_tower.vision_model.post_layernorm.weight',
		'vision_tower.vision_model.post_layernorm.bias',
	];
	const config = {
		architectures: ['Gemma3ForConditionalGeneration'],
		text_config: {
			num_hidden_layers: 2,
			layer_types: ['sliding', 'full'],
			torch_dtype: 'bfloat16',
			vocab_size: 4,
		},
		vision_config: { num_hidden_layers: 2, torch_dtype: 'bfloat16' },
		torch_dtype: 'bfloat16',
	};
	const vision = ['layer_norm1', 'layer_norm2', 'mlp.fc1', 'mlp.fc2']
		.concat(['k_proj', 'out_proj', 'q_proj', 'v_proj'].map((name) => `self_attn.${name}`))
		.flatMap((name) => [`${name}.bias`, `${name}.weight`])
		.map((name) => `vision_tower.vision_model.encoder.layers.N.${name}`);
	const model = headersWith(config, shaped(inLayers([...names, ...vision], 2)));

	it('is edited in the part of the module that changes, and in all for the dtype', () => {
		const text = `modules:
  text_decoder:
    slices:
    - sources: [{model: a, layer_range: [0, 2]}]
    - sources: [{model: a, layer_range: [0, 2]}]
  multi_modal_projector: {models: [{model: a}]}
  vision_tower: {models: [{model: a}]}
merge_method: passthrough
dtype: float32
`;
		const edited = edit(text, new Map([['a', model]]));
		expect(parsed(edited)).toEqual({
			...config,
			torch_dtype: 'float32',
			text_config: {
				...config.text_config,
				num_hidden_layers: 4,
				layer_types: ['sliding', 'full', 'sliding', 'full'],
				torch_dtype: 'float32',
			},
			vision_config: { num_hidden_layers: 2, torch_dtype: 'float32' },
		});
	});
});
