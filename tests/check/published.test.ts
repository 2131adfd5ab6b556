import { describe, expect, it } from 'vitest';
import { checkCard } from '../../src/check/index.ts';
import type { Finding } from '../../src/errors/index.ts';
import { parseRecipe } from '../../src/recipe/index.ts';
import { publishedCards } from '../content/cards.ts';

const cards = publishedCards();

function check(id: string): Finding[] {
	const found = cards.find((each) => each.id === id);
	if (found === undefined) throw new Error(`There is no card ${id}.`);
	const [recipe] = found.card.recipes;
	return checkCard(found.card, recipe === undefined ? null : parseRecipe(recipe.text).recipe);
}

describe('the published cards', () => {
	it.each([
		[
			'louisbrulenaudet/Pearl-7B-slerp',
			[
				'average-mismatch',
				'bibtex-comma',
				'dtype-differs',
				'parent-unpinned',
				'score-conflict',
				'score-not-in-front-matter',
			],
		],
		['Chilee244/Marcoro14-7B-slerp', ['dtype-differs', 'licence-missing', 'parent-unpinned']],
		['Gille/StrangeMerges_24-7B-slerp', ['licence-missing', 'recipe-not-found']],
		['InferenceIllusionist/Excalibur-7b', ['base-model-empty', 'parent-local']],
		['Pretergeek/OpenChat-3.5-0106_8.99B_40Layers-Interleaved', ['parent-unpinned']],
	])('of %s keep what is wrong in the original as findings', (id, codes) => {
		expect(
			check(id)
				.map(({ code }) => code)
				.sort(),
		).toEqual(codes);
	});

	it('show both Winogrande scores of Pearl, and which of them the average fits', () => {
		const conflict = check('louisbrulenaudet/Pearl-7B-slerp').find(
			({ code }) => code === 'score-conflict',
		);
		expect(conflict?.message).toMatch(
			/^Winogrande is 68\.00 in the front matter \(line \d+\) and 81\.29 in a table \(line \d+\)\.$/,
		);
		expect(conflict?.hint).toContain('fits 81.29');
	});
});
