import { RemeltError } from '../errors/index.ts';
import { layoutSafetensors, type TensorSpec } from '../tensors/index.ts';
import type { RehearsalShape } from './parents.ts';
import { randomStream } from './random.ts';

/**
 * Sizes of a toy model: everything that a real one has, but narrow. A 32-layer model comes to
 * 1.4 million parameters, 2.8 MB.
 */
const TOY = {
	hidden: 64,
	intermediate: 160,
	heads: 4,
	keyValueHeads: 2,
	vocabulary: 256,
} as const;

const KEY_VALUE = (TOY.hidden / TOY.heads) * TOY.keyValueHeads;

type Shapes = Readonly<Record<string, readonly number[]>>;

/** The weights of Llama and of what is built like it, outside of the layers and in each. */
const OUTSIDE: Shapes = {
	'model.embed_tokens.weight': [TOY.vocabulary, TOY.hidden],
	'model.norm.weight': [TOY.hidden],
	'lm_head.weight': [TOY.vocabulary, TOY.hidden],
};
const IN_LAYER: Shapes = {
	'input_layernorm.weight': [TOY.hidden],
	'self_attn.q_proj.weight': [TOY.hidden, TOY.hidden],
	'self_attn.k_proj.weight': [KEY_VALUE, TOY.hidden],
	'self_attn.v_proj.weight': [KEY_VALUE, TOY.hidden],
	'self_attn.o_proj.weight': [TOY.hidden, TOY.hidden],
	'post_attention_layernorm.weight': [TOY.hidden],
	'mlp.gate_proj.weight': [TOY.intermediate, TOY.hidden],
	'mlp.up_proj.weight': [TOY.intermediate, TOY.hidden],
	'mlp.down_proj.weight': [TOY.hidden, TOY.intermediate],
};

/** Fine-tunes of a toy base lie this far from it, per tensor, as ‖x − base‖ / ‖base‖. */
const DISTANCE = { min: 3e-4, max: 5e-2 } as const;

/** Standard deviation of a fresh model's matrices; the `initializer_range` of Mistral and Llama. */
const MATRIX_SIGMA = 0.02;
/** Norm weights scatter around 1. */
const NORM_SIGMA = 0.05;

export interface ToyModel {
	/** The text of `config.json`. */
	readonly config: string;
	/** The bytes of `model.safetensors`. */
	readonly weights: Uint8Array;
}

export interface ToyModelOptions extends RehearsalShape {
	/** 0: the shared base; others: fine-tunes of it. */
	readonly parent: number;
	/** Other seeds give other weights; default 1. */
	readonly seed?: number | undefined;
}

/**
 * A small model with the tensor names, layer count and dtype (bf16) of an architecture and random
 * weights; the same bytes on every machine. Parent n > 0 is parent 0 plus noise: the relative
 * distance is drawn per tensor, log-uniform in [3e-4, 5e-2], before rounding to bf16. Throws
 * `architecture-unknown` for architectures that are not built like Llama.
 */
export function generateToyModel(options: ToyModelOptions): ToyModel {
	const { layers, parent, seed = 1 } = options;
	const config = toyConfig(options);
	const inLayers = Array.from({ length: layers }, (_, layer) =>
		toySpecs(IN_LAYER, `model.layers.${layer}.`),
	);
	const specs = [...toySpecs(OUTSIDE, ''), ...inLayers.flat()];
	const file = layoutSafetensors(specs, { file: 'model.safetensors' });
	const weights = new Uint8Array(file.size);
	weights.set(file.header);
	for (const { name, shape, start } of file.tensors) {
		const values = toyTensor({ seed, parent, name, shape });
		weights.set(encodeBf16(values), start);
	}
	return { config, weights };
}

function toySpecs(shapes: Shapes, prefix: string): readonly TensorSpec[] {
	return Object.entries(shapes).map(([name, shape]) => ({
		name: `${prefix}${name}`,
		dtype: 'BF16',
		shape,
	}));
}

interface ToyTensor {
	readonly seed: number;
	readonly parent: number;
	readonly name: string;
	readonly shape: readonly number[];
}

function toyTensor({ seed, parent, name, shape }: ToyTensor): Float64Array {
	const elements = shape.reduce((product, size) => product * size, 1);
	const base = randomStream(`${seed} base ${name}`);
	const values = new Float64Array(elements);
	const vector = shape.length === 1;
	for (let i = 0; i < elements; i++)
		values[i] = vector ? 1 + NORM_SIGMA * base.normal(i) : MATRIX_SIGMA * base.normal(i);
	if (parent === 0) return values;
	const noise = randomStream(`${seed} parent ${parent} noise ${name}`);
	const distance = toyDistance(seed, parent, name);
	// Noise of unit variance has norm √n: scaled by the base's norm over √n it has the base's norm.
	const scale = distance * Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / elements);
	const stored = bf16Rounder();
	return values.map((x, i) => stored.value(x) + scale * noise.normal(i));
}

/** The distance that a fine-tune's tensor is given. */
function toyDistance(seed: number, parent: number, name: string): number {
	const { min, max } = DISTANCE;
	const u = randomStream(`${seed} parent ${parent} distance ${name}`).uniform(0);
	// Powers may differ in their last bit between machines; six decimals do not.
	return Math.round(min * (max / min) ** u * 1e6) / 1e6;
}

/** Rounds finite numbers to bf16, the upper half of a float32: to nearest, ties to even. */
function bf16Rounder(): Record<'bits' | 'value', (exact: number) => number> {
	const float = new Float32Array(1);
	const word = new Uint32Array(float.buffer);
	const bits = (value: number): number => {
		float[0] = value;
		const [whole = 0] = word;
		return (whole + 0x7fff + ((whole >>> 16) & 1)) >>> 16;
	};
	const value = (exact: number): number => {
		word[0] = bits(exact) << 16;
		return float[0] ?? 0;
	};
	return { bits, value };
}

function encodeBf16(values: Float64Array): Uint8Array {
	const { bits } = bf16Rounder();
	const view = new DataView(new ArrayBuffer(values.length * 2));
	values.forEach((value, i) => view.setUint16(2 * i, bits(value), true));
	return new Uint8Array(view.buffer);
}

const MODEL_TYPES: Readonly<Record<string, string>> = {
	LlamaForCausalLM: 'llama',
	MistralForCausalLM: 'mistral',
};

/** Whether there are toy models of an architecture. */
export function hasToyModel(architecture: string): boolean {
	return Object.hasOwn(MODEL_TYPES, architecture);
}

function toyConfig({ architecture, layers }: RehearsalShape): string {
	if (!hasToyModel(architecture))
		throw new RemeltError('architecture-unknown', `There are no toy models of ${architecture}.`, {
			hint: `There are of ${Object.keys(MODEL_TYPES).join(' and ')}; point to folders of your own.`,
			details: { architecture },
		});
	const config = {
		_remelt: 'toy weights: random numbers for rehearsing a merge, not a model',
		architectures: [architecture],
		bos_token_id: 1,
		eos_token_id: 2,
		hidden_act: 'silu',
		hidden_size: TOY.hidden,
		initializer_range: MATRIX_SIGMA,
		intermediate_size: TOY.intermediate,
		max_position_embeddings: 256,
		model_type: MODEL_TYPES[architecture],
		num_attention_heads: TOY.heads,
		num_hidden_layers: layers,
		num_key_value_heads: TOY.keyValueHeads,
		rms_norm_eps: 1e-5,
		rope_theta: 10000,
		tie_word_embeddings: false,
		torch_dtype: 'bfloat16',
		use_cache: true,
		vocab_size: TOY.vocabulary,
	};
	return `${JSON.stringify(config, null, 2)}\n`;
}
