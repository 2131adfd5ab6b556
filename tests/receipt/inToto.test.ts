import { describe, expect, it } from 'vitest';
import { receiptText } from '../../src/receipt/index.ts';
import { slerpReceipt } from './facts.ts';

/**
 * What a reader of in-toto asks of any statement, written from the specification, spec/v1/statement.md,
 * resource_descriptor.md and digest_set.md in github.com/in-toto/attestation; and what its protobuf
 * definition adds: fields of no other name. tests/receipt/in_toto.py asks in-toto's own library.
 */
function readStatement(text: string): readonly string[] {
	const problems: string[] = [];
	const must = (holds: boolean, problem: string): void => {
		if (!holds) problems.push(problem);
	};
	const statement = JSON.parse(text) as Record<string, unknown>;
	must(statement['_type'] === 'https://in-toto.io/Statement/v1', '_type');
	must(isUri(statement['predicateType']), 'predicateType is a TypeURI');
	const { predicate, subject } = statement;
	must(typeof predicate === 'object' && !Array.isArray(predicate), 'predicate is an object');
	const known = ['_type', 'subject', 'predicateType', 'predicate'];
	must(
		Object.keys(statement).every((key) => known.includes(key)),
		'a field of no such name',
	);
	must(Array.isArray(subject) && subject.length > 0, 'subject is a list of at least one');
	const subjects = Array.isArray(subject) ? (subject as Record<string, unknown>[]) : [];
	for (const one of subjects) {
		problems.push(...readDescriptor(one));
		must(Object.keys(one['digest'] ?? {}).length > 0, 'each subject has a digest');
	}
	for (const key of ['name', 'uri']) {
		const values = subjects.flatMap((one) => one[key] ?? []);
		must(new Set(values).size === values.length, `${key} is unique among subjects`);
	}
	return problems;
}

const DESCRIPTOR = {
	name: 'string',
	uri: 'string',
	digest: 'object',
	content: 'string',
	downloadLocation: 'string',
	mediaType: 'string',
	annotations: 'object',
} as const;

function readDescriptor(one: Readonly<Record<string, unknown>>): readonly string[] {
	const problems = Object.entries(one)
		.filter(([key, value]) => {
			const type = Object.entries(DESCRIPTOR).find(([name]) => name === key)?.[1];
			return type === undefined || value === null || typeof value !== type;
		})
		.map(([key]) => `the descriptor's ${key}`);
	if (!['uri', 'digest', 'content'].some((key) => key in one))
		problems.push('a descriptor has uri, digest or content');
	if ('uri' in one && !isUri(one['uri'])) problems.push('uri is a URI');
	for (const [algorithm, digest] of Object.entries(one['digest'] ?? {}))
		if (algorithm !== 'sha256' || !/^[0-9a-f]{64}$/.test(String(digest)))
			problems.push('digests are lower-case hex');
	return problems;
}

function isUri(value: unknown): boolean {
	return typeof value === 'string' && /^[a-z][a-z0-9+.-]*:/.test(value) && URL.canParse(value);
}

describe('an in-toto reader', () => {
	it('takes a receipt', async () => {
		expect(readStatement(receiptText(await slerpReceipt()))).toEqual([]);
		expect(readStatement(receiptText(await slerpReceipt(() => 3, true)))).toEqual([]);
	});

	it('would refuse what is none', async () => {
		const receipt = await slerpReceipt();
		const [subject] = receipt.subject;
		for (const wrong of [
			{ ...receipt, _type: 'https://in-toto.io/Statement/v0.1' },
			{ ...receipt, run: {} },
			{ ...receipt, subject: [] },
			{ ...receipt, subject: [{ ...subject, digest: {} }] },
			{ ...receipt, subject: [{ ...subject, uri: null }] },
			{ ...receipt, subject: [{ ...subject, digest: { sha256: 'A'.repeat(64) } }] },
			{ ...receipt, subject: [subject, subject] },
			{ ...receipt, predicateType: 'receipt' },
		])
			expect(readStatement(JSON.stringify(wrong))).not.toEqual([]);
	});
});
