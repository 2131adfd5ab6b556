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
		expect(findingsOf(...minimal, '  parameters: {normalize: true, weight: 1}')).toEqual([
			['recipe-parameter-ignored', 4, 16, 'normalize'],
		]);
	});

	it('has a finding for a parameter that its method does not read', () => {
		expect(
			findingsOf(
				'merge_method: della',
				'base_model: a',
				'models: [{model: b, parameters: {weight: 1, epsilon: 0.1}}]',
				'parameters: {gamma: 0.1, t: 1}',
			),
		).toEqual([
			['recipe-parameter-unused', 4, 14, 'gamma'],
			['recipe-parameter-unused', 4, 26, 't'],
		]);
		// of a method that nobody knows, nothing is known
		expect(findingsOf('merge_method: x', 'models: [{model: b, parameters: {t: 1}}]')).toEqual([
			['recipe-parameter-ignored', 2, 34, 't'],
		]);
	});

	it('has findings for parameters that are no numbers', () => {
		expect(
			findingsOf(
				...minimal,
				'parameters:',
				'  weight: [{filter: a, value: half}, {value: [1, .inf, "0.5"]}]',
				'  normalize: maybe',
			),
		).toEqual([
			['recipe-value-no-number', 5, 31, 'weight'],
			['recipe-value-no-number', 5, 50, 'weight'],
			['recipe-value-no-number', 6, 14, 'normalize'],
		]);
	});

	it('has findings at every level', () => {
		expect(
			findingsOf(
				'merge_method: linear',
				'base_model: {model: {path: a, revison: b}, lore: c}',
				'modules:',
				'  text:',
				'    dtype: float32',
				'    models: [{model: {model: a, path: b}}]',
				'    parameters: {weight: [{value: 1, filters: x}], normalise: {value: 1, x: 2}}',
				'tokenizer:',
				'  sources: base',
				'  tokens:',
				'    <a>: {sauce: b, token: c}',
				'    <b>: {source: {kind: zero, modle: a}}',
				'    <c>: {source: {kind: model_token, model: a, token: b, token_id: 3}}',
			),
		).toEqual([
			['recipe-key-unknown', 2, 31, 'revision'],
			['recipe-key-unknown', 2, 44, 'lora'],
			['recipe-key-misplaced', 5, 5, 'dtype'],
			['recipe-key-unknown', 6, 33, 'path'],
			['recipe-key-unknown', 7, 38, 'filter'],
			['recipe-parameter-unknown', 7, 52, 'normalize'],
			['recipe-key-unknown', 7, 74, 'x'],
			['recipe-key-misplaced', 9, 3, 'sources'],
			['recipe-key-unknown', 11, 11, 'sauce'],
			['recipe-key-misplaced', 11, 21, 'token'],
			['recipe-key-unknown', 12, 32, 'model'],
			['recipe-key-misplaced', 13, 20, 'kind'],
			['recipe-key-misplaced', 13, 49, 'token'],
			['recipe-key-misplaced', 13, 59, 'token_id'],
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

	it('has findings for what YAML 1.2 reads otherwise, with both readings', () => {
		const { findings } = parseRecipe(
			[
				...minimal,
				'parameters:',
				'  weight: [-.5, 0o17, 1_0, 017, 0.5, 1e5]',
				'  normalize: on',
				'chat_template: "2024-05-01"',
				'x: 2024-05-01',
				'no: 1',
			].join('\n'),
		);
		const found = findings.filter(({ code }) => /yaml|number-as/.test(code));
		expect(found.map(({ code, line, column, message }) => [code, line, column, message])).toEqual([
			[
				'recipe-number-as-string',
				5,
				12,
				'YAML 1.1 reads -.5 as text, YAML 1.2 as the number -0.5; mergekit makes the number -0.5 of it all the same.',
			],
			['recipe-yaml-text', 5, 17, 'YAML 1.1 reads 0o17 as text, YAML 1.2 as the number 15.'],
			['recipe-yaml-number', 5, 23, 'YAML 1.1 reads 1_0 as the number 10, YAML 1.2 as text.'],
			[
				'recipe-yaml-number',
				5,
				28,
				'YAML 1.1 reads 017 as the number 15, YAML 1.2 as the number 17.',
			],
			[
				'recipe-number-as-string',
				5,
				38,
				'YAML 1.1 reads 1e5 as text, YAML 1.2 as the number 100000; mergekit makes the number 100000 of it all the same.',
			],
			['recipe-yaml-boolean', 6, 14, 'YAML 1.1 reads on as true, YAML 1.2 as text.'],
			[
				'recipe-yaml-date',
				8,
				4,
				'YAML 1.1 reads 2024-05-01 as the date 2024-05-01, YAML 1.2 as text; no part of a recipe is a date.',
			],
			['recipe-yaml-key', 9, 1, 'YAML 1.1 reads the key no as false; mergekit takes text only.'],
		]);
	});

	it('has findings for values that YAML 1.1 reads otherwise', () => {
		expect(
			findingsOf(
				'merge_method: none of mergekit',
				'models:',
				'- model: org/a',
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
