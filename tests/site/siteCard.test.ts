import { describe, expect, it } from 'vitest';
import { abilityName, abilitySentence, claimSentence } from '../../src/site/describeCard.ts';
import { facetsOf } from '../../src/site/facets.ts';
import { assembleCard } from '../../src/site/siteCard.ts';
import type { SiteCard } from '../../src/site/siteCard.ts';

const SLERP = `slices:
  - sources:
      - model: someone/a
        layer_range: [0, 4]
      - model: someone/b@v2
        layer_range: [0, 4]
merge_method: slerp
base_model: someone/a
parameters:
  t: 0.5
dtype: bfloat16
`;

function assemble(
	body: string,
	companions: { provenance?: string; rehearsal?: string } = {},
): SiteCard {
	return assembleCard({
		owner: 'someone',
		name: 'merged',
		card: body,
		provenance: companions.provenance ?? null,
		rehearsal: companions.rehearsal ?? null,
	});
}

const fence = (recipe: string): string => `# Merged\n\nText.\n\n\`\`\`yaml\n${recipe}\`\`\`\n`;

describe('A card that is assembled', () => {
	it('names its parents with the base first, and their revisions', () => {
		const { parents } = assemble(fence(SLERP));
		expect(parents.map(({ repo, revision, base }) => ({ repo, revision, base }))).toEqual([
			{ repo: 'someone/a', revision: null, base: true },
			{ repo: 'someone/b', revision: 'v2', base: false },
		]);
	});

	it('can be checked where every parent may be on the Hub', () => {
		const card = assemble(fence(SLERP));
		expect(card.ability).toBe('check');
		expect(claimSentence(card)).toBe(
			'This model is someone/a and someone/b, merged by SLERP. It has 4 layers, written in bfloat16.',
		);
	});

	it('can only be rehearsed where a parent is a folder that was never published', () => {
		const local = SLERP.replaceAll('someone/a', './a');
		const card = assemble(fence(local));
		expect(card.ability).toBe('rehearse');
		expect(abilitySentence(card)).toContain('./a is a folder');
	});

	it('takes models/… for folders where the front matter names no parents', () => {
		const recipe = fence(SLERP.replaceAll('someone/a', 'weights/a'));
		const nameless = `---\nbase_model: []\n---\n${recipe}`;
		const named = `---\nbase_model: [weights/a]\n---\n${recipe}`;
		expect(assemble(nameless).ability).toBe('rehearse');
		expect(assemble(named).ability).toBe('check');
	});

	it('says so where there is no recipe', () => {
		const card = assemble('# Merged\n');
		expect(card.ability).toBe('none');
		expect(abilityName(card)).toBe('No recipe');
		expect(facetsOf(card).method).toEqual(['not given']);
	});

	it('counts the line of a recipe’s error in the card', () => {
		const card = assemble(fence('merge_method: slerp\nslices: [\n'));
		const finding = card.findings.find(({ code }) => code === 'recipe-syntax');
		// The fence opens in line 5, so that the recipe's second line is the card's seventh.
		expect(finding?.line).toBeGreaterThanOrEqual(7);
		expect(finding?.severity).toBe('error');
		expect(abilityName(card)).toBe('Recipe not readable');
	});

	it('counts the lines of a recipe’s excerpt in the card', () => {
		const card = assemble(fence('merge_method: slerp\nmodels: 3\n'));
		const finding = card.findings.find(({ code }) => code === 'recipe-invalid');
		expect(finding?.line).toBe(7);
		expect(finding?.message).not.toContain('\n');
		expect(String(finding?.details?.['excerpt']).split('\n')).toEqual([
			'6 | merge_method: slerp',
			'7 | models: 3',
			'  |         ^',
		]);
	});

	it('does not offer to run a method that Remelt does not know', () => {
		const card = assemble(fence(SLERP.replace('slerp', 'frobnicate')));
		expect(card.ability).toBe('none');
		expect(abilityName(card)).toBe('Unknown method');
		expect(abilitySentence(card)).toContain('no method called frobnicate');
		const finding = card.findings.find(({ code }) => code === 'method-unknown');
		expect(finding?.message).toContain('frobnicate');
		expect(finding?.line).toBe(12);
	});

	it('keeps the card where a file beside it is broken', () => {
		const card = assemble(fence(SLERP), { provenance: '{', rehearsal: '{"layers": "x"}' });
		expect(card.provenance).toBeNull();
		expect(card.rehearsal).toBeNull();
		expect(card.ability).toBe('check');
		expect(card.findings.filter(({ code }) => code === 'card-invalid')).toHaveLength(2);
	});

	it('lists the gravest findings first', () => {
		const { findings } = assemble(fence('merge_method: slerp\nslices: [\n'));
		const order = findings.map(({ severity }) => ['error', 'warning', 'note'].indexOf(severity));
		expect(order).toEqual(order.toSorted());
	});
});
