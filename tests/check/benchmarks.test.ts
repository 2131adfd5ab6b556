import { describe, expect, it } from 'vitest';
import { BENCHMARKS, benchmarkKey, findBenchmark, isAverage } from '../../src/evals/index.ts';

describe('a benchmark', () => {
	it.each([
		['ARC', 'arc'],
		['AI2 Reasoning Challenge (25-Shot)', 'arc'],
		['ARC-Challenge', 'arc'],
		['HellaSwag (10-Shot)', 'hellaswag'],
		['MMLU (5-Shot)', 'mmlu'],
		['MMLU-PRO (5-shot)', 'mmlu-pro'],
		['TruthfulQA (0-shot)', 'truthfulqa'],
		['Winogrande (5-shot)', 'winogrande'],
		['GSM8k (5-shot)', 'gsm8k'],
		['GSM8K', 'gsm8k'],
		['MATH Lvl 5 (4-Shot)', 'math-lvl-5'],
		['IFEval (0-Shot)', 'ifeval'],
		['BBH (3-Shot)', 'bbh'],
		['GPQA (0-shot)', 'gpqa'],
		['MuSR (0-shot)', 'musr'],
	])('is known by the name %s', (name, id) => {
		expect(findBenchmark(name)?.id).toBe(id);
		expect(benchmarkKey(name)).toBe(id);
	});

	it('of another name is compared by that name, without shots, case and signs', () => {
		expect(findBenchmark('spartqa_train')).toBeNull();
		expect(benchmarkKey('SpartQA train (0-shot)')).toBe('spartqa train');
		expect(benchmarkKey('spartqa_train')).toBe('spartqa train');
	});

	it('shares no name with another', () => {
		const names = BENCHMARKS.flatMap(({ id, name, aliases }) => [
			...new Set([id, benchmarkKey(name), ...aliases]),
		]);
		expect(new Set(names).size).toBe(names.length);
	});
});

describe('an average', () => {
	it('is told from a benchmark', () => {
		for (const name of ['Average', 'Avg.', 'avg', 'Average ⬆️', 'Average score'])
			expect(isAverage(name), name).toBe(true);
		for (const name of ['ARC', 'Average length', 'Meaning'])
			expect(isAverage(name), name).toBe(false);
	});
});
