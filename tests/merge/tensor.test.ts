import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../src/kernels/index.ts';
import { createTensorMerger, planMerge, tensorPasses } from '../../src/merge/index.ts';
import type { MergePlan, OpenFile, TensorResult, TensorTask } from '../../src/merge/index.ts';
import type { ByteSource, ModelFiles } from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { createReferenceKernels } from '../support/referenceKernels.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

/** Not a multiple of a block, and several of them. */
const ELEMENTS = 5 * 4096 + 77;

const SLERP =
	'models: [{model: a}, {model: b}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: 0.3}\n';

const parents: Record<string, ModelFiles> = {
	a: tinyModel('a', { layers: 1, elements: ELEMENTS, seed: 1 }),
	b: tinyModel('b', { layers: 1, elements: ELEMENTS, seed: 2 }),
};

interface Read {
	readonly model: string;
	readonly bytes: number;
}

/** Opens the parents, and notes what is read of them. */
function watched(models: Readonly<Record<string, ModelFiles>>, reads: Read[] = []): OpenFile {
	return (model, file): ByteSource => {
		const source = models[model]?.file(file);
		if (source === undefined) throw new Error(`no ${model}`);
		return {
			...source,
			read: async (start, end, options) => {
				reads.push({ model, bytes: end - start });
				return source.read(start, end, options);
			},
		};
	};
}

function planOf(text = SLERP, models = parents, published?: ModelFiles): MergePlan {
	return planMerge(recipeOf(text), {
		semantics: 'precise',
		headers: headersOf(models),
		published: published?.headers,
	});
}

function taskOf(plan: MergePlan, name = 'model.norm.weight'): TensorTask {
	const index = plan.tensors.findIndex((tensor) => tensor.name === name);
	const tensor = plan.tensors[index];
	if (tensor === undefined) throw new Error(`no ${name}`);
	return { index, tensor };
}

/** A task whose output is collected. */
function collecting(task: TensorTask): { task: TensorTask; parts: Uint8Array[] } {
	const parts: Uint8Array[] = [];
	const emit = async (bytes: Uint8Array): Promise<void> => {
		parts.push(bytes);
		return Promise.resolve();
	};
	return { task: { ...task, emit }, parts };
}

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

describe('the result', () => {
	it('does not depend on reads, steps, budget or backend', async () => {
		const outcomes = new Set<string>();
		for (const options of [
			{},
			{ unit: 4096, step: 4096 },
			{ unit: 3 * 4096, step: 4096 },
			{ unit: 2 * 4096, step: 2 * 4096 },
			{ memoryBudget: 1 },
			{ memoryBudget: 100_000 },
			{ kernels: createReferenceKernels(), step: 2 * 4096 },
		]) {
			const { task, parts } = collecting(taskOf(planOf()));
			const open = watched(parents);
			const result = await createTensorMerger({ kernels, open, ...options })(task);
			const bytes = Buffer.concat(parts).toString('base64');
			outcomes.add(JSON.stringify([bytes, result.outcome]));
		}
		expect(outcomes.size).toBe(1);
	});

	it('comes in order, in parts that may be kept', async () => {
		const { task, parts } = collecting(taskOf(planOf()));
		const sizes = { step: 4096, part: 2 * 4096 };
		await createTensorMerger({ kernels, open: watched(parents), ...sizes })(task);
		expect(parts.map(({ byteLength }) => byteLength)).toEqual([16384, 16384, 8192 + 154]);
		for (const part of parts) expect(part.byteLength).toBe(part.buffer.byteLength);
		expect(new Set(parts.map(({ buffer }) => buffer)).size).toBe(parts.length);
	});
});

describe('reading', () => {
	const merge = async (memoryBudget: number): Promise<[TensorResult, Read[]]> => {
		const reads: Read[] = [];
		const merger = createTensorMerger({ kernels, open: watched(parents, reads), memoryBudget });
		return [await merger(taskOf(planOf())), reads];
	};

	it('happens once where the inputs fit the budget', async () => {
		const [result, reads] = await merge(2 ** 30);
		expect(reads).toEqual([
			{ model: 'a', bytes: 2 * ELEMENTS },
			{ model: 'b', bytes: 2 * ELEMENTS },
		]);
		expect(result.bytesRead).toBe(4 * ELEMENTS);
	});

	it('happens twice in smaller parts where they do not', async () => {
		const [result, reads] = await merge(1);
		expect(result.bytesRead).toBe(8 * ELEMENTS);
		expect(reads).toHaveLength(2 * 2 * 6);
		expect(Math.max(...reads.map(({ bytes }) => bytes))).toBe(8192);
	});

	it('costs what the plan says', async () => {
		for (const budget of [1, 100_000, 2 ** 30]) {
			const [result, reads] = await merge(budget);
			const passes = tensorPasses(taskOf(planOf()).tensor, budget);
			expect(reads).toHaveLength(passes.requests);
			expect(result.bytesRead).toBe(passes.bytesToRead);
		}
	});
});

describe('a copy', () => {
	const text = 'models: [{model: a}]\nmerge_method: passthrough\n';

	it('never touches the kernels', async () => {
		const untouchable = new Proxy(kernels, {
			get: () => {
				throw new Error('a kernel was asked for');
			},
		});
		const { task, parts } = collecting(taskOf(planOf(text)));
		const open = watched(parents);
		await createTensorMerger({ kernels: untouchable, open })(task);
		const [input] = task.tensor.inputs;
		const bytes = await parents['a']?.file('').read(input?.start ?? 0, input?.end ?? 0);
		expect(Buffer.concat(parts).equals(bytes ?? Buffer.alloc(0))).toBe(true);
	});

	it('is cast where the recipe gives another dtype, and back where it gives two', async () => {
		const [wide, narrow] = await Promise.all(
			['dtype: float32\n', 'dtype: float32\nout_dtype: bfloat16\n'].map(async (dtypes) => {
				const { task, parts } = collecting(taskOf(planOf(text + dtypes)));
				await createTensorMerger({ kernels, open: watched(parents), step: 4096 })(task);
				return Buffer.concat(parts);
			}),
		);
		expect(wide?.byteLength).toBe(4 * ELEMENTS);
		// A bf16 is the upper half of a float32.
		expect(wide?.readUInt16LE(2)).toBe(narrow?.readUInt16LE(0));
		expect(wide?.readUInt16LE(0)).toBe(0);
	});

	it('of integers is compared bit by bit', async () => {
		const dtypes = { 'model.norm.weight': 'I32' } as const;
		const models = {
			a: tinyModel('a', { dtypes }),
			published: tinyModel('p', { dtypes, seed: 9 }),
		};
		const plan = planOf(text, { a: models.a }, models.published);
		const result = await createTensorMerger({ kernels, open: watched(models) })(taskOf(plan));
		expect(result.comparison).toMatchObject({ elements: 8, identical: 0, maxUlp: 2 ** 32 - 1 });
	});
});

it('inputs are rounded to the recipe’s dtype before they are merged', async () => {
	const models = {
		a: tinyModel('a', { dtype: 'F32', seed: 1 }),
		b: tinyModel('b', { dtype: 'F32', seed: 2 }),
	};
	// t = 0 gives the base as it is, once rounded; widened to float32 its lower half is 0.
	const plan = planOf(`${SLERP.replace('0.3', '0')}dtype: bfloat16\nout_dtype: float32\n`, models);
	const { task, parts } = collecting(taskOf(plan));
	await createTensorMerger({ kernels, open: watched(models) })(task);
	const bytes = Buffer.concat(parts);
	expect(bytes.byteLength).toBe(32);
	for (let i = 0; i < 8; i++) expect(bytes.readUInt16LE(4 * i)).toBe(0);
});

describe('comparing', () => {
	const models = {
		...parents,
		published: tinyModel('p', { layers: 1, elements: ELEMENTS, seed: 3 }),
	};

	it('counts the same in any chunks, with and without output', async () => {
		const plan = planOf(SLERP, parents, models.published);
		const counts = new Set<string>();
		for (const step of [4096, 3 * 4096, 2 ** 20])
			for (const output of [true, false]) {
				const task = taskOf(plan);
				const merge = createTensorMerger({ kernels, open: watched(models), step });
				const { comparison } = await merge(output ? collecting(task).task : task);
				counts.add(JSON.stringify(comparison));
			}
		expect(counts.size).toBe(1);
		const [text = ''] = counts;
		const { elements, histogram } = JSON.parse(text) as { elements: number; histogram: number[] };
		expect(elements).toBe(ELEMENTS);
		expect(histogram.reduce((sum, count) => sum + count)).toBe(ELEMENTS);
	});

	it('reads the published tensor once more than the parents', async () => {
		const reads: Read[] = [];
		const merge = createTensorMerger({ kernels, open: watched(models, reads) });
		await merge(taskOf(planOf(SLERP, parents, models.published)));
		expect(reads.map(({ model }) => model)).toEqual(['a', 'b', 'published']);
	});
});

describe('an abort', () => {
	it('before the start reads nothing', async () => {
		const reads: Read[] = [];
		const merge = createTensorMerger({ kernels, open: watched(parents, reads) });
		const error = await thrownBy(async () =>
			merge({ ...taskOf(planOf()), signal: AbortSignal.abort() }),
		);
		expect(error.code).toBe('aborted');
		expect(reads).toEqual([]);
	});

	it('between two parts ends the tensor there', async () => {
		const stop = new AbortController();
		const parts: Uint8Array[] = [];
		const emit = async (bytes: Uint8Array): Promise<void> => {
			parts.push(bytes);
			if (parts.length === 2) stop.abort();
			return Promise.resolve();
		};
		const sizes = { step: 4096, part: 4096 };
		const merge = createTensorMerger({ kernels, open: watched(parents), ...sizes });
		const task = { ...taskOf(planOf()), emit, signal: stop.signal };
		expect((await thrownBy(async () => merge(task))).code).toBe('aborted');
		expect(parts).toHaveLength(2);
	});
});

it('what a source rejects with comes through', async () => {
	const open: OpenFile = (_, file) => ({
		name: file,
		size: 0,
		read: async () => Promise.reject(new DOMException('gone', 'NetworkError')),
	});
	const merge = createTensorMerger({ kernels, open });
	const error = await thrownBy(async () => merge(taskOf(planOf())));
	expect(error.message).toContain('gone');
});
