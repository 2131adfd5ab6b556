import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import { readYaml, type YamlNode } from '../../src/recipe/yaml.ts';
import { YamlDate, type YamlValue } from '../../src/recipe/yamlScalars.ts';

/** A value as pyyaml.py writes it down: its type, then what it is. */
type Encoded = readonly [string, unknown?];

interface Corpus {
	readonly scalars: readonly (readonly [text: string, read: Encoded])[];
	readonly documents: readonly (readonly [name: string, text: string, read: Encoded])[];
}

const corpus = JSON.parse(readFileSync(new URL('pyyaml.json', import.meta.url), 'utf8')) as Corpus;

/** PyYAML's value in our terms: numbers as doubles, mappings as sorted pairs, errors without their class. */
function expected([type, value]: Encoded): unknown {
	if (type === 'null') return null;
	if (type === 'int') return ['number', Number(value)];
	if (type === 'float') return ['number', pythonFloat(String(value))];
	if (type === 'date') return ['date', value];
	if (type === 'list') return ['list', (value as Encoded[]).map(expected)];
	if (type === 'map')
		return ['map', sorted((value as [Encoded, Encoded][]).map((pair) => pair.map(expected)))];
	return type === 'error' ? 'error' : value;
}

function pythonFloat(text: string): number {
	return Number(text.replace('inf', 'Infinity'));
}

function actual(text: string): unknown {
	try {
		return encode(readYaml(text));
	} catch (error) {
		if (error instanceof RemeltError) return 'error';
		throw error;
	}
}

function encode(node: YamlNode): unknown {
	if (node.kind === 'scalar') return encodeValue(node.value);
	if (node.kind === 'list') return ['list', node.items.map(encode)];
	const last = new Map(node.entries.map(({ name, value }) => [name, value]));
	return ['map', sorted([...last].map(([name, value]) => [encodeValue(name), encode(value)]))];
}

function encodeValue(value: YamlValue): unknown {
	if (value instanceof YamlDate) return ['date', value.iso];
	return typeof value === 'number' ? ['number', value] : value;
}

function sorted(pairs: readonly unknown[]): unknown[] {
	return pairs.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('a scalar', () => {
	it('is read as PyYAML reads it', () => {
		expect(corpus.scalars.length).toBeGreaterThan(400);
		for (const [text, read] of corpus.scalars)
			expect.soft(actual(`- ${text}\n`), text).toEqual(expected(read));
	});
});

/** Refused here although PyYAML reads them: what no recipe is, and line ends that nobody types. */
const REFUSED: readonly string[] = [
	'empty document',
	'only a comment',
	'next line character',
	'line separator',
	'set',
	'long key',
];

describe('a document', () => {
	it('is read as PyYAML reads it', () => {
		expect(corpus.documents.length).toBeGreaterThan(100);
		for (const [name, text, read] of corpus.documents)
			expect.soft(actual(text), name).toEqual(REFUSED.includes(name) ? 'error' : expected(read));
	});

	it('keeps its places where lines within brackets stand at the margin', () => {
		const root = readYaml('a: [\n1,\n  {b: c\n}\n]\nd: "x\ny"\ne: f\n');
		const offsets: number[] = [];
		const walk = (node: YamlNode): void => {
			if (node.kind === 'scalar') offsets.push(node.offset);
			else if (node.kind === 'list') node.items.forEach(walk);
			else
				for (const entry of node.entries) {
					offsets.push(entry.offset);
					walk(entry.value);
				}
		};
		walk(root);
		// a, 1, b, c, d, x y, e, f
		expect(offsets).toEqual([0, 5, 11, 14, 20, 24, 29, 32]);
	});

	it('of unclosed quotes and brackets is refused at its place', () => {
		for (const text of ['a: [1,\n2\nb: 3\n', 'a: "x\nb: 3\n', "- 'a\n- b\n"])
			expect(actual(text)).toBe('error');
	});
});
