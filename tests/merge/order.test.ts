import { describe, expect, it } from 'vitest';
import { planMerge } from '../../src/merge/index.ts';
import type { MergePlan } from '../../src/merge/index.ts';
import type { ModelHeaders } from '../../src/tensors/index.ts';
import { recipeOf, tinyModel } from '../support/tinyModel.ts';

const DARE = `
models:
- {model: a, parameters: {weight: 0.5, density: 0.5}}
- {model: b, parameters: {weight: 0.5, density: 1}}
- {model: c, parameters: {weight: 0.5, density: 0.25}}
merge_method: dare_linear
base_model: base
`;

/** Elements of every tensor. */
const ELEMENTS = 8;

/** Headers as if a model lay in shards: `fileOf` says in which of so many. */
function sharded(name: string, shards: number, fileOf: (tensor: string) => number): ModelHeaders {
	const { headers } = tinyModel(name, { layers: 2, elements: ELEMENTS });
	const file = (part: number): string =>
		`model-${String(part).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
	const tensors = [...headers.tensors].map(
		([tensor, entry]) => [tensor, { ...entry, file: file(fileOf(tensor)) }] as const,
	);
	const files = Array.from(
		{ length: shards },
		(_, part) => [file(part + 1), { size: 1000, etag: null }] as const,
	);
	return { ...headers, tensors: new Map(tensors), files: new Map(files) };
}

function planOf(
	semantics: string,
	models: Readonly<Record<string, ModelHeaders>> = {},
	seed?: number,
): MergePlan {
	const single = (name: string): ModelHeaders => tinyModel(name, { elements: ELEMENTS }).headers;
	const headers = new Map(
		['base', 'a', 'b', 'c'].map((name) => [name, models[name] ?? single(name)] as const),
	);
	return planMerge(recipeOf(DARE), { headers, semantics, seed });
}

/** Names in the order of their first draw. */
function drawOrder({ tensors }: MergePlan): string[] {
	return tensors
		.map(({ name, draws }) => ({ name, start: draws?.[0]?.start ?? NaN }))
		.toSorted((a, b) => a.start - b.start)
		.map(({ name }) => name);
}

describe('draws', () => {
	it('go by the tensors’ names, in each by model, and none where nothing is dropped', () => {
		const plan = planOf('0.1.4');
		const names = plan.tensors.map(({ name }) => name);
		expect(drawOrder(plan)).toEqual(names.toSorted());
		const first = plan.tensors.find(({ name }) => name === 'lm_head.weight');
		expect(first?.draws).toEqual([
			{ model: 'a', start: 0, count: ELEMENTS },
			{ model: 'c', start: ELEMENTS, count: ELEMENTS },
		]);
		const total = 2 * ELEMENTS * names.length;
		const last = plan.tensors.flatMap(({ draws }) => draws ?? []).map(({ start }) => start);
		expect(Math.max(...last)).toBe(total - ELEMENTS);
	});

	it('do not depend on shards where names decide', () => {
		const scattered = sharded('a', 3, (tensor) => (tensor.includes('q_proj') ? 1 : 3));
		expect(drawOrder(planOf('0.0.6', { a: scattered }))).toEqual(drawOrder(planOf('0.0.6')));
	});

	it('went backwards through the plan in 0.0.4, its MLP before its attention', () => {
		const order = drawOrder(planOf('0.0.4'));
		expect(order.slice(0, 4)).toEqual([
			'lm_head.weight',
			'model.norm.weight',
			'model.layers.1.self_attn.o_proj.weight',
			'model.layers.1.self_attn.v_proj.weight',
		]);
		expect(order.slice(-3)).toEqual([
			'model.layers.0.mlp.up_proj.weight',
			'model.layers.0.input_layernorm.weight',
			'model.embed_tokens.weight',
		]);
		expect(drawOrder(planOf('2024-02-05')).slice(2, 4)).toEqual([
			'model.layers.1.mlp.down_proj.weight',
			'model.layers.1.mlp.gate_proj.weight',
		]);
	});

	it('went shard by shard in 0.0.4, by the largest over the models', () => {
		// The embedding is the last of the plan's reverse, unless it lies in an earlier shard.
		const early = (tensor: string): number => (tensor.includes('embed_tokens') ? 1 : 2);
		const models = Object.fromEntries(
			['base', 'a', 'b', 'c'].map((name) => [name, sharded(name, 2, early)]),
		);
		expect(drawOrder(planOf('0.0.4', models))[0]).toBe('model.embed_tokens.weight');
		// One model with everything in its second shard decides for all.
		const late = { ...models, c: sharded('c', 2, () => 2) };
		expect(drawOrder(planOf('0.0.4', late)).at(-1)).toBe('model.embed_tokens.weight');
	});

	it('went by file and name before that', () => {
		const order = drawOrder(planOf('0.0.3.2'));
		expect(order).toEqual(order.toSorted());
		const late = sharded('a', 2, (tensor) => (tensor === 'lm_head.weight' ? 2 : 1));
		const models = Object.fromEntries(
			['base', 'b', 'c'].map((name) => [name, sharded(name, 2, () => 1)]),
		);
		expect(drawOrder(planOf('0.0.3.2', { ...models, a: late })).at(-1)).toBe('lm_head.weight');
	});

	it('come from a generator for each tensor in precise, so that no tensor depends on another', () => {
		const plan = planOf('precise', {}, 7);
		expect(plan.seed).toBe(7);
		for (const { name, operation, draws } of plan.tensors) {
			expect(draws).toBeNull();
			expect(operation).toMatchObject({ random: { kind: 'counter', seed: 7, key: name } });
		}
	});
});

it('a seed that nobody gave is 0, and said to be', () => {
	const plan = planOf('0.1.5');
	expect(plan.seed).toBe(0);
	expect(plan.findings.map(({ code }) => code)).toContain('seed-default');
	expect(planOf('0.1.5', {}, 0).findings.map(({ code }) => code)).not.toContain('seed-default');
});
