import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
	checkReceipt,
	compareReceipts,
	receiptDigest,
	receiptText,
	type Problem,
	type Receipt,
	type ReceiptTensor,
} from '../../src/receipt/index.ts';
import { slerpReceipt } from './facts.ts';

let receipt: Receipt;
beforeAll(async () => {
	receipt = await slerpReceipt((index) => (index === 3 ? 100 : 0));
});

/** What checking finds in a text. */
async function problemsOf(text: string): Promise<readonly Problem[]> {
	return (await checkReceipt(text)).problems;
}

/** What checking finds in a receipt whose digest was taken anew after it was edited. */
async function edited(predicate: Partial<Receipt['predicate']>): Promise<string> {
	const other: Receipt = structuredClone({
		...receipt,
		predicate: { ...receipt.predicate, ...predicate },
	});
	other.predicate.run.receiptSha256 = await receiptDigest(other);
	const check = await checkReceipt(receiptText(other));
	expect(check.kind).toBe('read');
	return check.problems.map(({ path, message }) => `${path} ${message}`).join('\n');
}

/** The same with one tensor changed, the one that differs. */
async function editedTensor(change: Partial<ReceiptTensor>): Promise<string> {
	const { tensors } = receipt.predicate;
	return edited({
		tensors: tensors.map((tensor, index) => (index === 3 ? { ...tensor, ...change } : tensor)),
	});
}

describe('a receipt that contradicts itself is found out, with the place', () => {
	const at = 'predicate.tensors[3]';

	it('in counts', async () => {
		expect(await edited({})).toBe('');
		const histogram = ['9900', '99', '1', '0', '0', '0', '0'];
		expect(await editedTensor({ histogram })).toContain(`${at}.histogram`);
		expect(await editedTensor({ histogram, maxUlp: 2 })).toBe('');
		expect(await editedTensor({ histogram: ['9901', '100', '0', '0', '0', '0', '0'] })).toContain(
			'sum to 10001, and 10000 elements were checked',
		);
		expect(await editedTensor({ mismatch: '101' })).toContain('100 of its elements differ');
		expect(await editedTensor({ mismatch: '0' })).toContain(`${at}.maxUlp`);
		expect(await editedTensor({ maxUlp: 2 ** 32 - 1 })).toContain(`${at}.histogram`);
		expect(await editedTensor({ worst: '10000' })).toContain(`${at}.worst`);
		expect(await editedTensor({ signOfZero: '9901' })).toContain(`${at}.signOfZero`);
		expect(await editedTensor({ checked: '10001' })).toContain(
			'10001 elements were checked of 10000',
		);
		expect(await editedTensor({ shape: [9999] })).toContain('10000 elements were checked of 9999');
		expect(await editedTensor({ mismatch: null })).toContain('mismatch is not');
	});

	it('in intervals', async () => {
		const [low, high] = ['0x3fb999999999999a', '0x3fe6666666666666'] as const;
		expect(await editedTensor({ found: [low, high] })).toBe('');
		expect(await editedTensor({ found: [high, low] })).toContain(`${at}.found`);
		expect(await editedTensor({ theta: ['0x7ff8000000000000', high] })).toContain(`${at}.theta`);
		const sampled = receipt.predicate.tensors.map((tensor) => ({
			...tensor,
			finding: 'agrees' as const,
			claimed: '0x3fd3333333333333',
			found: [low, high] as [string, string],
		}));
		const spot = { level: 'spot', finding: 'agrees', sampleSeed: 7 } as const;
		expect(await edited({ ...spot, tensors: sampled })).toBe('');
		const outside = sampled.map((tensor) => ({ ...tensor, claimed: '0x3fe8000000000000' }));
		expect(await edited({ ...spot, tensors: outside })).toContain('t = 0.75 is outside');
	});

	it('in its coverage', async () => {
		const { coverage, tensors } = receipt.predicate;
		expect(await edited({ coverage: { ...coverage, tensors: 20 } })).toContain('coverage.tensors');
		expect(await edited({ coverage: { ...coverage, of: 20 } })).toContain('coverage.of');
		expect(await edited({ coverage: { ...coverage, bytes: '1' } })).toContain('coverage.bytes');
		expect(await edited({ coverage: { ...coverage, ofBytes: '9' } })).toContain('coverage.ofBytes');
		expect(await edited({ tensors: tensors.slice(1) })).toContain('coverage.bytes');
		const twice = [...tensors.slice(1), ...tensors.slice(-1)];
		expect(await edited({ tensors: twice })).toContain('two tensors of this name');
	});

	it('in what stands in two places', async () => {
		const { definition } = receipt.predicate;
		const recipe = { ...definition.recipe, sha256: 'f'.repeat(64) };
		expect(await edited({ definition: { ...definition, recipe } })).toContain('recipe.sha256');
		expect(await edited({ semantics: '0.1.4' })).toContain('predicate.semantics');
		expect(await edited({ definition: { ...definition, methods: ['ties'] } })).toContain('methods');
		expect(await edited({ sampleSeed: 1 })).toContain('predicate.sampleSeed');
		const lock = { ...definition.lock, published: null };
		expect(await edited({ definition: { ...definition, lock } })).toContain('subject');
	});

	it.each([
		['identical', 'is close'],
		['explained', 'is close'],
		['consistent', 'is close'],
		['agrees', 'cannot find that a model is agrees'],
		['fits', 'cannot find that a model is fits'],
		['different', ''],
		['incomplete', ''],
		['undecidable', ''],
	] as const)('in a model that is said to be %s', async (finding, problem) => {
		const found = await edited({ finding });
		// A worse finding with its causes claims too little, which nobody is misled by.
		if (problem === '') expect(found).toBe('');
		else expect(found).toContain(problem);
	});

	it('in tensors that are said to be better than their counts', async () => {
		expect(await editedTensor({ finding: 'identical' })).toContain('elements differ');
		expect(await editedTensor({ finding: 'explained' })).toContain('there is no witness');
		expect(await editedTensor({ finding: 'agrees' })).toContain('cannot find that a tensor');
		expect(await editedTensor({ finding: 'different' })).toContain('the model is said to be close');
		expect(await edited({ finding: 'incomplete', causes: [] })).toContain('Nothing says why');
	});

	it('but not in a sample that cannot decide of every tensor', async () => {
		const tensors = receipt.predicate.tensors.map((tensor, index) => ({
			...tensor,
			finding: index === 0 ? ('undecidable' as const) : ('consistent' as const),
		}));
		const spot = { level: 'spot', sampleSeed: 7, tensors } as const;
		expect(await edited({ ...spot, finding: 'consistent' })).toBe('');
		expect(await edited({ ...spot, finding: 'agrees' })).toContain('none of its tensors is');
		const full = { level: 'full', finding: 'consistent', tensors } as const;
		expect(await edited(full)).toContain('is undecidable');
	});

	it('in headers that cover tensors which are not there', async () => {
		const tensors = receipt.predicate.tensors.map((tensor, index) => ({
			...tensor,
			finding: index === 0 ? ('different' as const) : ('fits' as const),
			checked: '0',
			mismatch: null,
			maxUlp: null,
			histogram: null,
			signOfZero: null,
			worst: null,
		}));
		const coverage = { ...receipt.predicate.coverage, tensors: 20, bytes: '0' };
		const headers = { level: 'headers', tensors } as const;
		expect(await edited({ ...headers, finding: 'different', coverage })).toBe('');
		expect(await edited({ ...headers, finding: 'fits', coverage })).toContain('said to be fits');
		const all = { ...coverage, tensors: 21 };
		expect(await edited({ ...headers, finding: 'different', coverage: all })).toContain(
			'coverage.tensors',
		);
	});

	it('in a sample that claims to be identical', async () => {
		const tensors = receipt.predicate.tensors.map((tensor) => ({
			...tensor,
			finding: 'identical' as const,
		}));
		const found = await edited({ level: 'spot', finding: 'identical', tensors });
		expect(found).toContain('The level spot cannot find that a model is identical');
	});
});

describe('what is no receipt is said to be none, without throwing', () => {
	it.each([
		['nothing', '\n', 'The file is empty'],
		['a web page', '<!doctype html>', 'not JSON'],
		['null', 'null', 'no receipt'],
		['a list', '[]', 'no receipt'],
		[
			'another statement',
			'{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}',
			'its type is "x"',
		],
		['a statement without type', '{"_type":"https://in-toto.io/Statement/v1"}', 'its type is null'],
		[
			'an envelope',
			'{"payloadType":"application/vnd.in-toto+json","payload":""}',
			'signed envelope',
		],
		['a key that stands twice', '{"a":{"b":1,"b":2}}', 'a.b stands twice'],
		[
			'a key that stands twice by an escape',
			'{"a":[0,{"b":1,"\\u0062":2}]}',
			'a[1].b stands twice',
		],
		['__proto__', '{"__proto__":{}}', '__proto__ is a key that no such file has'],
		['half of a pair', '{"a":"\\ud83d"}', 'half of a surrogate pair'],
		['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested more than 256 deep'],
	])('%s', async (_, text, message) => {
		const check = await checkReceipt(text);
		expect(check.kind).toBe('malformed');
		const said = check.problems.map((one) => `${one.message} ${one.hint}`).join(' ');
		expect(said).toContain(message);
		for (const { hint } of check.problems) expect(hint).toMatch(/^[A-Z].*\.$/);
	});

	it('a huge file, before it is parsed', async () => {
		const check = await checkReceipt(' '.repeat(500_000_001));
		expect(check).toMatchObject({ kind: 'malformed' });
		expect(check.problems[0]?.message).toContain('500000001 characters');
	});

	it('a receipt that was cut off anywhere', async () => {
		const text = receiptText(receipt).trimEnd();
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: text.length - 1 }), async (length) => {
				const check = await checkReceipt(text.slice(0, length));
				expect(check.kind).toBe('malformed');
				expect(check.problems[0]?.hint).toContain('ends too early');
			}),
			{ numRuns: 50 },
		);
	});

	it('values of wrong types, each with its place', async () => {
		const wrong: unknown = {
			...receipt,
			predicate: {
				...receipt.predicate,
				level: 'all',
				coverage: { ...receipt.predicate.coverage, bytes: 17 },
				tensors: [{ ...receipt.predicate.tensors[0], mismatch: '-1', extra: 1 }],
			},
		};
		const problems = await problemsOf(JSON.stringify(wrong));
		expect(problems.map(({ path }) => path).toSorted()).toEqual([
			'predicate.coverage.bytes',
			'predicate.level',
			'predicate.tensors[0]',
			'predicate.tensors[0].mismatch',
		]);
		expect(problems.find(({ path }) => path.endsWith('mismatch'))?.message).toContain('decimal');
	});

	it('any JSON whatever', async () => {
		await fc.assert(
			fc.asyncProperty(fc.json(), async (text) => {
				expect((await checkReceipt(text)).kind).toBe('malformed');
			}),
			{ numRuns: 200 },
		);
	});
});

describe('comparing', () => {
	it('names tensors, and shows both values', async () => {
		const other = await slerpReceipt((index) => (index === 3 ? 99 : 0));
		const name = receipt.predicate.tensors[3]?.name ?? '';
		const found = compareReceipts(receipt, other);
		expect(found).toContainEqual({
			path: `predicate.tensors["${name}"].mismatch`,
			a: '"100"',
			b: '"99"',
		});
		expect(found.map(({ path }) => path)).toContain('predicate.sentence');
	});

	it('says which of the two has what the other lacks', () => {
		const [first] = receipt.predicate.tensors;
		const fewer = {
			...receipt,
			predicate: { ...receipt.predicate, tensors: receipt.predicate.tensors.slice(1) },
		};
		const path = `predicate.tensors["${first?.name ?? ''}"]`;
		const a = JSON.stringify(first);
		expect(compareReceipts(receipt, fewer)).toEqual([{ path, a, b: null }]);
		expect(compareReceipts(fewer, receipt)).toContainEqual({ path, a: null, b: a });
	});

	it('leaves out the block of the run', () => {
		const run = { ...receipt.predicate.run, workers: 99, agent: 'another' };
		const other = { ...receipt, predicate: { ...receipt.predicate, run } };
		expect(compareReceipts(receipt, other)).toEqual([]);
	});
});
