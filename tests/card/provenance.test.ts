import { describe, expect, it } from 'vitest';
import { readProvenance, readRehearsal } from '../../src/card/index.ts';
import { RemeltError } from '../../src/errors/index.ts';

const PROVENANCE = {
	original: 'https://huggingface.co/a/b',
	originalSource: 'derived',
	retrievedFrom: 'A text.',
	published: { date: '2024-03-22', source: 'original', note: 'It says so.' },
	parameters: { billions: 7.24, source: 'original', note: 'It says so.' },
	facts: [{ where: 'title', value: 'b', source: 'original', note: 'As written.' }],
};

/** The error that reading throws. */
function errorOf(read: () => unknown): RemeltError {
	try {
		read();
	} catch (error) {
		if (error instanceof RemeltError) return error;
	}
	throw new Error('Nothing was thrown.');
}

describe('a provenance file', () => {
	it('is read as it is', () => {
		expect(readProvenance(JSON.stringify(PROVENANCE))).toEqual(PROVENANCE);
		expect(
			readProvenance(JSON.stringify({ ...PROVENANCE, parameters: null })).parameters,
		).toBeNull();
	});

	it.each([
		['an address that is no https', { original: 'http://x.org' }, 'original'],
		[
			'a date that is no day',
			{ published: { date: '03-22-2024', source: 'original', note: 'x' } },
			'published.date',
		],
		[
			'a source that is none',
			{ facts: [{ where: 'x', source: 'guess', note: 'x' }] },
			'facts.0.source',
		],
		['no facts', { facts: [] }, 'facts'],
		['a key that nobody reads', { extra: 1 }, ''],
	])('with %s is refused, with the place', (_, change, path) => {
		const error = errorOf(() =>
			readProvenance(JSON.stringify({ ...PROVENANCE, ...change }), 'p.json'),
		);
		expect(error.code).toBe('card-invalid');
		expect(error.details).toEqual({ file: 'p.json', path });
	});

	it('that is no JSON is refused', () => {
		expect(errorOf(() => readProvenance('{')).code).toBe('card-invalid');
	});
});

describe('a rehearsal file', () => {
	it('names an architecture and its layers', () => {
		const data = { architecture: 'MistralForCausalLM', layers: 32 };
		expect(readRehearsal(JSON.stringify(data))).toEqual(data);
		expect(errorOf(() => readRehearsal('{"architecture":"x","layers":0}')).details).toMatchObject({
			path: 'layers',
		});
	});
});
