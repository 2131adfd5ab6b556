import { describe, expect, test } from 'vitest';
import { drawSampleSeed, parseSampleSeed } from '../../src/reproducer/spotCheck.ts';
import {
	caughtText,
	intervalText,
	meaningText,
	probabilityText,
	semanticsText,
} from '../../src/reproducer/spotTexts.ts';
import { heightOf, stripModel, stripSummary } from '../../src/reproducer/strip.ts';
import { planSpot, summarizeSpot } from '../../src/verify/index.ts';
import { publishedPlan, spotFinding } from './plans.ts';

describe('numbers of a spot check', () => {
	test('a range is rounded outwards, with digits that its width makes sense of', () => {
		expect(intervalText([0.43331, 0.43339])).toBe('0.4333100 to 0.4333900');
		expect(intervalText([0.2, 0.95])).toBe('0.200 to 0.950');
		expect(intervalText([0.5, 0.5])).toBe('0.5000000');
		const [low, high] = intervalText([1 / 3, 2 / 3])
			.split(' to ')
			.map(Number);
		expect(low).toBeLessThanOrEqual(1 / 3);
		expect(high).toBeGreaterThanOrEqual(2 / 3);
	});

	test('a probability is neither certain nor nothing unless it is', () => {
		expect([0, 1e-9, 0.352, 0.9951, 1 - 1e-12, 1].map(probabilityText)).toEqual([
			'0 %',
			'less than 0.01 %',
			'35 %',
			'99.51 %',
			'more than 99.99 %',
			'more than 99.99 %',
		]);
	});

	test('seeds are whole numbers up to 2^53 - 1', () => {
		expect(['0', ' 42 ', '9007199254740991'].map(parseSampleSeed)).toEqual([0, 42, 2 ** 53 - 1]);
		const wrong = ['', '-1', '1.5', '1e3', '0x10', '9007199254740992', '99999999999999999'];
		expect(wrong.map(parseSampleSeed)).toEqual(wrong.map(() => null));
	});

	test('a drawn seed has 47 bits, all of which count', () => {
		const drawn = (high: number, low: number): number =>
			drawSampleSeed((words) => {
				words.set([high, low]);
				return words;
			});
		expect(drawn(0xffffffff, 0xffffffff)).toBe(2 ** 47 - 1);
		expect(drawn(0, 1)).toBe(1);
		expect(drawn(1 << 17, 0)).toBe(2 ** 32);
	});
});

describe('what a spot check says', () => {
	const plan = publishedPlan();

	test('a sample is called one, and a model that was read whole is not', () => {
		const findings = plan.tensors.map((_, index) => spotFinding(index));
		const whole = summarizeSpot(plan, findings, planSpot(plan, { sampleSeed: 1 }));
		expect(meaningText(whole)).not.toContain('sample');
		const coverage = { ...whole.coverage, ofBytes: whole.coverage.bytes * 100 };
		expect(meaningText({ ...whole, coverage })).toContain('It is a sample');
		expect(meaningText({ ...whole, coverage, finding: 'different' })).not.toContain('sample');
	});

	test('what it would have caught depends on what it read', () => {
		const [first] = plan.tensors;
		if (first === undefined) throw new Error('the plan has tensors');
		const large = { ...first, elements: 1_000_000, shape: [1_000_000], bytes: 2_000_000 };
		const sampled = planSpot({ ...plan, tensors: [large] }, { sampleSeed: 1 });
		// 1 - (1 - 1e-5)^32768 = 0.279; a run of 10 000 and a window of 32 768 of 1 000 000 meet in 4.3 %.
		expect(caughtText({ ...plan, tensors: [large] }, sampled)).toMatch(/of 28 %.*with 4\.3 %/);
		expect(caughtText(plan, planSpot(plan, { sampleSeed: 1 }))).toContain(
			'all of this small model',
		);
	});

	test('other releases are named where they contradict the recipe', () => {
		expect(semanticsText(plan, [])).toBeNull();
		expect(semanticsText(plan, ['0.1.5'])).toBeNull();
		expect(semanticsText(plan, ['0.1.5', '0.0.6'])).toContain('0.0.6 were tried as well');
		const old = { ...plan, semantics: '0.0.6' };
		expect(semanticsText(old, ['0.1.5'])).toMatch(/as mergekit 0\.0\.6 makes it.*of 0\.1\.5/);
	});
});

describe('the strip of t', () => {
	const plan = publishedPlan();

	test('has a row for each kind with a t, and says in words what it shows', () => {
		const findings = plan.tensors.map((_, index) =>
			spotFinding(index, index === 4 ? 'different' : 'agrees'),
		);
		const strip = stripModel(plan, findings);
		expect(strip?.rows.map(({ kind, marks }) => [kind, marks.length])).toEqual([
			['self_attn.q_proj', 2],
			['input_layernorm', 2],
			['embed_tokens', 1],
		]);
		expect(strip === null ? '' : stripSummary(strip)).toBe(
			'Claimed and found t. self_attn.q_proj in 2 layers: t from 0 to 1 claimed, agrees in 1, different in layer 1; input_layernorm in 2 layers: t = 0.5 claimed, agrees; embed_tokens: t = 0.5 claimed, agrees.',
		);
	});

	test('is not drawn where no tensor has a t', () => {
		const findings = plan.tensors.map((_, index) =>
			spotFinding(index, 'agrees', { claimed: null }),
		);
		expect(stripModel(plan, findings)).toBeNull();
	});

	test('makes room for a t beyond 0 and 1, and keeps what was found inside', () => {
		const strip = stripModel(plan, [spotFinding(0, 'agrees', { claimed: 1.5 })]);
		expect(strip?.extent).toEqual([0, 1.5]);
		expect([-3, 0, 0.75, 1.5, 9].map((t) => heightOf(t, [0, 1.5]))).toEqual([0, 0, 0.5, 1, 1]);
	});
});
