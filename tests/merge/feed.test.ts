import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type KernelChunk, type Kernels } from '../../src/kernels/index.ts';
import {
	createTensorMerger,
	methodNames,
	planMerge,
	type MergePlan,
	type OpenFile,
	type PassOptions,
	type TensorResult,
} from '../../src/merge/index.ts';
import { RemeltError } from '../../src/errors/index.ts';
import type { ByteSource, ModelFiles } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { createReferenceKernels } from '../support/referenceKernels.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

/** Not a multiple of a block, and several of them. */
const ELEMENTS = 5 * 4096 + 77;

const NAME = 'model.norm.weight';

type Models = Readonly<Record<string, ModelFiles>>;

const MODELS = modelsOf('BF16');

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

function modelsOf(dtype: 'BF16' | 'F32'): Models {
	const make = (name: string, seed: number): ModelFiles =>
		tinyModel(name, { layers: 1, elements: ELEMENTS, dtype, seed });
	return { base: make('base', 1), a: make('a', 2), b: make('b', 3) };
}

function planOf(method: string, models = MODELS, dtype = ''): MergePlan {
	const own = 'parameters: {weight: 0.4, density: 0.6, gamma: 0.05, epsilon: 0.1}';
	const base = method === 'linear' ? '' : `base_model: ${method === 'slerp' ? 'a' : 'base'}\n`;
	const text =
		method === 'passthrough'
			? 'models: [{model: a, parameters: {scale: 1.5}}]\nmerge_method: passthrough\n'
			: `models: [{model: a, ${own}}, {model: b, ${own}}]\nmerge_method: ${method}\n${base}parameters: {t: 0.3}\n`;
	return planMerge(recipeOf(`${text}${dtype}`), { headers: headersOf(models), seed: 3 });
}

/** How sources were read. */
interface Reads {
	waited: number;
	atOnce: number;
}

/** Opens models as files in memory that can also be read at once, those that `which` says. */
async function disk(
	models: Models,
	reads: Reads = { waited: 0, atOnce: 0 },
	which: (model: string) => boolean = () => true,
): Promise<OpenFile> {
	const contents = new Map<string, Uint8Array>();
	for (const [name, model] of Object.entries(models)) {
		const source = model.file('model.safetensors');
		contents.set(name, await source.read(0, source.size));
	}
	return (model, file): ByteSource => {
		const bytes = contents.get(model) ?? new Uint8Array();
		return {
			name: file,
			size: bytes.byteLength,
			read: async (start, end) => {
				reads.waited += 1;
				return Promise.resolve(bytes.slice(start, end));
			},
			readInto: which(model)
				? (start, end, into) => {
						reads.atOnce += 1;
						into.set(bytes.subarray(start, end));
					}
				: undefined,
		};
	};
}

function awaited(models: Models): OpenFile {
	return (model, file) => {
		const source = models[model]?.file(file);
		if (source === undefined) throw new Error(`no ${model}`);
		return source;
	};
}

interface Way extends PassOptions {
	readonly open: OpenFile;
	readonly kernels?: Kernels;
	readonly memoryBudget?: number;
}

/** Merges one tensor: its result, and its output's digest. */
async function merged(plan: MergePlan, way: Way): Promise<readonly [TensorResult, string]> {
	const index = plan.tensors.findIndex(({ name }) => name === NAME);
	const tensor = plan.tensors[index];
	if (tensor === undefined) throw new Error(`no ${NAME}`);
	const output = createHash('sha256');
	const result = await createTensorMerger({ kernels, createHasher, ...way })({
		index,
		tensor,
		emit: async (bytes) => {
			output.update(bytes);
			return Promise.resolve();
		},
	});
	return [result, output.digest('hex')];
}

function createHasher(): { update(bytes: Uint8Array): void; digest(): string } {
	const hash = createHash('sha256');
	return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

const SIZES = { step: 4096, unit: 2 * 4096, part: 2 * 4096 };

describe('inputs that are read straight into the kernels’ memory', () => {
	it.each(methodNames())('give what %s makes of those that are waited for', async (method) => {
		for (const dtype of ['BF16', 'F32'] as const)
			for (const memoryBudget of [1, 2 ** 30]) {
				const models = modelsOf(dtype);
				const plan = planOf(method, models);
				const reads = { waited: 0, atOnce: 0 };
				const open = await disk(models, reads);
				const direct = await merged(plan, { open, memoryBudget, ...SIZES });
				const slow = await merged(plan, { open: awaited(models), memoryBudget, ...SIZES });
				expect(direct).toEqual(slow);
				expect(direct[0].digests?.output).toBe(direct[1]);
				expect(reads.waited).toBe(0);
				expect(reads.atOnce).toBeGreaterThan(0);
			}
	});

	it('are read once where they are held, else once for each pass', async () => {
		const read = async (memoryBudget: number): Promise<number> => {
			const reads = { waited: 0, atOnce: 0 };
			await merged(planOf('slerp'), { open: await disk(MODELS, reads), memoryBudget, ...SIZES });
			return reads.atOnce;
		};
		expect(await read(2 ** 30)).toBe(2 * 6);
		expect(await read(1)).toBe(2 * 2 * 6);
	});

	it('are waited for where one of them has to be, or has to be rounded first', async () => {
		const reads = { waited: 0, atOnce: 0 };
		const mixed = await disk(MODELS, reads, (model) => model === 'a');
		const plan = planOf('slerp');
		expect(await merged(plan, { open: mixed })).toEqual(
			await merged(plan, { open: awaited(MODELS) }),
		);
		const wide = modelsOf('F32');
		await merged(planOf('slerp', wide, 'dtype: bfloat16\n'), { open: await disk(wide, reads) });
		expect(reads).toEqual({ waited: 4, atOnce: 0 });
	});

	it('end the tensor with what a read throws', async () => {
		const gone = new RemeltError('content-changed', 'It was changed.');
		const open: OpenFile = (_, file) => ({
			name: file,
			size: 0,
			read: async () => Promise.resolve(new Uint8Array()),
			readInto: () => {
				throw gone;
			},
		});
		const { chunks, watched } = watch(kernels);
		expect(await thrownBy(async () => merged(planOf('slerp'), { open, kernels: watched }))).toBe(
			gone,
		);
		expect(chunks.map(({ elements }) => elements)).toEqual([0]);
	});
});

/** Kernels whose chunks are kept for a look. */
function watch(inner: Kernels): { watched: Kernels; chunks: KernelChunk[] } {
	const chunks: KernelChunk[] = [];
	const chunk = (): KernelChunk => {
		const made = inner.chunk();
		chunks.push(made);
		return made;
	};
	return { chunks, watched: { ...inner, chunk } };
}

describe('chunks', () => {
	it.each([true, false])(
		'are one for each step where the tensor is held, and empty in the end (at once: %s)',
		async (atOnce) => {
			for (const [memoryBudget, count] of [
				[2 ** 30, 6],
				[1, 1],
			] as const) {
				const { chunks, watched } = watch(kernels);
				const open = atOnce ? await disk(MODELS) : awaited(MODELS);
				await merged(planOf('slerp'), { open, kernels: watched, memoryBudget, ...SIZES });
				expect(chunks).toHaveLength(count);
				for (const { elements } of chunks) expect(elements).toBe(0);
			}
		},
	);

	it('are filled again with the same bytes for kernels that keep what they are given', async () => {
		const plain = createReferenceKernels();
		const { chunks, watched } = watch({ ...plain, backend: 'webgpu' });
		const reads = { waited: 0, atOnce: 0 };
		const open = await disk(MODELS, reads, () => false);
		const plan = planOf('slerp');
		const kept = await merged(plan, { open, kernels: watched, ...SIZES });
		expect(chunks).toHaveLength(1);
		expect(reads.waited).toBe(2 * 3);
		expect(kept).toEqual(await merged(plan, { open, kernels: plain, ...SIZES }));
	});
});
