import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { planMerge } from '../../src/merge/index.ts';
import {
	applyLock,
	lockDifferences,
	lockOf,
	lockText,
	openEnds,
	parseLock,
	type Lock,
} from '../../src/receipt/index.ts';
import { recipeOf } from '../support/tinyModel.ts';
import { COMMITS, FILES, folderPlan, hubHeaders, SLERP, slerpLock, slerpPlan } from './facts.ts';

let lock: Lock;
beforeAll(async () => {
	lock = await slerpLock(slerpPlan());
});

/** What reading a text comes to, as one text. */
function said(text: string): string {
	const parsed = parseLock(text);
	return parsed.ok
		? ''
		: parsed.problems.map(({ path, message, hint }) => `${path}: ${message} ${hint}`).join('\n');
}

/** What reading the lock comes to after it was edited. */
function edited(change: Readonly<Record<string, unknown>>): string {
	return said(JSON.stringify({ ...lock, ...change }));
}

describe('a lock', () => {
	it('holds what the merge depends on', () => {
		expect(lock).toEqual({
			schema: 'remelt-lock/v1',
			recipe: { sha256: createHash('sha256').update(SLERP).digest('hex') },
			semantics: '0.1.5',
			seed: null,
			ties: 'mergekit',
			models: {
				a: {
					repo: 'o/a',
					commit: COMMITS.a,
					files: {
						'model.safetensors': { size: 123_456, sha256: '1'.repeat(64), from: 'quoted' },
					},
				},
				b: {
					repo: 'o/b',
					commit: COMMITS.b,
					files: {
						'model.safetensors': { size: 123_456, sha256: '2'.repeat(64), from: 'quoted' },
					},
				},
			},
			published: {
				repo: 'o/p',
				commit: COMMITS.published,
				files: {
					'model.safetensors': { size: 123_456, sha256: '3'.repeat(64), from: 'quoted' },
				},
			},
		});
		expect(openEnds(lock)).toEqual([]);
	});

	it('is read back as it was written', () => {
		expect(parseLock(lockText(lock))).toEqual({ ok: true, value: lock });
	});

	it('is the same in whatever order models and files were found', async () => {
		const { a, b, published } = FILES;
		const other = await lockOf(slerpPlan(), { recipeText: SLERP, files: { published, b, a } });
		expect(lockText(other)).toBe(lockText(lock));
	});

	it('knows models in folders by their digests only, and says where it does not know them', async () => {
		const plan = folderPlan();
		const digest = '4'.repeat(64);
		const folder = await lockOf(plan, {
			recipeText: SLERP,
			files: {
				a: { 'model.safetensors': { size: 9, sha256: digest, from: 'read' } },
				b: { 'model.safetensors': { size: 9, sha256: null, from: null } },
			},
		});
		expect(folder.models['a']).toEqual({
			repo: null,
			commit: null,
			files: { 'model.safetensors': { size: 9, sha256: digest, from: 'computed' } },
		});
		expect(folder.published).toBeNull();
		expect(parseLock(lockText(folder)).ok).toBe(true);
		expect(openEnds(folder)).toMatchObject([
			{ path: 'models.b.files["model.safetensors"].sha256' },
		]);
		expect(openEnds(folder)[0]?.message).toContain('has no digest, and its model no commit');
	});

	it('has the seed where something is drawn', async () => {
		const recipe = recipeOf(
			'merge_method: dare_linear\nbase_model: a\nmodels: [{model: b, parameters: {weight: 1, density: 0.5}}]\n',
		);
		const headers = new Map([
			['a', hubHeaders('o/a', COMMITS.a)],
			['b', hubHeaders('o/b', COMMITS.b)],
		]);
		const plan = planMerge(recipe, { headers, seed: 42 });
		const { a, b } = FILES;
		const drawn = await lockOf(plan, { recipeText: recipe.text, files: { a, b } });
		expect(drawn.seed).toBe(42);
		expect((await applyLock(drawn, recipe.text)).options.seed).toBe(42);
	});

	it('names no model that no plan reads', async () => {
		const files = { ...FILES, c: FILES.a };
		await expect(lockOf(slerpPlan(), { recipeText: SLERP, files })).rejects.toThrow(RangeError);
	});
});

describe('applying a lock', () => {
	it('gives the plan that it was made of', async () => {
		const { options, models, published } = await applyLock(lock, SLERP);
		const headers = [...models].map(
			([reference, { repo, revision }]) =>
				[reference, hubHeaders(repo ?? '', revision ?? '')] as const,
		);
		const plan = planMerge(recipeOf(SLERP), {
			...options,
			headers: new Map(headers),
			published: hubHeaders(published?.repo ?? '', published?.revision ?? ''),
		});
		expect(plan).toEqual(slerpPlan());
	});

	it('refuses another recipe, be it by a space', async () => {
		await expect(applyLock(lock, `${SLERP} `)).rejects.toMatchObject({
			code: 'recipe-invalid',
			hint: expect.stringContaining('remelt lock') as string,
		});
	});

	it('tells files that are not as they were', async () => {
		const { models } = await applyLock(lock, SLERP);
		const a = models.get('a');
		if (a === undefined) throw new Error('the lock has a');
		const found = { size: 123_456, sha256: '1'.repeat(64) };
		const differences = (files: Parameters<typeof lockDifferences>[1]): string =>
			lockDifferences(a, files, ['models', 'a'])
				.map(({ message }) => message)
				.join(' ');
		expect(differences({ 'model.safetensors': found })).toBe('');
		expect(differences({ 'model.safetensors': { ...found, sha256: null } })).toBe('');
		expect(differences({})).toBe('models.a.files["model.safetensors"] is not there.');
		expect(differences({ 'model.safetensors': { ...found, size: 1 } })).toContain('has 1 bytes');
		expect(differences({ 'model.safetensors': { ...found, sha256: '2'.repeat(64) } })).toContain(
			'has the digest 222',
		);
		expect(differences({ 'model.safetensors': found, 'more.safetensors': found })).toContain(
			'is not in the lock',
		);
	});
});

describe('a lock that is none is refused, with the key and what to do', () => {
	it.each([
		['nothing', '', 'The file is empty'],
		['text', 'lock: 1', 'not JSON'],
		['a list', '[]', 'The file is no lock'],
		['a receipt', '{"_type":"https://in-toto.io/Statement/v1"}', 'remelt lock writes such a file'],
		['a later version', '{"schema":"remelt-lock/v2"}', 'Use a later Remelt'],
		['a key twice', '{"schema":"remelt-lock/v1","seed":1,"seed":2}', 'seed stands twice'],
		['__proto__', '{"schema":"remelt-lock/v1","models":{"__proto__":{}}}', 'models.__proto__'],
		['only its version', '{"schema":"remelt-lock/v1"}', 'recipe'],
	])('%s', (_, text, message) => {
		expect(said(text)).toContain(message);
	});

	it('where a value is not as it should be', () => {
		expect(edited({ seed: -1 })).toMatch(/^seed: /);
		expect(edited({ seed: 2 ** 53 })).toMatch(/^seed: /);
		expect(edited({ ties: 'first' })).toMatch(/^ties: /);
		expect(edited({ semantics: '0.9.9' })).toContain('semantics: No mergekit is called 0.9.9.');
		expect(edited({ recipe: { sha256: 'A'.repeat(64) } })).toContain('64 lower-case hexadecimal');
		expect(edited({ more: 1 })).toContain('more');
		const { published } = lock;
		expect(edited({ published: { ...published, commit: 'main' } })).toContain('published.commit');
		expect(edited({ published: { ...published, repo: null } })).toContain('both null, or neither');
		const files = { 'a.safetensors': { size: 1.5, sha256: null, from: null } };
		expect(edited({ published: { ...published, files } })).toContain(
			'published.files["a.safetensors"].size',
		);
		const unsaid = { 'a.safetensors': { size: 1, sha256: '1'.repeat(64), from: null } };
		expect(edited({ published: { ...published, files: unsaid } })).toContain('sha256 and from');
	});

	it('where it was cut off', () => {
		const text = lockText(lock).trimEnd();
		fc.assert(
			fc.property(fc.integer({ min: 1, max: text.length - 1 }), (length) => {
				expect(said(text.slice(0, length))).toContain('ends too early');
			}),
			{ numRuns: 50 },
		);
	});
});
