import {
	architectureNamed,
	listWeights,
	parseRecipe,
	type Recipe,
} from '../../src/recipe/index.ts';
import { DTYPE_BITS, layoutSafetensors, memorySource } from '../../src/tensors/index.ts';
import type { Dtype, ModelFiles, ModelHeaders, TensorEntry } from '../../src/tensors/index.ts';

export interface TinyModelOptions {
	/** Default `MistralForCausalLM`. */
	readonly architecture?: string;
	/** Default 2. */
	readonly layers?: number;
	/** Elements of every tensor; default 8. */
	readonly elements?: number;
	/** Default `BF16`. */
	readonly dtype?: Dtype;
	/** Shapes that differ from `[elements]`. */
	readonly shapes?: Readonly<Record<string, readonly number[]>>;
	/** Dtypes that differ from `dtype`. */
	readonly dtypes?: Readonly<Record<string, Dtype>>;
	/** Tensors that the model lacks. */
	readonly without?: readonly string[];
	/** More keys of `config.json`. */
	readonly config?: Readonly<Record<string, unknown>>;
	/** Default 1. */
	readonly seed?: number;
	/** Whether any bits occur: subnormals, infinities, NaN, zeros of both signs; default no. */
	readonly anyBits?: boolean;
}

/** A model in memory, with the tensors of its architecture and pseudo-random weights of moderate size. */
export function tinyModel(id: string, options: TinyModelOptions = {}): ModelFiles {
	const { architecture = 'MistralForCausalLM', layers = 2, elements = 8, dtype = 'BF16' } = options;
	const known = architectureNamed(architecture);
	if (known === null) throw new Error(`no architecture ${architecture}`);
	const names = listWeights(known, layers).filter((name) => !options.without?.includes(name));
	const specs = names.map((name) => ({
		name,
		dtype: options.dtypes?.[name] ?? dtype,
		shape: options.shapes?.[name] ?? [elements],
	}));
	const file = 'model.safetensors';
	const layout = layoutSafetensors(specs, { file });
	const bytes = new Uint8Array(layout.size);
	bytes.set(layout.header);
	const random = generator(options.seed ?? 1);
	const write = options.anyBits === true ? fillWithAny : fill;
	for (const entry of layout.tensors) write(bytes, entry, random);
	const config = {
		architectures: [architecture],
		num_hidden_layers: layers,
		torch_dtype: 'bfloat16',
		...options.config,
	};
	const headers: ModelHeaders = {
		id,
		revision: 'test',
		config: `${JSON.stringify(config, null, 2)}\n`,
		tensors: new Map(layout.tensors.map((entry) => [entry.name, entry])),
		files: new Map([[file, { size: layout.size, etag: null }]]),
	};
	const source = memorySource(file, bytes);
	const none = async (): Promise<null> => Promise.resolve(null);
	return { headers, file: () => source, text: none, bytes: none };
}

/** Headers of models by name, as plans take them. */
export function headersOf(models: Readonly<Record<string, ModelFiles>>): Map<string, ModelHeaders> {
	return new Map(Object.entries(models).map(([name, { headers }]) => [name, headers]));
}

/** A recipe from its YAML. */
export function recipeOf(text: string): Recipe {
	return parseRecipe(text).recipe;
}

/** Xorshift of 32 bits. */
function generator(seed: number): () => number {
	let state = seed * 2654435761 + 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return state >>> 0;
	};
}

const scratch = new DataView(new ArrayBuffer(4));

/** Fills a tensor with floats of either sign between 2⁻³ and 2, whatever its dtype takes as such. */
function fill(bytes: Uint8Array, { dtype, start, end }: TensorEntry, random: () => number): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const width = DTYPE_BITS[dtype] / 8;
	for (let at = start; at < end; at += width) {
		const bits = random();
		const value =
			((bits >>> 31 === 0 ? 1 : -1) * (1 + (bits & 0xffff) / 65536)) / 2 ** ((bits >>> 16) % 4);
		if (dtype === 'F32') view.setFloat32(at, value, true);
		else if (dtype === 'F16') view.setFloat16(at, value, true);
		else if (dtype === 'BF16') {
			scratch.setFloat32(0, value);
			view.setUint16(at, scratch.getUint16(0), true);
		} else view.setUint8(at, bits & 0xff);
	}
}

/** Bits of a half float that go wrong first: zeros, the least subnormals, infinities, a NaN. */
const SPECIALS = [0, 0x8000, 1, 0x8001, 0x7f80, 0xff80, 0x7c00, 0xfc00, 0x7fc1, 0x007f];

/** Fills a tensor with moderate floats, and one in eight with a special one or with any bits at all. */
function fillWithAny(bytes: Uint8Array, entry: TensorEntry, random: () => number): void {
	fill(bytes, entry, random);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const width = DTYPE_BITS[entry.dtype] / 8;
	for (let at = entry.start; at < entry.end; at += width) {
		const bits = random();
		if (bits % 8 !== 0) continue;
		const special = SPECIALS[(bits >>> 3) % (2 * SPECIALS.length)] ?? bits >>> 16;
		if (width === 4) view.setUint32(at, special * 65536, true);
		else view.setUint16(at, special, true);
	}
}
