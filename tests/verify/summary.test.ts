import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/kernels/index.ts';
import type { MergeOutcome, MergePlan, TensorResult } from '../../src/merge/index.ts';
import { planMerge } from '../../src/merge/index.ts';
import { percent, summarize } from '../../src/verify/index.ts';
import { headersOf, recipeOf, tinyModel, type TinyModelOptions } from '../support/tinyModel.ts';

const SLERP =
	'models: [{model: a}, {model: b}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: 0.5}\n';

/** Elements per tensor, so that shares mean something. */
const ELEMENTS = 10_000;

function planOf(published?: TinyModelOptions, options: TinyModelOptions = {}): MergePlan {
	const all = { layers: 1, elements: ELEMENTS, ...options };
	return planMerge(recipeOf(SLERP), {
		headers: headersOf({ a: tinyModel('a', all), b: tinyModel('b', all) }),
		published: published && tinyModel('o/p', { ...all, ...published }).headers,
	});
}

/** A comparison of a whole tensor: `near` elements one ulp apart, `far` of them seventeen. */
function differing(near: number, far = 0): Comparison {
	const identical = ELEMENTS - near - far;
	return {
		elements: ELEMENTS,
		identical,
		maxUlp: far > 0 ? 17 : near > 0 ? 1 : 0,
		histogram: [identical, near, 0, 0, 0, 0, far],
		signOfZero: 0,
		worstIndex: near + far > 0 ? 42 : 0,
	};
}

/** A slerp of every tensor: the first `circles` on the great circle, compared as `compare` says. */
function outcomeOf(
	plan: MergePlan,
	circles: number,
	compare: (index: number) => Comparison | null = () => null,
): MergeOutcome {
	const results = plan.tensors.map((_, index): TensorResult => {
		const branch = index < circles ? 'great-circle' : 'linear';
		const cosine = index < circles ? 0.5 : 0.9999;
		const angle = { t: 0.5, cosine, branch, w0: 0.5, w1: 0.5 } as const;
		const outcome = { angle, kept: [], ratio: null, weights: null };
		return {
			index,
			outcome,
			digests: null,
			comparison: compare(index),
			explanation: null,
			bytesRead: 0,
		};
	});
	return { results, bytesRead: 0 };
}

describe('the sentence', () => {
	it('says how many tensors were really slerped', () => {
		const plan = planOf();
		expect(summarize(plan, outcomeOf(plan, 3)).sentence).toBe(
			'3 of 12 tensors were slerped, the rest averaged.',
		);
		expect(summarize(plan, outcomeOf(plan, 1)).sentence).toBe(
			'1 of 12 tensors was slerped, the rest averaged.',
		);
		expect(summarize(plan, outcomeOf(plan, 12)).sentence).toBe('All 12 tensors were slerped.');
		expect(summarize(plan, outcomeOf(plan, 0)).sentence).toBe('All 12 tensors were averaged.');
	});

	it('counts copies and scalings', () => {
		const recipe = recipeOf(
			'slices: [{sources: [{model: a, layer_range: [0, 1], parameters: {scale: [{filter: mlp.up, value: 0}, {filter: mlp, value: 2}]}}]}]\nmerge_method: passthrough\n',
		);
		const plan = planMerge(recipe, { headers: headersOf({ a: tinyModel('a') }) });
		const results = plan.tensors.map((_, index) => ({
			index,
			outcome: null,
			digests: null,
			comparison: null,
			explanation: null,
			bytesRead: 0,
		}));
		expect(summarize(plan, { results, bytesRead: 0 }).sentence).toBe(
			'9 of 12 tensors were copied, 2 scaled and 1 set to zero.',
		);
	});

	it('never claims anything of the real model after a rehearsal', () => {
		const plan = planOf({});
		const outcome = outcomeOf(plan, 3, () => differing(0));
		const { sentence, verdict } = summarize(plan, outcome, { rehearsal: true });
		expect(sentence).toBe(
			'On toy weights 3 of 12 tensors were slerped, the rest averaged, which says nothing about the real model.',
		);
		expect(verdict).toBeNull();
	});

	it('gives the share that is identical, never rounded up to all of it', () => {
		const plan = planOf({});
		const outcome = outcomeOf(plan, 12, (index) => differing(index === 5 ? 1 : 0));
		expect(summarize(plan, outcome).sentence).toBe(
			'All 12 tensors were slerped. 99.9991 % of the elements are identical to the published weights; the furthest is 1 ulp away, in model.layers.0.mlp.up_proj.weight.',
		);
		expect(percent(1 - 1e-12)).toBe('99.9999 %');
		expect(percent(1e-12)).toBe('0.0001 %');
		expect([percent(0), percent(0.5), percent(1)]).toEqual(['0 %', '50.00 %', '100 %']);
	});
});

it('a row has the angle in degrees, the branch and what comparing found', () => {
	const plan = planOf({});
	const { rows } = summarize(
		plan,
		outcomeOf(plan, 1, () => differing(100)),
	);
	expect(rows[0]).toMatchObject({
		name: 'lm_head.weight',
		kind: 'lm_head',
		layer: null,
		treatment: 'slerped',
		t: 0.5,
		branch: 'great-circle',
		identical: 0.99,
		maxUlp: 1,
	});
	expect(rows[0]?.angle).toBeCloseTo(60, 10);
	expect(rows[1]).toMatchObject({ treatment: 'averaged', branch: 'linear' });
});

describe('the verdict', () => {
	const word = (
		compare: (index: number) => Comparison | null,
		{ circles = 12, published = {}, options = {} } = {},
	): string | undefined => {
		const plan = planOf(published, options);
		return summarize(plan, outcomeOf(plan, circles, compare)).verdict?.word;
	};

	it('is absent where nothing was published to compare with', () => {
		const plan = planOf();
		expect(summarize(plan, outcomeOf(plan, 12)).verdict).toBeNull();
	});

	it('is identical only where every bit of every tensor is', () => {
		expect(word(() => differing(0))).toBe('identical');
		expect(word((index) => differing(index === 3 ? 1 : 0))).toBe('close');
		expect(word((index) => ({ ...differing(0), signOfZero: index === 3 ? 1 : 0 }))).toBe('close');
	});

	it('is close up to 6 % of a tensor’s elements, and different beyond', () => {
		expect(word(() => differing(600))).toBe('close');
		expect(word((index) => differing(index === 7 ? 601 : 0))).toBe('different');
	});

	it('allows one element in a thousand to be further away than one rounding', () => {
		expect(word(() => differing(0, 10))).toBe('close');
		expect(word((index) => differing(0, index === 7 ? 11 : 0))).toBe('different');
	});

	it('allows far less on the linear branch, where no norm enters', () => {
		expect(word(() => differing(10), { circles: 0 })).toBe('close');
		expect(word(() => differing(11), { circles: 0 })).toBe('different');
		expect(word(() => differing(0, 3), { circles: 0 })).toBe('different');
	});

	it('allows nothing for a tensor that is copied', () => {
		const recipe = recipeOf('models: [{model: a}]\nmerge_method: passthrough\n');
		const model = tinyModel('a', { layers: 1, elements: ELEMENTS });
		const plan = planMerge(recipe, { headers: headersOf({ a: model }), published: model.headers });
		const results = plan.tensors.map((_, index) => ({
			index,
			outcome: null,
			digests: null,
			comparison: differing(index === 0 ? 1 : 0),
			explanation: null,
			bytesRead: 0,
		}));
		expect(summarize(plan, { results, bytesRead: 0 }).verdict?.word).toBe('different');
	});

	it('is undecidable in float32, where a norm’s error shows in full', () => {
		const options = { dtype: 'F32' as const };
		expect(word(() => differing(0, 5000), { options })).toBe('undecidable');
		expect(word(() => differing(0, 5000), { options, circles: 0 })).toBe('different');
	});

	it('is incomplete where the published model lacks a tensor or has more', () => {
		const lacking = { without: ['lm_head.weight'] };
		const compare = (index: number): Comparison | null => (index === 0 ? null : differing(0));
		expect(word(compare, { published: lacking })).toBe('incomplete');
		expect(word(() => differing(0), { published: { layers: 2 } })).toBe('incomplete');
	});

	it('is different even where not everything could be compared', () => {
		const compare = (index: number): Comparison | null =>
			index === 0 ? null : differing(5000, 5000);
		expect(word(compare, { published: { without: ['lm_head.weight'] } })).toBe('different');
	});

	it('says how much it covers and where the worst element is', () => {
		const plan = planOf({});
		const outcome = outcomeOf(plan, 12, (index) => (index < 11 ? differing(0, index) : null));
		const { verdict, sentence } = summarize(plan, outcome);
		expect(verdict).toMatchObject({
			word: 'incomplete',
			tensors: { compared: 11, of: 12 },
			elements: { compared: 11 * ELEMENTS, identical: 11 * ELEMENTS - 55 },
			worst: { tensor: 'model.embed_tokens.weight', element: 42, ulp: 17 },
		});
		expect(sentence).toContain('in the 11 tensors that could be compared');
	});

	it('of a run that compared nothing is said to be that', () => {
		const plan = planOf({});
		const { sentence, verdict } = summarize(plan, outcomeOf(plan, 12));
		expect(sentence).toContain('Nothing could be compared');
		expect(verdict?.word).toBe('incomplete');
	});
});

describe('a search for witnesses', () => {
	const witness = { kind: 'slerp', branch: 'great-circle', w0: 0.5, w1: 0.5 } as const;
	const explained = {
		witness: { ...witness, cosine: [0.49, 0.51], exact: 0.5, others: 0 },
		refuted: false,
	} as const;

	function searched(explanation: TensorResult['explanation']): ReturnType<typeof summarize> {
		const plan = planOf({});
		const { results } = outcomeOf(plan, 3, (index) => differing(index < 2 ? 5 : 0));
		const found = results.map((result) => (result.index < 2 ? { ...result, explanation } : result));
		return summarize(plan, { results: found, bytesRead: 0 });
	}

	it('makes a model explained, and says by how many cosines', () => {
		const { sentence, verdict } = searched(explained);
		expect(verdict).toMatchObject({ word: 'explained', witnesses: 2 });
		expect(verdict?.reason).toContain('in 2 of them');
		expect(sentence).toContain('with the cosines that 2 slerps came to');
	});

	it('makes a model different where no cosine is left, however few elements differ', () => {
		expect(searched({ witness: null, refuted: true }).verdict?.word).toBe('different');
	});

	it('leaves a model close where nothing was found out', () => {
		expect(searched({ witness: null, refuted: false }).verdict?.word).toBe('close');
		expect(searched(null).verdict?.word).toBe('close');
	});
});
