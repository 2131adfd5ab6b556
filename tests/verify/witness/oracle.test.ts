import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadWasmKernels, type Kernels } from '../../../src/kernels/index.ts';
import { casesOf, CASES_MADE_WITH, ERAS, recipePath } from '../../support/oracle.ts';
import { verifyCase } from '../../support/verifyCase.ts';

let kernels: Kernels;
beforeAll(async () => {
	kernels = await loadWasmKernels();
});

const ALL = [CASES_MADE_WITH, ...ERAS];

describe.each(ALL)('what mergekit %s made', (era) => {
	const cases = casesOf(era).filter((name) => !name.startsWith('slices-of-merges'));

	test.each(cases)('%s is not called different', async (name) => {
		const { verdict } = await verifyCase(name, { kernels, era });
		expect(verdict.word, verdict.reason).not.toBe('different');
	});

	const slerps = cases.filter((name) => name.startsWith('slerp') && name !== 'slerp-out-dtype');

	test.each(slerps)('%s agrees in every bit, given cosines', async (name) => {
		const { verdict } = await verifyCase(name, { kernels, era });
		expect(['identical', 'explained'], verdict.reason).toContain(verdict.word);
	});
});

/** What a recipe says, what another one says, and whose slerps show it. */
const CHANGES: readonly (readonly [string, RegExp, string])[] = [
	['a t of 0.501 instead of 0.5', /- value: 0\.5\n/, '- value: 0.501\n'],
	['a t of 0.6 instead of 0.5', /- value: 0\.5\n/, '- value: 0.6\n'],
	['another gradient', /0\.3\n {4}- 0\.7/, '0.3\n    - 0.71'],
	['gradients swapped', /filter: self_attn/, 'filter: mlp_'],
	['the other base', /base_model: a/, 'base_model: x'],
	['another parent', /model: x/, 'model: b'],
];

describe.each(ALL)('a slerp of mergekit %s by another recipe', (era) => {
	test.each(CHANGES)('with %s is different', async (_, from, to) => {
		const text = readFileSync(recipePath('slerp-far'), 'utf8');
		const recipe = text.replace(from, to);
		expect(recipe).not.toBe(text);
		const { verdict } = await verifyCase('slerp-far', { kernels, era, recipe });
		expect(verdict.word).toBe('different');
	});
});
