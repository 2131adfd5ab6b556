/**
 * Stand-ins for the models of a slerp card at their real size, of which only one block is ever in
 * memory: every tensor repeats a block of bf16 numbers, and so does what the merge makes of it.
 */
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import { planMerge, type MergePlan, type PlannedTensor } from '../../src/merge/index.ts';
import { findArchitecture, listWeights, type Recipe } from '../../src/recipe/index.ts';
import { layoutSafetensors, type ModelHeaders, type TensorEntry } from '../../src/tensors/index.ts';

/** Elements per block; every matrix of the shapes below is a multiple of it, or shorter. */
const BLOCK = 2 ** 20;

/** Mistral-7B. */
const SHAPE = { hidden: 4096, intermediate: 14336, keyValue: 1024, vocabulary: 32000, layers: 32 };

const CONFIG = {
	architectures: ['MistralForCausalLM'],
	model_type: 'mistral',
	hidden_size: SHAPE.hidden,
	intermediate_size: SHAPE.intermediate,
	num_attention_heads: 32,
	num_hidden_layers: SHAPE.layers,
	num_key_value_heads: 8,
	tie_word_embeddings: false,
	torch_dtype: 'bfloat16',
	vocab_size: SHAPE.vocabulary,
};

/** A model that is made up while it is read. */
export interface LargeModel {
	readonly texts: Readonly<Record<string, string>>;
	/** Size of `model.safetensors` in bytes. */
	readonly size: number;
	/** Bytes `[start, end)` of `model.safetensors`, in pieces. */
	read(start: number, end: number): Generator<Uint8Array>;
}

type BlockOf = (tensor: TensorEntry) => Uint8Array;

/** The parents and the published model of a slerp recipe over two models, by their names. */
export async function makeLargeModels(
	recipe: Recipe,
	published: string,
): Promise<ReadonlyMap<string, LargeModel>> {
	const kernels = await loadWasmKernels();
	const layout = layoutSafetensors(tensorSpecs(), { file: 'model.safetensors' });
	const [first, second] = recipe.slices[0]?.sources.map(({ model }) => model) ?? [];
	if (first === undefined || second === undefined) throw new Error('The recipe needs two models.');
	const config = `${JSON.stringify(CONFIG, null, 2)}\n`;
	const headersOf = (id: string): ModelHeaders => ({
		id,
		revision: 'main',
		config,
		tensors: new Map(layout.tensors.map((tensor) => [tensor.name, tensor])),
		files: new Map([['model.safetensors', { size: layout.size, etag: null }]]),
	});
	const plan = planMerge(recipe, {
		headers: new Map([first, second].map((id) => [id, headersOf(id)])),
	});
	const blocks = makeBlocks();
	const parents = new Map<string, BlockOf>([
		[recipe.baseModel ?? first, () => blocks.base],
		[recipe.baseModel === second ? first : second, (tensor) => blocks.other(tensor.name)],
	]);
	const model = (blockOf: BlockOf): LargeModel => ({
		texts: { 'config.json': config, 'mergekit_config.yml': recipe.text },
		size: layout.size,
		read: (start, end) => readRange(layout, blockOf, start, end),
	});
	return new Map([
		...[...parents].map(([id, blockOf]) => [id, model(blockOf)] as const),
		[published, model(mergedBlocks(plan, blocks, kernels))],
	]);
}

function tensorSpecs(): { name: string; dtype: 'BF16'; shape: readonly number[] }[] {
	const { hidden, intermediate, keyValue, vocabulary, layers } = SHAPE;
	const shapes: readonly (readonly [string, readonly number[]])[] = [
		['norm.weight', [hidden]],
		['_layernorm.weight', [hidden]],
		['k_proj.weight', [keyValue, hidden]],
		['v_proj.weight', [keyValue, hidden]],
		['q_proj.weight', [hidden, hidden]],
		['o_proj.weight', [hidden, hidden]],
		['down_proj.weight', [hidden, intermediate]],
		['gate_proj.weight', [intermediate, hidden]],
		['up_proj.weight', [intermediate, hidden]],
		['embed_tokens.weight', [vocabulary, hidden]],
		['lm_head.weight', [vocabulary, hidden]],
	];
	return listWeights(findArchitecture(JSON.stringify(CONFIG)), layers).map((name) => {
		const shape = shapes.find(([ending]) => name.endsWith(ending))?.[1];
		if (shape === undefined) throw new Error(`No shape is known for ${name}.`);
		return { name, dtype: 'BF16', shape };
	});
}

interface Blocks {
	readonly base: Uint8Array;
	/** Near the base for most tensors, beyond slerp's threshold for one in nine. */
	other(tensor: string): Uint8Array;
}

function makeBlocks(): Blocks {
	const random = xorshift(20261120);
	const values = Float32Array.from({ length: BLOCK }, () => (random() - 0.5) * 0.07);
	const moved = (distance: number): Uint8Array =>
		toBf16(values.map((value) => value + (random() - 0.5) * 0.07 * distance));
	const [base, near, far] = [toBf16(values), moved(0.01), moved(0.1)];
	return { base, other: (tensor) => (tensor.includes('o_proj') ? far : near) };
}

/** What the merge makes of each tensor's block: slerp's weights come from sums over whole blocks. */
function mergedBlocks(plan: MergePlan, blocks: Blocks, kernels: Kernels): BlockOf {
	const planned = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
	const made = new Map<string, Uint8Array>();
	return ({ name }) => {
		const tensor = planned.get(name);
		if (tensor?.operation.kind !== 'slerp') throw new Error(`${name} is not slerped.`);
		const other = blocks.other(name);
		const length = 2 * Math.min(tensor.elements, BLOCK);
		const key = `${tensor.operation.t} ${length} ${other === blocks.other('') ? 'near' : 'far'}`;
		const block = made.get(key) ?? mergeBlock(tensor, blocks.base, other, length, kernels);
		made.set(key, block);
		return block;
	};
}

function mergeBlock(
	{ operation }: PlannedTensor,
	base: Uint8Array,
	other: Uint8Array,
	length: number,
	kernels: Kernels,
): Uint8Array {
	if (operation.kind !== 'slerp') throw new Error('Only slerp is made here.');
	const chunk = kernels.chunk();
	chunk.push('BF16', base.subarray(0, length));
	chunk.push('BF16', other.subarray(0, length));
	const formula = kernels.formula(operation, { elements: length / 2, row: length / 2 });
	while (formula.pending) {
		formula.observe(chunk);
		formula.nextPass();
	}
	const block = formula.write(chunk, 'BF16');
	if (block instanceof Promise) throw new Error('WASM kernels answer at once.');
	formula.free();
	chunk.clear();
	return block;
}

function* readRange(
	layout: ReturnType<typeof layoutSafetensors>,
	blockOf: BlockOf,
	start: number,
	end: number,
): Generator<Uint8Array> {
	const { header, tensors } = layout;
	if (start < header.byteLength) yield header.subarray(start, Math.min(end, header.byteLength));
	for (const tensor of tensors) {
		const [from, to] = [Math.max(start, tensor.start), Math.min(end, tensor.end)];
		if (from >= to) continue;
		const block = blockOf(tensor);
		const period = Math.min(block.byteLength, tensor.end - tensor.start);
		for (let at = from; at < to;) {
			const offset = (at - tensor.start) % period;
			const size = Math.min(period - offset, to - at);
			yield block.subarray(offset, offset + size);
			at += size;
		}
	}
}

function toBf16(values: Float32Array): Uint8Array {
	const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
	const halves = Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
	return new Uint8Array(halves.buffer);
}

/** Marsaglia's xorshift32, in [0, 1). */
function xorshift(seed: number): () => number {
	let state = seed;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) / 2 ** 32;
	};
}
