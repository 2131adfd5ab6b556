import { describe, expect, test } from 'vitest';
import { findInRepo, findInText, parseRepoAddress } from '../../src/lookup/index.ts';
import { RECIPE } from '../support/slerpRecipe.ts';

const CARD = `---
license: mit
---
# A card

\`\`\`yaml
${RECIPE}\`\`\`
`;

describe('the address of a model', () => {
	test.each([
		['owner/name', 'owner/name', 'main'],
		[' owner/name@0a1b2c ', 'owner/name', '0a1b2c'],
		['https://huggingface.co/owner/name', 'owner/name', 'main'],
		['https://huggingface.co/owner/name/tree/v1', 'owner/name', 'v1'],
	])('%s', (text, repo, revision) => {
		expect(parseRepoAddress(text)).toEqual({ repo, revision });
	});

	test.each(['', 'name', 'a/b/c', '../../etc/passwd', 'a b/c', 'javascript:alert(1)'])(
		'%s is none',
		(text) => {
			expect(parseRepoAddress(text)).toBeNull();
		},
	);
});

describe('looking for a recipe in a repo', () => {
	const address = { repo: 'owner/name', revision: 'main' };
	const repo =
		(files: Readonly<Record<string, string>>) =>
		async (_: unknown, file: string): Promise<string | null> =>
			Promise.resolve(files[file] ?? null);

	test('prefers the file that mergekit writes', async () => {
		const found = await findInRepo(
			address,
			repo({ 'mergekit_config.yml': RECIPE, 'README.md': '' }),
		);
		expect(found).toEqual({ text: RECIPE, file: 'mergekit_config.yml', line: null, others: 0 });
	});

	test('falls back to the card’s fence, with its line', async () => {
		const found = await findInRepo(address, repo({ 'README.md': CARD }));
		expect(found).toMatchObject({ file: 'README.md', line: 7, others: 0 });
		expect(found.text.trim()).toBe(RECIPE.trim());
	});

	test('takes the one of a card’s recipes that was asked for', async () => {
		const second = RECIPE.replace('0.5', '0.25');
		const card = `${CARD}\n\`\`\`yaml\n${second}\`\`\`\n`;
		const found = await findInRepo(address, repo({ 'README.md': card }), 2);
		expect(found.text.trim()).toBe(second.trim());
		expect(found.others).toBe(1);
	});

	test('says so where there is none', async () => {
		await expect(findInRepo(address, repo({ 'README.md': '# Nothing' }))).rejects.toMatchObject({
			code: 'recipe-missing',
			details: { repo: 'owner/name' },
		});
	});
});

describe('a pasted text', () => {
	test('may be a recipe, or a card with one', () => {
		expect(findInText(RECIPE).text).toBe(RECIPE);
		expect(findInText(CARD).text.trim()).toBe(RECIPE.trim());
	});

	test.each(['', '   \n', '# A heading\n\nProse.'])('%j has none', (text) => {
		expect(() => findInText(text)).toThrow(expect.objectContaining({ code: 'recipe-missing' }));
	});
});
