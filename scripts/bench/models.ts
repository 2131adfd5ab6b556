import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byteLength, layoutSafetensors, type TensorSpec } from '../../src/tensors/index.ts';
import { createPool, type WeightPool } from './weights.ts';

/** TinyLlama: 1.1 B parameters with 22 layers. */
const SHAPE = {
	hidden: 2048,
	intermediate: 5632,
	heads: 32,
	keyValueHeads: 4,
	vocabulary: 32000,
};

const FILE = 'model.safetensors';

/** What one family of models is called on disk: the base and its fine-tunes. */
const MEMBERS = ['base', 'a', 'b'] as const;

export type Member = (typeof MEMBERS)[number];

/** What was made. */
export interface MadeModels {
	/** Of each model. */
	readonly parameters: number;
}

/** Makes {@link MEMBERS} below a folder, the first `count` of them. */
export async function makeModels(
	folder: string,
	layers: number,
	count: number,
): Promise<MadeModels> {
	const pool = createPool(MEMBERS.length - 1, 2024);
	for (const [member, name] of MEMBERS.slice(0, count).entries())
		await makeModel(join(folder, name), layers, pool, member);
	const bytes = tensorsOf(layers).reduce((sum, tensor) => sum + byteLength(tensor), 0);
	return { parameters: bytes / 2 };
}

async function makeModel(
	folder: string,
	layers: number,
	pool: WeightPool,
	member: number,
): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'config.json'), `${JSON.stringify(configOf(layers), null, 2)}\n`);
	const layout = layoutSafetensors(tensorsOf(layers), { file: FILE });
	await using file = await open(join(folder, FILE), 'w');
	await file.writeFile(layout.header);
	for (const [i, tensor] of layout.tensors.entries())
		for (const piece of pool.pieces(member, byteLength(tensor), i)) await file.writeFile(piece);
}

function configOf(layers: number): object {
	return {
		architectures: ['LlamaForCausalLM'],
		bos_token_id: 1,
		eos_token_id: 2,
		hidden_act: 'silu',
		hidden_size: SHAPE.hidden,
		intermediate_size: SHAPE.intermediate,
		max_position_embeddings: 2048,
		model_type: 'llama',
		num_attention_heads: SHAPE.heads,
		num_hidden_layers: layers,
		num_key_value_heads: SHAPE.keyValueHeads,
		rms_norm_eps: 1e-5,
		rope_theta: 10000,
		tie_word_embeddings: false,
		torch_dtype: 'bfloat16',
		vocab_size: SHAPE.vocabulary,
	};
}

function tensorsOf(layers: number): TensorSpec[] {
	const { hidden, intermediate, vocabulary } = SHAPE;
	const keyValue = (hidden / SHAPE.heads) * SHAPE.keyValueHeads;
	const shapes: Readonly<Record<string, readonly number[]>> = {
		input_layernorm: [hidden],
		'self_attn.q_proj': [hidden, hidden],
		'self_attn.k_proj': [keyValue, hidden],
		'self_attn.v_proj': [keyValue, hidden],
		'self_attn.o_proj': [hidden, hidden],
		post_attention_layernorm: [hidden],
		'mlp.gate_proj': [intermediate, hidden],
		'mlp.up_proj': [intermediate, hidden],
		'mlp.down_proj': [hidden, intermediate],
	};
	const layer = (i: number): TensorSpec[] =>
		Object.entries(shapes).map(([kind, shape]) => ({
			name: `model.layers.${i}.${kind}.weight`,
			dtype: 'BF16',
			shape,
		}));
	return [
		{ name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [vocabulary, hidden] },
		...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
		{ name: 'model.norm.weight', dtype: 'BF16', shape: [hidden] },
		{ name: 'lm_head.weight', dtype: 'BF16', shape: [vocabulary, hidden] },
	];
}
