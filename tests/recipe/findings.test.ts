import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/recipe/index.ts';
import { recipeOf } from './recipes.ts';

const minimal = ['merge_method: linear', 'models:', '- model: org/a'];

describe('a recipe with what mergekit drops without a word', () => {
	const findingsOf = (...lines: readonly string[]): unknown[] =>
		parseRecipe(lines.join('\n')).findings.map(({ code, line, column, details }) => [
			code,
			line,
			column,
			details?.['nearest'] ?? details?.['key'] ?? details?.['value'],
		]);

	it('has findings for misspelt, misplaced and repeated keys', () => {
		expect(
			findingsOf(
				'merge_method: linear',
				'models:',
				'- model: org/a',
				'  weight: 1',
				'  layer_range: [0, 1]',
				'base_modle: org/a',
				'normalize: true',
				'dtype: float32',
				'dtype: float16',
				'parameters:',
				'  wieght: 1',
			),
		).toEqual([
			['recipe-key-misplaced', 4, 3, 'weight'],
			['recipe-key-misplaced', 5, 3, 'layer_range'],
			['recipe-key-unknown', 6, 1, 'base_model'],
			['recipe-key-misplaced', 7, 1, 'normalize'],
			['recipe-key-duplicate', 9, 1, 'dtype'],
			['recipe-parameter-unknown', 11, 3, 'weight'],
		]);
	});

	it('takes the last of repeated keys, as PyYAML does', () => {
		expect(recipeOf(...minimal, 'dtype: float32', 'dtype: float16').dtype).toBe('F16');
	});

	it('has a finding for a parameter of the whole tensor under one model', () => {
		expect(findingsOf(...minimal, '  parameters: {t: 0.5, weight: 1}')).toEqual([
			['recipe-parameter-ignored', 4, 16, 't'],
		]);
	});

	it('has one finding for what several places share by anchor', () => {
		expect(
			findingsOf(
				'merge_method: linear',
				'models:',
				'- {model: a, parameters: &shared {wieght: 1}}',
				'- {model: b, parameters: *shared}',
			),
		).toEqual([['recipe-parameter-unknown', 3, 35, 'weight']]);
	});

	it('has findings for keys that are read and have no effect', () => {
		expect(findingsOf(...minimal, 'chat_template: chatml')).toEqual([
			['recipe-key-unused', 4, 1, 'chat_template'],
		]);
	});

	it('has findings for values that YAML 1.1 reads otherwise', () => {
		expect(
			findingsOf(
				...minimal,
				'parameters:',
				'  normalize: yes',
				'  weight: 1e-5',
				'  density: 010',
				'  gamma: 1:30',
				'  epsilon: 1.0e-5',
			),
		).toEqual([
			['recipe-yaml-boolean', 5, 14, true],
			['recipe-number-as-string', 6, 11, '1e-5'],
			['recipe-yaml-number', 7, 12, 8],
			['recipe-yaml-number', 8, 10, 90],
		]);
	});
});
