import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemeltError } from '../../src/errors/index.ts';
import { parseStrictJson, type JsonValue } from '../../src/tensors/json.ts';
import {
	DTYPE_BITS,
	layoutSafetensors,
	memorySource,
	readSafetensorsHeader,
	type Dtype,
	type TensorSpec,
} from '../../src/tensors/index.ts';
import { JsonError, JsonNumber } from '../../src/tensors/json.ts';

const DTYPES = (Object.keys(DTYPE_BITS) as Dtype[]).filter((dtype) => DTYPE_BITS[dtype] % 8 === 0);

const specs: fc.Arbitrary<TensorSpec[]> = fc.uniqueArray(
	fc.record({
		name: fc.string({ unit: 'grapheme', maxLength: 20 }).filter((name) => name !== '__metadata__'),
		dtype: fc.constantFrom(...DTYPES),
		shape: fc.array(fc.nat({ max: 6 }), { maxLength: 3 }),
	}),
	{ selector: ({ name }) => name, maxLength: 12 },
);

function build(tensors: readonly TensorSpec[]): Uint8Array {
	const { header, size } = layoutSafetensors(tensors, { file: 'f', metadata: { format: 'pt' } });
	const bytes = new Uint8Array(size);
	bytes.set(header);
	return bytes;
}

test('what the writer lays out, the reader reads back', async () => {
	await fc.assert(
		fc.asyncProperty(specs, async (tensors) => {
			const layout = layoutSafetensors(tensors, { file: 'f' });
			const header = await readSafetensorsHeader(memorySource('f', build(tensors)));
			expect([...header.tensors.values()]).toEqual(layout.tensors);
			expect(header.dataStart % 8).toBe(0);
		}),
	);
});

/** Overwrites, inserts, deletes: what disks, networks and people do to files. */
const mutation = fc.record({
	at: fc.nat(),
	remove: fc.nat({ max: 4 }),
	insert: fc.uint8Array({ maxLength: 4 }),
});

test('a damaged file gives a RemeltError or tensors within the file, nothing else', async () => {
	const ending = { numRuns: 2000 };
	await fc.assert(
		fc.asyncProperty(
			specs,
			fc.array(mutation, { minLength: 1, maxLength: 5 }),
			async (tensors, mutations) => {
				let bytes = [...build(tensors)];
				for (const { at, remove, insert } of mutations)
					bytes = bytes.toSpliced(at % (bytes.length + 1), remove, ...insert);
				try {
					const source = memorySource('f', Uint8Array.from(bytes));
					const header = await readSafetensorsHeader(source);
					for (const { start, end } of header.tensors.values())
						expect(header.dataStart <= start && start <= end && end <= bytes.length).toBe(true);
				} catch (error) {
					expect(error).toBeInstanceOf(RemeltError);
				}
			},
		),
		ending,
	);
});

/** As plain data, to compare with `JSON.parse`. */
function plain(value: JsonValue): unknown {
	if (value instanceof JsonNumber) return Number(value.text);
	if (Array.isArray(value)) return (value as readonly JsonValue[]).map(plain);
	if (value instanceof Map)
		return Object.fromEntries(
			[...(value as ReadonlyMap<string, JsonValue>)].map(([k, v]) => [k, plain(v)]),
		);
	return value;
}

test('valid JSON reads as JSON.parse reads it', () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 6, stringUnit: 'grapheme' }), (text) => {
			expect(plain(parseStrictJson(text))).toEqual(JSON.parse(text));
		}),
	);
});

test('what JSON.parse refuses is refused', () => {
	fc.assert(
		fc.property(
			fc.json({ maxDepth: 3 }),
			fc.nat(),
			fc.string({ maxLength: 3 }),
			(text, at, insert) => {
				const cut = at % (text.length + 1);
				const damaged = text.slice(0, cut) + insert + text.slice(cut + 1);
				try {
					JSON.parse(damaged);
				} catch {
					expect(() => parseStrictJson(damaged)).toThrow(JsonError);
				}
			},
		),
		{ numRuns: 2000 },
	);
});
