import { describe, expect, test } from 'vitest';
import { parseRecipe } from '../../src/recipe/index.ts';
import type { ReproducerContract } from '../../src/reproducer/contract.ts';
import { offerFor } from '../../src/reproducer/offer.ts';
import { commandLine, outputName, requestFor } from '../../src/reproducer/requests.ts';
import { RECIPE } from '../support/slerpRecipe.ts';

describe('what is offered for a recipe', () => {
	const shapes = [
		{ architecture: 'MistralForCausalLM', layers: 40 },
		{ architecture: 'MistralForCausalLM', layers: 32 },
	];

	test('the smallest toy weights that have all its layers', () => {
		expect(offerFor(RECIPE, shapes).rehearsal).toEqual(shapes[1]);
		expect(offerFor(RECIPE.replaceAll('24', '36'), shapes).rehearsal).toEqual(shapes[0]);
		expect(offerFor(RECIPE.replaceAll('24', '48'), shapes).rehearsal).toBeNull();
	});

	test('parents that were never published are named', () => {
		const offer = offerFor(RECIPE.replaceAll('owner/a', './models/a'), shapes);
		expect(offer.local).toEqual(['./models/a']);
		expect(offer.models).toEqual(['./models/a', 'owner/b@v2']);
	});

	test('a method that cannot be run throws with its name', () => {
		expect(() => offerFor(RECIPE.replace('slerp', 'alchemy'), shapes)).toThrow(
			expect.objectContaining({ code: 'method-unknown', details: expect.anything() as unknown }),
		);
		expect(() => offerFor(RECIPE.replace('slerp', 'karcher'), shapes)).toThrow(
			expect.objectContaining({ code: 'method-unsupported' }),
		);
	});

	test('a recipe that does not parse throws with its place', () => {
		expect(() => offerFor('slices: [', shapes)).toThrow(
			expect.objectContaining({ code: 'recipe-syntax' }),
		);
	});
});

describe('a request', () => {
	const contract: ReproducerContract = {
		id: 'owner/merged',
		recipe: RECIPE,
		published: 'owner/merged',
		hub: 'https://hub',
		rehearsal: { architecture: 'MistralForCausalLM', layers: 32 },
		blocked: null,
		localParents: [],
	};
	const around = { contract, hub: 'https://hub', rehearsalBase: '/rehearsal' };
	const { recipe } = parseRecipe(RECIPE);

	test('to check reads parents and published model from the Hub, at their revisions', () => {
		const request = requestFor({ mode: 'check' }, around);
		expect([...request.locate(recipe)]).toEqual([
			['owner/a', { kind: 'hub', base: 'https://hub', repo: 'owner/a', revision: 'main' }],
			['owner/b@v2', { kind: 'hub', base: 'https://hub', repo: 'owner/b', revision: 'v2' }],
		]);
		expect(request.published).toMatchObject({ repo: 'owner/merged' });
		expect(request.outputName).toBe('merged-remelt');
	});

	test('to rehearse reads the site’s own files and compares with nothing', () => {
		const request = requestFor({ mode: 'rehearsal' }, around);
		expect(request.published).toBeNull();
		for (const location of request.locate(recipe).values())
			expect(location).toMatchObject({ kind: 'hub', base: '/rehearsal' });
		expect(request.outputName).toBe('merged-rehearsal-toy-weights');
	});

	test('with another recipe is a variant, compared with nothing', () => {
		const request = requestFor({ mode: 'check', recipe: `${RECIPE}\n# mine` }, around);
		expect(request).toMatchObject({ variant: true, published: null });
		expect(outputName(contract, { mode: 'rehearsal', variant: true })).toContain('variant');
	});

	test('to merge without comparing leaves the published weights alone', () => {
		expect(requestFor({ mode: 'check', compare: false }, around).published).toBeNull();
	});

	test('can be done at a terminal, with the card’s file or one’s own', () => {
		expect(commandLine(contract, false)).toBe(
			'npm run remelt -- merge content/cards/owner/merged/card.md --out ./merged',
		);
		expect(commandLine(contract, true)).toContain('merge recipe.yml');
		expect(commandLine({ ...contract, recipeFrom: 'text' }, false)).toContain('merge recipe.yml');
		const pinned = { ...contract, recipeFrom: 'repo', published: 'owner/merged@v1' } as const;
		expect(commandLine(pinned, false)).toContain('merge owner/merged@v1 --out ./merged');
	});

	test('for folders takes the reader’s files, and the Hub for the rest', () => {
		const folders = new Map([['owner/a', [new File(['x'], 'model.safetensors')]]]);
		const locations = requestFor({ mode: 'folders', folders }, around).locate(recipe);
		expect(locations.get('owner/a')).toMatchObject({ kind: 'folder', name: 'a' });
		expect(locations.get('owner/b@v2')).toMatchObject({ kind: 'hub' });
	});

	test('to check parents that are local folders is refused with a way out', () => {
		const local = parseRecipe(RECIPE.replaceAll('owner/a', './models/a')).recipe;
		expect(() => requestFor({ mode: 'check' }, around).locate(local)).toThrow(
			expect.objectContaining({ code: 'not-found', details: { model: './models/a' } }),
		);
	});

	test('to rehearse without fitting toy weights is refused', () => {
		const none = { ...around, contract: { ...contract, rehearsal: null } };
		expect(() => requestFor({ mode: 'rehearsal' }, none).locate(recipe)).toThrow(
			expect.objectContaining({ code: 'layer-range' }),
		);
	});
});
