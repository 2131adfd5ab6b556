import { inLayer, oneModule } from './build.ts';
import { llamaWeights, outside, parts } from './llama.ts';
import type { Architecture, ArchitectureModule, WeightTemplate } from './types.ts';

const FEED_FORWARD_NORMS = [
	'pre_feedforward_layernorm.weight',
	'post_feedforward_layernorm.weight',
];
const GEMMA2_LAYER = [...parts.norms, ...FEED_FORWARD_NORMS, ...parts.attention, ...parts.mlp];
const GEMMA3_LAYER = [...GEMMA2_LAYER, ...parts.queryKeyNorms];

const TIED = { tiedByDefault: true } as const;

/** Gemma 1: Llama's tensors, the head tied to the embedding. */
export const gemma = oneModule('GemmaForCausalLM', { ...llamaWeights, formerly: null }, TIED);

/** Gemma 2: norms before and after the feed-forward part, too. */
export const gemma2 = oneModule(
	'Gemma2ForCausalLM',
	{ ...outside, layer: inLayer(GEMMA2_LAYER) },
	TIED,
);

/** Gemma 3, text: norms of queries and keys, too. */
export const gemma3 = oneModule(
	'Gemma3ForCausalLM',
	{ ...outside, layer: inLayer(GEMMA3_LAYER) },
	TIED,
);

const NO_LAYERS = { layersKey: null, layer: [], post: [], formerly: null } as const;

function inside(prefix: string, templates: readonly WeightTemplate[]): WeightTemplate[] {
	return templates.map((template) => ({
		...template,
		name: `${prefix}.${template.name}`,
		tied: template.tied.map((name) => `${prefix}.${name}`),
	}));
}

function plain(names: readonly string[], prefix: string): WeightTemplate[] {
	const template = { embedding: false, optional: false, aliases: [], tied: [] };
	return names.map((name) => ({ ...template, name: `${prefix}.${name}` }));
}

const VISION = 'vision_tower.vision_model';
const VISION_LAYER = [
	'layer_norm1',
	'layer_norm2',
	'mlp.fc1',
	'mlp.fc2',
	'self_attn.k_proj',
	'self_attn.out_proj',
	'self_attn.q_proj',
	'self_attn.v_proj',
].flatMap((name) => [`${name}.bias`, `${name}.weight`]);

const textDecoder: ArchitectureModule = {
	name: 'text_decoder',
	layersKey: 'text_config.num_hidden_layers',
	pre: inside('language_model', outside.pre),
	layer: inside('language_model', inLayer(GEMMA3_LAYER)),
	post: inside('language_model', outside.post),
	formerly: null,
};

const visionTower: ArchitectureModule = {
	name: 'vision_tower',
	layersKey: 'vision_config.num_hidden_layers',
	pre: plain(
		['patch_embedding.bias', 'patch_embedding.weight', 'position_embedding.weight'],
		`${VISION}.embeddings`,
	),
	layer: inLayer(VISION_LAYER, {}, `${VISION}.encoder.layers`),
	post: plain(['post_layernorm.bias', 'post_layernorm.weight'], VISION),
	formerly: null,
};

/** Gemma 3 with pictures: the text model, the projector and the vision tower, each merged by itself. */
export const gemma3Pictures: Architecture = {
	...gemma3,
	name: 'Gemma3ForConditionalGeneration',
	vocabularyKey: 'text_config.vocab_size',
	modules: [
		textDecoder,
		{
			...NO_LAYERS,
			name: 'multi_modal_projector',
			pre: plain(
				['mm_input_projection_weight', 'mm_soft_emb_norm.weight'],
				'multi_modal_projector',
			),
		},
		visionTower,
	],
};
