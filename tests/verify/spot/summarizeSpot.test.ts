import { describe, expect, it } from 'vitest';
import { planMerge, type MergePlan } from '../../../src/merge/index.ts';
import { planSpot, summarizeSpot } from '../../../src/verify/spot/index.ts';
import type { SpotFinding, SpotSummary } from '../../../src/verify/spot/index.ts';
import { headersOf, recipeOf, tinyModel } from '../../support/tinyModel.ts';

function planOf(method: string, without: readonly string[] = []): MergePlan {
	const parameters = method === 'slerp' ? 'parameters: {t: 0.5}' : 'parameters: {weight: 0.5}';
	const recipe = `models: [{model: a}, {model: b}]\nmerge_method: ${method}\nbase_model: a\n${parameters}\n`;
	const all = { layers: 1, elements: 10_000 };
	return planMerge(recipeOf(recipe), {
		headers: headersOf({ a: tinyModel('a', all), b: tinyModel('b', all) }),
		published: tinyModel('p', { ...all, without }).headers,
	});
}

/** A summary of windows of 400 of 10,000 elements, whose findings are `change` of an agreeing one. */
function summaryOf(
	plan: MergePlan,
	change: (i: number) => Partial<SpotFinding> = () => ({}),
): SpotSummary {
	const spot = planSpot(plan, { sampleSeed: 1, elements: 400 });
	const findings = spot.windows.map(({ index }, i): SpotFinding => ({
		index,
		name: plan.tensors[index]?.name ?? '',
		finding: 'agrees',
		method: plan.method,
		claimed: plan.method === 'slerp' ? 0.5 : null,
		found: [0.499, 0.501],
		theta: null,
		branch: 'great-circle',
		checked: 400,
		mismatch: 0,
		maxUlp: null,
		worst: null,
		reason: '',
		cause: null,
		...change(i),
	}));
	return summarizeSpot(plan, findings, spot);
}

describe('the answer for a model', () => {
	it('says how much was read and claims no more than the absence of contradictions', () => {
		const { finding, sentence } = summaryOf(planOf('slerp'));
		expect(finding).toBe('agrees');
		expect(sentence).toBe('No contradiction: t as claimed in 12 of 12 tensors; 4.0 % read.');
	});

	it('counts what cannot be decided', () => {
		const { finding, sentence } = summaryOf(planOf('slerp'), (i) =>
			i < 5 ? { finding: 'undecidable' } : {},
		);
		expect(finding).toBe('agrees');
		expect(sentence).toBe(
			'No contradiction: t as claimed in 7 of 12 tensors, 5 not decidable; 4.0 % read.',
		);
	});

	it('is no agreement where nothing could be decided', () => {
		const { finding, sentence } = summaryOf(planOf('slerp'), () => ({ finding: 'undecidable' }));
		expect(finding).toBe('undecidable');
		expect(sentence).toBe('Not decidable in any of 12 tensors; 4.0 % read.');
	});

	it('says that a slerp was one in name', () => {
		const { sentence } = summaryOf(planOf('slerp'), (i) => (i < 9 ? { branch: 'linear' } : {}));
		expect(sentence).toContain('SLERP in name: 9 of 12 tensors were plain averages.');
	});

	it('is a contradiction where one tensor is, named with its cause', () => {
		const { finding, sentence, causes } = summaryOf(planOf('slerp'), (i) =>
			i === 3 ? { finding: 'different', cause: 'another-t' } : {},
		);
		expect(finding).toBe('different');
		const [name = ''] = causes[0]?.tensors ?? [];
		expect(sentence).toBe(`Contradiction in 1 of 12 tensors (${name}): another t; 4.0 % read.`);
	});

	it('names the commonest of several causes', () => {
		const { sentence, causes } = summaryOf(planOf('slerp'), (i) => ({
			finding: 'different',
			cause: i < 2 ? 'another-t' : 'unexplained',
		}));
		expect(causes.map(({ cause, tensors }) => [cause, tensors.length])).toEqual([
			['unexplained', 10],
			['another-t', 2],
		]);
		expect(sentence).toContain('Contradiction in 12 of 12 tensors, mostly another parent');
	});

	it('does not speak of t where there is none', () => {
		const { sentence } = summaryOf(planOf('linear'), (i) => (i < 2 ? { finding: 'close' } : {}));
		expect(sentence).toBe(
			'No contradiction: as claimed in 10 of 12 tensors, close to it in 2; 4.0 % read.',
		);
	});

	it('does not call possible what agrees', () => {
		const { finding, sentence } = summaryOf(planOf('linear'), () => ({ finding: 'consistent' }));
		expect(finding).toBe('consistent');
		expect(sentence).toContain('every checked element possible in 12 of 12 tensors');
	});

	it('is incomplete where a tensor has no counterpart', () => {
		const { finding, sentence, coverage } = summaryOf(planOf('slerp', ['lm_head.weight']));
		expect(finding).toBe('incomplete');
		expect(coverage).toMatchObject({ tensors: 11, ofTensors: 12, ofElements: 120_000 });
		expect(sentence).toContain('1 tensor could not be compared.');
	});

	it('says so where nothing was compared', () => {
		const plan = planOf('slerp');
		const spot = planSpot(plan, { sampleSeed: 1 });
		const { finding, sentence } = summarizeSpot(plan, [], spot);
		expect(finding).toBe('incomplete');
		expect(sentence).toBe('Nothing was compared.');
	});

	it('is different rather than incomplete', () => {
		const { finding } = summaryOf(planOf('slerp', ['lm_head.weight']), () => ({
			finding: 'different',
			cause: 'swapped',
		}));
		expect(finding).toBe('different');
	});
});
