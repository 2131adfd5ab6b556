import { describe, expect, it } from 'vitest';
import { readNumber } from '../../src/card/index.ts';
import { read, readBody } from './read.ts';

describe('scores', () => {
	it('of a model-index keep digits, shots, metric and source', () => {
		const card = read(`---
model-index:
- name: name
  results:
  - dataset:
      name: GPQA (0-shot)
      args: { num_few_shot: 0 }
    metrics:
    - { type: acc_norm, value: 6.80, name: accuracy }
    - { type: text, value: good }
    source: { name: Board, url: 'https://x.org' }
---
`);
		expect(card.scores).toEqual([
			{
				model: 'owner/name',
				benchmark: 'GPQA (0-shot)',
				metric: 'accuracy',
				shots: 0,
				value: 6.8,
				text: '6.80',
				standardError: null,
				from: 'front-matter',
				group: 0,
				line: 9,
				source: { name: 'Board', url: 'https://x.org' },
			},
		]);
	});

	it('of a table with a model per row leave sizes out', () => {
		const { scores } = readBody(
			'| Model | ARC | Params (B) |\n|---|---|---|\n| **name** | 68.00 | 7.24 |\n| c/d | 1 | 2 |\n',
		);
		expect(
			scores.map(({ model, benchmark, text, line }) => [model, benchmark, text, line]),
		).toEqual([
			['owner/name', 'ARC', '68.00', 6],
			['c/d', 'ARC', '1', 7],
		]);
	});

	it('of a table with a task per row know the model from the heading, and the standard error', () => {
		const table =
			'| Tasks | n-shot | Metric | Value | Stderr |\n|---|---|---|---|---|\n| t | 5 | acc | 0.316 | ±0.0147 |\n';
		const { scores } = readBody(`## c/d\n\n${table}\n## Merged model\n\n${table}`);
		expect(scores).toMatchObject([
			{
				model: 'c/d',
				benchmark: 't',
				metric: 'acc',
				shots: 5,
				value: 0.316,
				standardError: 0.0147,
			},
			{ model: 'owner/name', benchmark: 't', group: 1 },
		]);
	});

	it('of a table of metrics and values are read', () => {
		const { scores } = readBody(
			'| Metric | Value |\n|---|---:|\n| Avg. | 22.49 |\n| BBH (3-Shot) | 24.08 |\n',
		);
		expect(scores).toMatchObject([
			{ benchmark: 'Avg.', value: 22.49 },
			{ benchmark: 'BBH (3-Shot)', shots: 3, value: 24.08 },
		]);
	});

	it('of lists are read where several items have the form', () => {
		expect(
			readBody('- ARC (25-Shot): 73.98\n- **MMLU**: 64.99%\n- and more\n').scores,
		).toMatchObject([
			{ benchmark: 'ARC (25-Shot)', shots: 25, text: '73.98', from: 'list', line: 4 },
			{ benchmark: 'MMLU', shots: null, text: '64.99', line: 5 },
		]);
		expect(readBody('- Layers: 32\n').scores).toEqual([]);
	});

	it('are no other tables', () => {
		expect(readBody('| Setting | Choice |\n|---|---|\n| top_k | 50 |\n').scores).toEqual([]);
	});
});

describe('a written number', () => {
	it.each([
		['68.00', 68, '68.00', null],
		['-1,234.5', -1234.5, '-1,234.5', null],
		['−3', -3, '-3', null],
		['.5', 0.5, '.5', null],
		['64.59 %', 64.59, '64.59', null],
		['0.6±0.01', 0.6, '0.6', 0.01],
		['20.0 +/- 1.2', 20, '20.0', 1.2],
	])('is read from %s', (written, value, text, uncertainty) => {
		expect(readNumber(written)).toEqual({ value, text, uncertainty });
	});

	it.each(['', '-', '1.2.3', '7B', '1,23', '68.00 (5-shot)', 'NaN'])('is not %j', (written) => {
		expect(readNumber(written)).toBeNull();
	});
});

describe('citations', () => {
	it('are read as written, with key and line', () => {
		const entry = '@misc{key2024,\n  title = {A {B}},\n  url={https://x.org}\n}';
		expect(readBody(`Cite:\n\n\`\`\`bibtex\n${entry}\n\`\`\`\n`).citations).toEqual([
			{ text: entry, line: 7, type: 'misc', key: 'key2024' },
		]);
	});

	it('end with their fence where they are never closed', () => {
		const { citations } = readBody('```\n@misc{a,\n  title = {x}\n```\n\n@book{b, year=2024}\n');
		expect(citations.map(({ key, line }) => [key, line])).toEqual([
			['a', 5],
			['b', 9],
		]);
	});
});
