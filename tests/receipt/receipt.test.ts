import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/merge/index.ts';
import {
	checkReceipt,
	compareReceipts,
	makeReceipt,
	receiptDigest,
	receiptText,
	reportOfFull,
	type Receipt,
} from '../../src/receipt/index.ts';
import { judge } from '../../src/verify/index.ts';
import {
	COMMITS,
	ELEMENTS,
	factsOf,
	outcomeOf,
	slerpFacts,
	slerpPlan,
	slerpReceipt,
	WITNESS,
} from './facts.ts';

let receipt: Receipt;
/** One with every optional fact, whose findings need not be right. */
let rich: Receipt;
beforeAll(async () => {
	receipt = await slerpReceipt((index) => (index === 3 ? 100 : 0));
	rich = await slerpReceipt((index) => (index === 3 ? 100 : 0), true);
});

type Path = readonly (string | number)[];

/** Places of all values that are no objects or lists, `predicate.run` apart. */
function leaves(value: unknown, path: Path = []): Path[] {
	if (path.join('.') === 'predicate.run') return [];
	if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
	if (typeof value !== 'object' || value === null) return [path];
	return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

/** The same with another value at one place. */
function changed(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
	if (key === undefined) return change(value);
	if (Array.isArray(value))
		return value.map((item: unknown, index) =>
			index === key ? changed(item, rest, change) : item,
		);
	const members = Object.entries(value as object) as [string, unknown][];
	return Object.fromEntries(
		members.map(([name, member]) => [name, name === key ? changed(member, rest, change) : member]),
	);
}

/** Another value of the same type, and where the type has a form, mostly of the same form. */
function flipped(value: unknown, random: number): unknown {
	if (typeof value === 'boolean') return !value;
	if (typeof value === 'number') return value + 1;
	if (typeof value !== 'string') return 'x';
	const at = value.length === 0 ? 0 : random % value.length;
	const old = value.charAt(at);
	const other = /[0-8]/.test(old) ? String(Number(old) + 1) : /[0-9b-f]/.test(old) ? 'a' : 'b';
	return value.slice(0, at) + (other === old ? 'c' : other) + value.slice(at + 1);
}

describe('the digest', () => {
	it('is of the canonical JSON without the block of the run', async () => {
		const { run, ...predicate } = receipt.predicate;
		expect(run.receiptSha256).toBe(await receiptDigest(receipt));
		// An independent way: Python's and many others' sorted, compact JSON is the same for ASCII and integers.
		const sorted = (value: unknown): unknown =>
			Array.isArray(value)
				? value.map(sorted)
				: typeof value === 'object' && value !== null
					? Object.fromEntries(
							Object.entries(value)
								.toSorted(([a], [b]) => (a < b ? -1 : 1))
								.map(([key, member]) => [key, sorted(member)]),
						)
					: value;
		const text = JSON.stringify(sorted({ ...receipt, predicate }));
		expect(createHash('sha256').update(text).digest('hex')).toBe(run.receiptSha256);
	});

	it('is the same for two runs of the same, and so is all else', async () => {
		const facts = await slerpFacts((index) => (index === 3 ? 100 : 0));
		const other = await makeReceipt({
			...facts,
			run: {
				time: '2027-01-01T00:00:00.5Z',
				where: 'page',
				agent: 'Firefox',
				backend: 'webgpu',
				workers: 1,
				retries: 17,
				milliseconds: {},
			},
		});
		expect(other.predicate.run).not.toEqual(receipt.predicate.run);
		expect(other.predicate.run.receiptSha256).toBe(receipt.predicate.run.receiptSha256);
		expect(compareReceipts(receipt, other)).toEqual([]);
	});

	it('does not depend on the order of keys', async () => {
		const reversed = (value: unknown): unknown =>
			Array.isArray(value)
				? value.map(reversed)
				: typeof value === 'object' && value !== null
					? Object.fromEntries(
							Object.entries(value)
								.toReversed()
								.map(([key, member]) => [key, reversed(member)]),
						)
					: value;
		const shuffled = reversed(receipt) as Receipt;
		expect(JSON.stringify(shuffled)).not.toBe(JSON.stringify(receipt));
		expect(await receiptDigest(shuffled)).toBe(await receiptDigest(receipt));
		expect(compareReceipts(receipt, shuffled)).toEqual([]);
	});

	it('changes with every field, which checking and comparing notice', async () => {
		const paths = leaves(rich);
		expect(paths.length).toBeGreaterThan(400);
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), async (path, random) => {
				const other = changed(rich, path, (old) => flipped(old, random)) as Receipt;
				expect(await receiptDigest(other)).not.toBe(await receiptDigest(rich));
				const check = await checkReceipt(receiptText(other));
				if (check.kind === 'read')
					expect(check.problems[0]?.path).toBe('predicate.run.receiptSha256');
				expect(compareReceipts(rich, other).length).toBeGreaterThan(0);
			}),
			{ numRuns: 300 },
		);
	});

	it('changes where a field is left out, or is there twice as much', async () => {
		const digest = await receiptDigest(receipt);
		const { causes, tensors } = receipt.predicate;
		for (const predicate of [
			{ ...receipt.predicate, causes: [...causes, ...causes] },
			{ ...receipt.predicate, tensors: tensors.slice(1) },
			{ ...receipt.predicate, tensors: tensors.toReversed() },
		]) {
			const other = { ...receipt, predicate };
			expect(await receiptDigest(other)).not.toBe(digest);
			expect(compareReceipts(receipt, other).length).toBeGreaterThan(0);
		}
	});
});

describe('a receipt', () => {
	it('agrees with itself', async () => {
		const check = await checkReceipt(receiptText(receipt));
		expect(check).toMatchObject({ kind: 'read', problems: [], receipt });
	});

	it('names the published files at their commit, and who says their digests', () => {
		expect(receipt.subject).toEqual([
			{
				name: 'model.safetensors',
				uri: `pkg:huggingface/o/p@${COMMITS.published}#model.safetensors`,
				digest: { sha256: '3'.repeat(64) },
				annotations: { size: '123456', digest: 'quoted' },
			},
		]);
	});

	it('has counts as text and floats as bits', () => {
		const tensor = rich.predicate.tensors[3];
		expect(tensor).toMatchObject({
			checked: '10000',
			mismatch: '100',
			histogram: ['9900', '100', '0', '0', '0', '0', '0'],
			worst: '42',
			witness: { w0: '0x3f333333', exact: '0x3fe0000000000000' },
		});
		expect(tensor?.claimed).toMatch(/^0x[0-9a-f]{16}$/);
		expect(receipt.predicate.coverage).toMatchObject({
			bytes: String(21 * ELEMENTS * 2),
			ofBytes: String(21 * ELEMENTS * 2),
		});
	});

	it('has intervals that hold those that were found, on a grid that last bits do not reach', async () => {
		const facts = await slerpFacts();
		const withFound = async (found: readonly [number, number]): Promise<string> => {
			const tensors = facts.report.tensors.map((tensor) => ({ ...tensor, found }));
			return receiptDigest(await makeReceipt({ ...facts, report: { ...facts.report, tensors } }));
		};
		expect(await withFound([0.30000000000000004, 0.7])).toBe(await withFound([0.3, 0.7]));
		expect(await withFound([0.3001, 0.7])).not.toBe(await withFound([0.3, 0.7]));
	});

	it('says what it does not prove, and that it is not signed', () => {
		expect(receipt.predicate.signed).toBe(false);
		expect(receipt.predicate.doesNotProve.join(' ')).toContain('not signed');
	});

	it('judges tensors one by one as the model is judged', async () => {
		const findings = (one: Receipt): string[] =>
			one.predicate.tensors.map(({ finding }) => finding);
		expect(receipt.predicate.finding).toBe('close');
		expect(findings(receipt).filter((word) => word === 'close')).toHaveLength(1);
		expect(findings(receipt).filter((word) => word === 'identical')).toHaveLength(20);
		const lacking = await slerpReceipt((index) => (index === 0 ? null : 0));
		expect(lacking.predicate).toMatchObject({ finding: 'incomplete', coverage: { tensors: 20 } });
		expect(findings(lacking)[0]).toBe('incomplete');
		expect((await checkReceipt(receiptText(lacking))).problems).toEqual([]);
		const wrong = await slerpReceipt((index) => (index === 5 ? ELEMENTS / 2 : 0));
		expect(wrong.predicate.finding).toBe('different');
		expect(wrong.predicate.causes[0]?.text).toContain('do not follow from these parents');
		expect((await checkReceipt(receiptText(wrong))).problems).toEqual([]);
	});

	it('tells a tensor that a witness explains from one that none can', async () => {
		const facts = await slerpFacts((index) => (index === 3 ? 100 : 0));
		const withExplanation = async (explanation: Explanation): Promise<Receipt> => {
			const outcome = outcomeOf(facts.plan, (index) => (index === 3 ? 100 : 0));
			const results = outcome.results.map((one) =>
				one.index === 3 ? { ...one, explanation } : one,
			);
			const run = { ...outcome, results };
			const verdict = judge(facts.plan, run);
			if (verdict === null) throw new Error('the plan has a published model');
			return makeReceipt({ ...facts, report: reportOfFull(facts.plan, run, verdict) });
		};
		const explained = await withExplanation({ witness: WITNESS, refuted: false });
		expect(explained.predicate).toMatchObject({
			finding: 'explained',
			causes: [{ code: 'explained' }],
		});
		expect(explained.predicate.tensors[3]).toMatchObject({
			finding: 'explained',
			mismatch: '100',
			witness: { kind: 'slerp', branch: 'great-circle', w0: '0x3f333333', others: 1 },
			reason: null,
		});
		expect((await checkReceipt(receiptText(explained))).problems).toEqual([]);
		const refuted = await withExplanation({ witness: null, refuted: true });
		expect(refuted.predicate.finding).toBe('different');
		expect(refuted.predicate.tensors[3]?.reason).toContain('gives the published bits');
		expect((await checkReceipt(receiptText(refuted))).problems).toEqual([]);
	});

	it('of a model with more tensors than the merge says so', async () => {
		const made = await makeReceipt(await factsOf(slerpPlan({ published: { layers: 3 } })));
		expect(made.predicate).toMatchObject({
			finding: 'incomplete',
			coverage: { tensors: 21, of: 21 },
			causes: [{ code: 'published-extra' }],
		});
		expect((await checkReceipt(receiptText(made))).problems).toEqual([]);
	});

	it('cannot be made without digests of the published files', async () => {
		const facts = await slerpFacts();
		const { lock } = facts;
		await expect(makeReceipt({ ...facts, lock: { ...lock, published: null } })).rejects.toThrow(
			RangeError,
		);
		const files = { 'model.safetensors': { size: 1, sha256: null, from: null } };
		const published = { repo: null, commit: null, files };
		await expect(makeReceipt({ ...facts, lock: { ...lock, published } })).rejects.toThrow(
			'no digest of model.safetensors',
		);
	});

	it('of a folder has no address, and its digests are computed', async () => {
		const facts = await slerpFacts();
		const files = {
			'model.safetensors': { size: 1, sha256: '9'.repeat(64), from: 'computed' as const },
		};
		const published = { repo: null, commit: null, files };
		const made = await makeReceipt({ ...facts, lock: { ...facts.lock, published } });
		expect(made.subject[0]).toEqual({
			name: 'model.safetensors',
			digest: { sha256: '9'.repeat(64) },
			annotations: { size: '1', digest: 'computed' },
		});
		expect((await checkReceipt(receiptText(made))).problems).toEqual([]);
	});

	it('takes numbers that JSON lacks from a recipe', async () => {
		const facts = await slerpFacts();
		const recipe = { ...facts.recipe, parameters: { t: Infinity, other: '\ud83d' } };
		const made = await makeReceipt({ ...facts, recipe });
		expect(made.predicate.definition.recipe.parsed['parameters']).toEqual({
			t: 'Infinity',
			other: '\ufffd',
		});
		expect(made.predicate.definition.recipe.parsed).not.toHaveProperty('text');
	});
});
