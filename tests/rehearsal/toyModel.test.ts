import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { findArchitecture, listWeights, parseRecipe } from '../../src/recipe/index.ts';
import { generateToyModel, PARENTS, rehearsalParents } from '../../src/rehearsal/index.ts';
import {
	memorySource,
	readSafetensorsHeader,
	type SafetensorsHeader,
} from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';

const SHAPE = { architecture: 'MistralForCausalLM', layers: 32 };

interface Toy {
	readonly config: string;
	readonly weights: Uint8Array;
	readonly header: SafetensorsHeader;
}

async function toy(parent: number): Promise<Toy> {
	const { config, weights } = generateToyModel({ ...SHAPE, parent });
	return { config, weights, header: await readSafetensorsHeader(memorySource('toy', weights)) };
}

function values({ weights, header }: Toy, tensor: string): Float64Array {
	const { start, end } = header.tensors.get(tensor) ?? { start: 0, end: 0 };
	const view = new DataView(weights.buffer, start, end - start);
	const float = new Float32Array(1);
	const bits = new Uint32Array(float.buffer);
	return Float64Array.from({ length: (end - start) / 2 }, (_, i) => {
		bits[0] = view.getUint16(2 * i, true) << 16;
		return float[0] ?? 0;
	});
}

function dot(a: Float64Array, b: Float64Array): number {
	return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}

/** ‖b − a‖ / ‖a‖. */
function distance(a: Float64Array, b: Float64Array): number {
	const difference = b.map((x, i) => x - (a[i] ?? 0));
	return Math.sqrt(dot(difference, difference) / dot(a, a));
}

let parents: Toy[] = [];
beforeAll(async () => {
	parents = await Promise.all([toy(0), toy(1)]);
});

describe('a toy model', () => {
	test('has the tensors of its architecture, layer by layer', () => {
		const [{ config, header } = expect.unreachable()] = parents;
		const required = listWeights(findArchitecture(config), 32);
		expect(header.tensors.size).toBe(291);
		expect([...header.tensors.keys()].toSorted()).toEqual(required.toSorted());
	});

	test('says in its config that it is none', () => {
		const [{ config } = expect.unreachable()] = parents;
		expect(JSON.parse(config)).toMatchObject({
			_remelt: 'toy weights: random numbers for rehearsing a merge, not a model',
			architectures: ['MistralForCausalLM'],
			model_type: 'mistral',
			num_hidden_layers: 32,
		});
	});

	test('has weights that look like real ones', () => {
		const [base = expect.unreachable()] = parents;
		const matrix = values(base, 'model.layers.7.mlp.up_proj.weight');
		// 10,240 draws: the standard error of σ is 0.7 %, of the mean 1 % of σ.
		expect(Math.sqrt(dot(matrix, matrix) / matrix.length)).toBeCloseTo(0.02, 3);
		expect(matrix.reduce((sum, x) => sum + x, 0) / matrix.length).toBeCloseTo(0, 3);
		const norm = values(base, 'model.norm.weight');
		expect(norm.every((x) => x > 0.8 && x < 1.2)).toBe(true);
	});

	test('is the same bytes wherever it is made', () => {
		const digests = parents.map(({ weights }) =>
			createHash('sha256').update(weights).digest('hex'),
		);
		expect(digests).toEqual([
			'130ff0bc34e59a33672ce151ce302392dd1e6c965556dd09e1e6bb3c80ee7ed8',
			'4b0c5cd85c9277da81671f0e546364ad9b954a1eaad8426b5e3c262475852df3',
		]);
	});

	test('is another one for another seed or parent', () => {
		const shape = { ...SHAPE, layers: 1 };
		const made = [
			generateToyModel({ ...shape, parent: 0 }),
			generateToyModel({ ...shape, parent: 0, seed: 2 }),
			generateToyModel({ ...shape, parent: 1 }),
			generateToyModel({ ...shape, parent: 2 }),
		].map(({ weights }) => Buffer.from(weights).toString('latin1'));
		expect(new Set(made).size).toBe(made.length);
	});

	test('of an architecture that is not built like Llama is refused', async () => {
		const error = await thrownBy(() =>
			generateToyModel({ architecture: 'GPT2LMHeadModel', layers: 2, parent: 0 }),
		);
		expect(error.code).toBe('architecture-unknown');
	});
});

describe('a fine-tune of the base', () => {
	test('lies at distances from 3e-4 to 5e-2 of it, tensor by tensor', () => {
		const [base = expect.unreachable(), tune = expect.unreachable()] = parents;
		const matrices = [...base.header.tensors.values()].filter(({ shape }) => shape.length === 2);
		const distances = matrices.map(({ name }) => distance(values(base, name), values(tune, name)));
		// Rounding to bf16 swallows part of small distances and adds to none by more than a tenth.
		expect(Math.max(...distances)).toBeLessThan(5.5e-2);
		expect(Math.min(...distances)).toBeGreaterThan(1e-4);
		const share = (below: number): number =>
			distances.filter((d) => d < below).length / distances.length;
		// Log-uniform: 45 % below 3e-3 and 69 % below 1e-2, give or take 3 % (226 draws).
		expect(share(3e-3)).toBeGreaterThan(0.33);
		expect(share(1e-2)).toBeLessThan(0.82);
	});

	test('makes slerp average most tensors and turn a few, as real fine-tunes do', () => {
		const [base = expect.unreachable(), tune = expect.unreachable()] = parents;
		const turned = [...base.header.tensors.keys()].filter((name) => {
			const [a, b] = [values(base, name), values(tune, name)];
			return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) <= 0.9995;
		});
		expect(turned.length).toBeGreaterThan(8);
		expect(turned.length).toBeLessThan(60);
	});
});

describe('the parents of a rehearsal', () => {
	test('stand for the recipe’s models, the base first, the others as they appear', () => {
		const { recipe } = parseRecipe(`
slices:
  - sources:
      - model: one/a
        layer_range: [0, 32]
      - model: two/b
        layer_range: [0, 32]
merge_method: slerp
base_model: two/b
parameters: { t: 0.5 }
`);
		expect([...rehearsalParents(recipe, SHAPE, '/site/rehearsal')]).toEqual([
			['two/b', { base: '/site/rehearsal', repo: 'mistral-32/parent-0', revision: 'rehearsal' }],
			['one/a', { base: '/site/rehearsal', repo: 'mistral-32/parent-1', revision: 'rehearsal' }],
		]);
	});

	test('are not enough for a recipe with more models', async () => {
		const models = Array.from({ length: PARENTS + 1 }, (_, i) => `  - model: m/${i}`).join('\n');
		const { recipe } = parseRecipe(`models:\n${models}\nmerge_method: linear\n`);
		const error = await thrownBy(() => rehearsalParents(recipe, SHAPE));
		expect(error).toMatchObject({ code: 'model-count', details: { models: PARENTS + 1 } });
	});
});
