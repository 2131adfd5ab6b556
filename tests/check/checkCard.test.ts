import { describe, expect, it } from 'vitest';
import { readCard } from '../../src/card/index.ts';
import { checkCard } from '../../src/check/index.ts';
import type { Finding } from '../../src/errors/index.ts';
import { parseRecipe } from '../../src/recipe/index.ts';

const RECIPE = `models:
  - model: a/one@0123456
  - model: a/two@89abcde
merge_method: slerp
base_model: a/one@0123456
parameters:
  t: 0.5
dtype: bfloat16`;

const FRONT = 'license: mit\nbase_model: [a/one, a/two]\n';

/** What is found in a card made of these parts. */
function check(parts: { front?: string; body?: string; recipe?: string | null }): Finding[] {
	const { front = FRONT, body = '', recipe = RECIPE } = parts;
	const fence = recipe === null ? '' : `\n\`\`\`yaml\n${recipe}\n\`\`\`\n`;
	const card = readCard(`---\n${front}---\n${body}\n${fence}`, { owner: 'owner', name: 'name' });
	expect(card.findings).toEqual([]);
	const [first] = card.recipes;
	return checkCard(card, first === undefined ? null : parseRecipe(first.text).recipe);
}

function codes(findings: readonly Finding[]): string[] {
	return findings.map(({ code }) => code);
}

/** A model-index with these metrics, in flow style on line 4 and later. */
function index(metrics: Record<string, string>): string {
	const list = Object.entries(metrics).map(
		([name, value]) => `    - { name: ${name}, value: ${value} }\n`,
	);
	return `model-index:\n- name: name\n  results:\n  - metrics:\n${list.join('')}`;
}

describe('a card whose parts agree', () => {
	it('has no finding', () => {
		const front = FRONT + index({ ARC: '68.00', Average: '64.5', MMLU: '61.0' });
		const body =
			'| Model | Average | ARC | MMLU |\n|---|---|---|---|\n| name | 64.5 | 68 | 61.0 |\n';
		expect(check({ front, body })).toEqual([]);
	});
});

describe('scores', () => {
	it('that contradict each other are named with both lines and what the average supports', () => {
		const front = FRONT + index({ ARC: '60.00', 'Winogrande (5-shot)': '68.00' });
		const body =
			'| Model | Average | ARC | Winogrande |\n|---|---|---|---|\n| name | 70.65 | 60.00 | 81.29 |\n';
		const findings = check({ front, body });
		expect(findings).toMatchObject([{ code: 'score-conflict', severity: 'warning', line: 9 }]);
		expect(findings[0]?.message).toBe(
			'Winogrande is 68.00 in the front matter (line 9) and 81.29 in a table (line 13).',
		);
		expect(findings[0]?.hint).toContain('The average in a table fits 81.29.');
		expect(findings[0]?.details).toMatchObject({ first: 68, second: 81.29 });
	});

	it('are the same benchmark under other names, but not under other shots', () => {
		const front = FRONT + index({ '"ARC (25-shot)"': '60.0' });
		expect(
			codes(check({ front, body: '- AI2 Reasoning Challenge (25-Shot): 61\n- ARC: 60.2\n' })),
		).toEqual(['score-conflict', 'score-conflict']);
		expect(codes(check({ front, body: '- ARC (0-shot): 50\n- ARC (25-shot): 60.04\n' }))).toEqual(
			[],
		);
	});

	it('that differ by rounding, or are fraction and percentage, do not contradict', () => {
		const front = FRONT + index({ ARC: '64.59', MMLU: '0.6459' });
		expect(check({ front, body: '- ARC: 64.6\n- MMLU: 64.59\n' })).toEqual([]);
	});

	it('of other models are left alone', () => {
		const front = FRONT + index({ ARC: '60' });
		expect(check({ front, body: '| Model | ARC |\n|---|---|\n| c/d | 50 |\n' })).toEqual([]);
	});

	it('whose average is not their mean are listed', () => {
		const body =
			'| Model | Average | ARC | MMLU |\n|---|---|---|---|\n| c/d | 70.0 | 60.0 | 70.0 |\n';
		const findings = check({ body });
		expect(findings).toMatchObject([{ code: 'average-mismatch', severity: 'warning', line: 7 }]);
		expect(findings[0]?.message).toContain('65.00 (ARC 60.0, MMLU 70.0)');
		expect(findings[0]?.details).toEqual({ average: 70, mean: 65, terms: 2 });
	});

	it('may have an average that rounding explains', () => {
		const body =
			'| Model | Average | ARC | MMLU |\n|---|---|---|---|\n| c/d | 65.06 | 60.1 | 70.0 |\n';
		expect(check({ body })).toEqual([]);
	});

	it('that stand only in the body are noted where there is a model-index', () => {
		const front = FRONT + index({ ARC: '60' });
		expect(check({ front, body: '- ARC: 60\n- MMLU: 64.04\n' })).toMatchObject([
			{ code: 'score-not-in-front-matter', severity: 'note', line: 11 },
		]);
		expect(check({ body: '- ARC: 60\n- MMLU: 64.04\n' })).toEqual([]);
	});
});

describe('parents', () => {
	it('that front matter and recipe do not share are named, each way', () => {
		const findings = check({ front: 'license: mit\nbase_model: [a/one, b/three]\n' });
		expect(findings).toMatchObject([
			{ code: 'parent-not-in-base-model', severity: 'warning' },
			{ code: 'base-model-not-in-recipe', severity: 'warning' },
		]);
		expect(findings[0]?.message).toContain('a/two');
		expect(findings[1]?.message).toContain('b/three');
	});

	it('that nobody names are missed, with or without a recipe', () => {
		expect(codes(check({ front: 'license: mit\n' }))).toEqual(['base-model-missing']);
		expect(codes(check({ front: 'license: mit\n', recipe: null }))).toEqual([
			'recipe-not-found',
			'base-model-missing',
		]);
	});

	it('that are folders are told from models on the Hub', () => {
		const recipe = RECIPE.replaceAll('a/one@0123456', 'models/x').replaceAll(
			'a/two@89abcde',
			'./y',
		);
		const findings = check({ front: 'license: mit\nbase_model: []\n', recipe });
		expect(findings).toMatchObject([
			{ code: 'base-model-empty', severity: 'warning', line: 8 },
			{ code: 'parent-local', severity: 'warning', line: 8 },
		]);
		expect(findings[1]?.message).toContain('models/x, ./y: folders');
	});

	it('without a revision are noted', () => {
		const recipe = RECIPE.replaceAll('@0123456', '');
		expect(check({ recipe })).toMatchObject([{ code: 'parent-unpinned', severity: 'note' }]);
	});
});

describe('the recipe', () => {
	it('is missed', () => {
		expect(check({ recipe: null })).toMatchObject([
			{ code: 'recipe-not-found', severity: 'warning' },
		]);
	});

	it('of a random method has no seed', () => {
		const recipe = `models:
  - model: a/two@89abcde
    parameters: { weight: 1, density: 0.5 }
merge_method: dare_ties
base_model: a/one@0123456
dtype: bfloat16`;
		expect(codes(check({ recipe }))).toEqual(['seed-missing']);
	});

	it('is one of several', () => {
		const body = `\`\`\`yaml\n${RECIPE}\n\`\`\`\n`;
		expect(check({ body })).toMatchObject([{ code: 'recipe-several', severity: 'note', line: 18 }]);
	});

	it('is compared with the dtype that the code loads', () => {
		const body = '```python\nload(torch_dtype=torch.float16)\n```\n';
		expect(check({ body })).toMatchObject([{ code: 'dtype-differs', severity: 'note', line: 6 }]);
		expect(check({ body: body.replace('float16', 'bfloat16') })).toEqual([]);
	});
});

describe('the licence', () => {
	it('is missed', () => {
		expect(codes(check({ front: 'base_model: [a/one, a/two]\n' }))).toEqual(['licence-missing']);
	});

	it('is one that the Hub knows', () => {
		expect(codes(check({ front: FRONT.replace('mit', 'Apache-2.0-or-later') }))).toEqual([
			'licence-unknown',
		]);
		expect(check({ front: FRONT.replace('mit', '[mit, gemma]') })).toEqual([]);
	});
});

describe('a citation', () => {
	it('that lacks a comma is shown where', () => {
		const body = '```bibtex\n@misc{k,\ntitle = {A},\nyear = {2023}\nurl = {x}\n}\n```\n';
		expect(check({ body })).toMatchObject([{ code: 'bibtex-comma', line: 8, column: 14 }]);
		expect(check({ body: body.replace('2023}', '2023},') })).toEqual([]);
	});

	it('that is never closed is named', () => {
		expect(codes(check({ body: '```bibtex\n@misc{k,\ntitle = {A}\n```\n' }))).toEqual([
			'bibtex-unclosed',
		]);
	});
});
