import { inLayer, oneModule, weight } from './build.ts';
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

const TEXT = 'language_model.';
const VISION = 'vision_tower.vision_model.';
const PROJECTOR = 'multi_modal_projector.';

/** What the text model's weights are called inside of the whole; transformers 5 has other names for them. */
function inText(template: WeightTemplate): WeightTemplate {
	const { name, tied } = template;
	const newer = (old: string): string =>
		old.startsWith('model.') ? old.replace('model.', 'model.language_model.') : old;
	return {
		...template,
		name: TEXT + name,
		aliases: [newer(name)],
		tied: tied.flatMap((other) => [TEXT + other, newer(other)]),
	};
}

/** The other parts' weights; transformers 5 has other names for them. */
function inPart(template: WeightTemplate): WeightTemplate {
	const shorter = template.name.replace('vision_model.', '');
	const aliases = shorter === template.name ? [] : [shorter];
	return { ...template, aliases: [...aliases, `model.${shorter}`] };
}

function plain(prefix: string, ...names: readonly string[]): WeightTemplate[] {
	return names.map((name) => inPart(weight(prefix + name)));
}

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
	pre: outside.pre.map(inText),
	layer: inLayer(GEMMA3_LAYER).map(inText),
	post: outside.post.map(inText),
	formerly: null,
};

const visionTower: ArchitectureModule = {
	name: 'vision_tower',
	layersKey: 'vision_config.num_hidden_layers',
	pre: plain(
		`${VISION}embeddings.`,
		'patch_embedding.bias',
		'patch_embedding.weight',
		'position_embedding.weight',
	),
	layer: inLayer(VISION_LAYER, {}, `${VISION}encoder.layers`).map(inPart),
	post: plain(VISION, 'post_layernorm.bias', 'post_layernorm.weight'),
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
			pre: plain(PROJECTOR, 'mm_input_projection_weight', 'mm_soft_emb_norm.weight'),
		},
		visionTower,
	],
};
