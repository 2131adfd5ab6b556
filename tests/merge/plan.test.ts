import { describe, expect, it } from 'vitest';
import { planMerge, PUBLISHED } from '../../src/merge/index.ts';
import type { MergePlan, PlannedTensor } from '../../src/merge/index.ts';
import { caseRecipe, openParents } from '../support/oracle.ts';
import { headersOf, recipeOf, tinyModel } from '../support/tinyModel.ts';

const SLERP = `
models: [{model: a}, {model: b}]
merge_method: slerp
base_model: a
parameters: {t: 0.5}
`;

const PASSTHROUGH = `
slices:
- sources: [{model: a, layer_range: [1, 2]}]
- sources: [{model: b, layer_range: [0, 2]}]
merge_method: passthrough
`;

function planOf(text: string, models = { a: tinyModel('a'), b: tinyModel('b') }): MergePlan {
	return planMerge(recipeOf(text), { headers: headersOf(models) });
}

function tensorOf(plan: MergePlan, name: string): PlannedTensor {
	const found = plan.tensors.find((tensor) => tensor.name === name);
	if (found === undefined) throw new Error(`the plan has no ${name}`);
	return found;
}

function tOf(plan: MergePlan, name: string): number | null {
	const { operation } = tensorOf(plan, name);
	return operation.kind === 'slerp' ? operation.t : null;
}

/** What scaling bf16 elements is. */
function scaling(scale: number): PlannedTensor['operation'] {
	return { kind: 'sum', weights: [scale], rounding: 'once', divide: false, work: 'BF16' };
}

const norm = (layer: number): string => `model.layers.${layer}.input_layernorm.weight`;

describe('layers', () => {
	it('are renumbered, and read from where the slice says', () => {
		const plan = planOf(PASSTHROUGH);
		const sources = [0, 1, 2].map((layer) => {
			const [input] = tensorOf(plan, norm(layer)).inputs;
			return `${input?.model ?? ''} ${input?.tensor ?? ''}`;
		});
		expect(sources).toEqual([`a ${norm(1)}`, `b ${norm(0)}`, `b ${norm(1)}`]);
		expect(tensorOf(plan, norm(2))).toMatchObject({ layer: 2, kind: 'input_layernorm' });
	});

	it('have embeddings before them from the first slice, norm and head after them from the last', () => {
		const plan = planOf(PASSTHROUGH);
		const model = (name: string): string | undefined => tensorOf(plan, name).inputs[0]?.model;
		expect(model('model.embed_tokens.weight')).toBe('a');
		expect(model('model.norm.weight')).toBe('b');
		expect(model('lm_head.weight')).toBe('b');
		expect(tensorOf(plan, 'model.norm.weight')).toMatchObject({ layer: null, kind: 'norm' });
	});
});

describe('gradients', () => {
	const slices = (t: string): string => `
slices:
- sources: [{model: a, layer_range: [0, 3]}, {model: b, layer_range: [0, 3]}]
- sources: [{model: a, layer_range: [3, 4]}, {model: b, layer_range: [3, 4]}]
merge_method: slerp
base_model: a
parameters: {t: ${t}}
`;
	const models = { a: tinyModel('a', { layers: 4 }), b: tinyModel('b', { layers: 4 }) };

	it('start again in each slice, end in a slice of one layer, and are at their start outside layers', () => {
		const plan = planOf(slices('[0.25, 0.75]'), models);
		expect([0, 1, 2, 3].map((layer) => tOf(plan, norm(layer)))).toEqual([0.25, 0.5, 0.75, 0.75]);
		expect(tOf(plan, 'model.embed_tokens.weight')).toBe(0.25);
		expect(tOf(plan, 'lm_head.weight')).toBe(0.25);
	});

	it('can differ by filter, and the first filter that matches counts', () => {
		const plan = planOf(
			slices(
				'[{filter: self_attn.q, value: 0.1}, {filter: self_attn, value: [0, 1]}, {value: 0.5}]',
			),
			models,
		);
		expect(tOf(plan, 'model.layers.1.self_attn.q_proj.weight')).toBe(0.1);
		expect(tOf(plan, 'model.layers.2.self_attn.k_proj.weight')).toBe(1);
		expect(tOf(plan, 'model.layers.2.mlp.up_proj.weight')).toBe(0.5);
	});
});

describe('slerp', () => {
	it('has the base first, wherever it is listed', () => {
		const plan = planOf(SLERP.replace('base_model: a', 'base_model: b'));
		expect(tensorOf(plan, norm(0)).inputs.map(({ model }) => model)).toEqual(['b', 'a']);
	});

	it('copies a tensor that only one model has', () => {
		const architecture = 'Qwen2ForCausalLM';
		const without = ['model.layers.0.self_attn.q_proj.bias'];
		const plan = planOf(SLERP, {
			a: tinyModel('a', { architecture, without }),
			b: tinyModel('b', { architecture }),
		});
		const bias = tensorOf(plan, 'model.layers.0.self_attn.q_proj.bias');
		expect(bias.operation).toEqual({ kind: 'copy' });
		expect(bias.inputs.map(({ model }) => model)).toEqual(['b']);
	});

	it('takes the embedding where one model’s head is tied to it', () => {
		const plan = planOf(SLERP, {
			a: tinyModel('a'),
			b: tinyModel('b', { without: ['lm_head.weight'] }),
		});
		const tensors = tensorOf(plan, 'lm_head.weight').inputs.map(({ tensor }) => tensor);
		expect(tensors).toEqual(['lm_head.weight', 'model.embed_tokens.weight']);
	});

	it('makes no head where both models have theirs tied', () => {
		const without = { without: ['lm_head.weight'] };
		const plan = planOf(SLERP, { a: tinyModel('a', without), b: tinyModel('b', without) });
		expect(plan.tensors.map(({ name }) => name)).not.toContain('lm_head.weight');
	});
});

describe('dtypes', () => {
	const dtypes = (plan: MergePlan): unknown => {
		const { dtype, computeDtype } = tensorOf(plan, norm(0));
		return { dtype, computeDtype };
	};

	it('are as stored where the recipe gives none, and the base’s where models differ', () => {
		const models = { a: tinyModel('a', { dtype: 'F16' }), b: tinyModel('b', { dtype: 'F32' }) };
		const headers = headersOf(models);
		const before = planMerge(recipeOf(SLERP), { headers, semantics: '0.1.4' });
		expect(dtypes(before)).toEqual({ dtype: 'F16', computeDtype: null });
		expect(before.findings.map(({ code }) => code)).toContain('dtypes-mixed');
		// Since 0.1.5 mergekit takes the dtype that holds both.
		expect(dtypes(planOf(SLERP, models))).toEqual({ dtype: 'F32', computeDtype: null });
	});

	it('follow dtype, and out_dtype where that is given too', () => {
		expect(dtypes(planOf(`${SLERP}dtype: float16\n`))).toEqual({
			dtype: 'F16',
			computeDtype: 'F16',
		});
		const both = planOf(`${SLERP}dtype: float32\nout_dtype: bfloat16\n`);
		expect(dtypes(both)).toEqual({ dtype: 'BF16', computeDtype: 'F32' });
		expect(both.texts['config.json']).toContain('"torch_dtype": "bfloat16"');
	});
});

describe('passthrough', () => {
	it('finds scale at the source, by filters on the name there, and copies where it is 1', async () => {
		const recipe = caseRecipe('passthrough-block-expansion');
		const models = await openParents(recipe);
		const headers = new Map([...models].map(([name, model]) => [name, model.headers]));
		const plan = planMerge(recipe, { headers });
		const scaled = plan.tensors.filter(({ operation }) => operation.kind !== 'copy');
		expect(scaled.map(({ name, operation }) => [name, operation])).toEqual(
			[2, 5].flatMap((layer) =>
				['mlp.down_proj', 'self_attn.o_proj'].map((kind) => [
					`model.layers.${layer}.${kind}.weight`,
					scaling(0),
				]),
			),
		);
	});

	it('tests filters on the source’s layer number, since scale is each model’s own', () => {
		const plan = planOf(`
slices:
- sources: [{model: a, layer_range: [1, 2], parameters: {scale: [{filter: layers.1., value: 2}]}}]
merge_method: passthrough
`);
		expect(tensorOf(plan, norm(0)).operation).toEqual(scaling(2));
	});
});

describe('with a published model', () => {
	const published = (options = {}): MergePlan =>
		planMerge(recipeOf(SLERP), {
			headers: headersOf({ a: tinyModel('a'), b: tinyModel('b') }),
			published: tinyModel('owner/merged', options).headers,
		});

	it('each tensor knows its published counterpart', () => {
		const plan = published();
		expect(tensorOf(plan, norm(1)).published).toMatchObject({ model: PUBLISHED, tensor: norm(1) });
		expect(plan.models[PUBLISHED]).toEqual({ id: 'owner/merged', revision: 'test' });
		expect(plan.findings).toEqual([]);
	});

	it('tensors that cannot be compared are left out and reported', () => {
		const plan = published({
			layers: 3,
			without: [norm(0)],
			dtypes: { [norm(1)]: 'F32' },
		});
		expect(tensorOf(plan, norm(0)).published).toBeNull();
		expect(tensorOf(plan, norm(1)).published).toBeNull();
		const found = plan.findings.map(({ code, details }) => [code, details?.['count']]);
		expect(found).toEqual([
			['published-missing', 1],
			['published-extra', 9],
			['published-unlike', 1],
		]);
	});
});

describe('findings', () => {
	const codes = (text: string): string[] => planOf(text).findings.map(({ code }) => code);

	it('say when t lies outside the two models', () => {
		expect(codes(SLERP.replace('0.5', '1.5'))).toEqual(['t-outside']);
	});

	it('say which model config.json comes from where no base is named', () => {
		expect(codes(PASSTHROUGH)).toEqual(['donor-chosen']);
	});
});

describe('totals', () => {
	it('count what is read, written and requested', () => {
		const plan = planOf(SLERP);
		const tensors = 2 * 9 + 3;
		expect(plan.totals).toMatchObject({
			tensors,
			bytesToRead: tensors * 2 * 8 * 2,
			requests: tensors * 2,
			bytesToWrite: plan.files[0]?.size,
		});
	});

	it('count twice what must be streamed twice, and never promise less memory than needed', () => {
		const models = { a: tinyModel('a', { elements: 9000 }), b: tinyModel('b', { elements: 9000 }) };
		const headers = headersOf(models);
		const large = planMerge(recipeOf(SLERP), { headers });
		const small = planMerge(recipeOf(SLERP), { headers, memoryBudget: 80_000 });
		expect(small.totals.bytesToRead).toBe(2 * large.totals.bytesToRead);
		expect(small.totals.peakMemory).toBeLessThanOrEqual(80_000);
	});
});

it('a plan is plain JSON, and this one stays as it is', async () => {
	const recipe = recipeOf(`
slices:
- sources:
  - {model: a, layer_range: [1, 2]}
  - {model: b, layer_range: [1, 2]}
merge_method: slerp
base_model: b
parameters: {t: [{filter: mlp, value: 0.25}, {value: 0.5}]}
dtype: bfloat16
`);
	const headers = headersOf({ a: tinyModel('o/a'), b: tinyModel('o/b') });
	const plan = planMerge(recipe, { headers, published: tinyModel('o/c', { layers: 1 }).headers });
	const text = JSON.stringify(plan, null, '\t');
	expect(JSON.parse(text)).toEqual(plan);
	await expect(`${text}\n`).toMatchFileSnapshot('plan.golden');
});
