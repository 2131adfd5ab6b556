import { describe, expect, test } from 'vitest';
import {
	FIRST_READ,
	MAX_HEADER_LENGTH,
	memorySource,
	parseSafetensorsHeader,
	readSafetensorsHeader,
	type ByteSource,
	type SafetensorsHeader,
} from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { entry, fileBytes, headerBytes } from './build.ts';

function parse(header: unknown, dataLength: number): SafetensorsHeader {
	const json = headerBytes(header);
	const fileSize = 8 + json.byteLength + dataLength;
	return parseSafetensorsHeader(json, { file: 'f.safetensors', fileSize });
}

describe('a good header', () => {
	test('gives offsets that count from the start of the file', () => {
		const header = { a: entry('BF16', [2, 3], 0, 12), b: entry('F32', [], 12, 16) };
		const { tensors, dataStart } = parse(header, 16);
		expect(dataStart).toBe(8 + JSON.stringify(header).length);
		expect(tensors.get('b')).toEqual({
			name: 'b',
			dtype: 'F32',
			shape: [],
			file: 'f.safetensors',
			start: dataStart + 12,
			end: dataStart + 16,
		});
	});

	test('may list tensors in any order, pad with spaces, and have fields that nobody knows', () => {
		const json = `{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3],"note":{"x":[1.5,null]}},
			"a":{"dtype":"I16","shape":[1],"data_offsets":[0,2]}}   `;
		expect([...parse(json, 3).tensors.keys()]).toEqual(['b', 'a']);
	});

	test('may have metadata only, or null for it', () => {
		expect(parse({ __metadata__: { format: 'pt' } }, 0).metadata.get('format')).toBe('pt');
		expect(parse({ __metadata__: null }, 0).tensors.size).toBe(0);
	});

	test('may have empty tensors at a boundary', () => {
		const { tensors } = parse({ a: entry('U8', [2], 0, 2), z: entry('F32', [0, 7], 2, 2) }, 2);
		expect(tensors.get('z')?.shape).toEqual([0, 7]);
	});

	test('may call a tensor __proto__ or constructor', () => {
		const json = `{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
			"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`;
		expect([...parse(json, 2).tensors.keys()]).toEqual(['__proto__', 'constructor']);
	});

	test('may reach far beyond 4 GiB', () => {
		const bytes = 6 * 2 ** 30;
		const json = headerBytes({
			a: entry('BF16', [3, 2 ** 30], 0, bytes),
			b: entry('U8', [1], bytes, bytes + 1),
		});
		const fileSize = 8 + json.byteLength + bytes + 1;
		const { tensors } = parseSafetensorsHeader(json, { file: 'f', fileSize });
		expect(tensors.get('b')?.end).toBe(fileSize);
	});

	test('may have tensors of fewer than 8 bits that fill their bytes', () => {
		expect(
			parse({ a: entry('F4', [3, 2], 0, 3), b: entry('F6_E2M3', [4], 3, 6) }, 6).tensors.size,
		).toBe(2);
	});
});

const BAD: readonly (readonly [what: string, header: unknown, dataLength: number])[] = [
	['two tensors of one name', `{"a":${u8(0, 1)},"a":${u8(0, 1)}}`, 1],
	[
		'two tensors of one name, one written with an escape',
		`{"a":${u8(0, 1)},"\\u0061":${u8(0, 1)}}`,
		1,
	],
	['a field twice', '{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1],
	['metadata twice', '{"__metadata__":{},"__metadata__":{}}', 0],
	['a metadata value that is no text', { __metadata__: { a: 1 } }, 0],
	['metadata that is a list', { __metadata__: [] }, 0],
	['a space before {', ' {}', 0],
	['a byte order mark', '\ufeff{}', 0],
	['a list', '[]', 0],
	['two objects', '{}{}', 0],
	['NUL as padding', '{}\0', 0],
	['no end', '{"a":', 0],
	['a trailing comma', '{"__metadata__":{},}', 0],
	['a lone surrogate', '{"\\ud800":' + u8(0, 1) + '}', 1],
	['a tensor that is no object', { a: 1 }, 0],
	['no dtype', { a: { shape: [1], data_offsets: [0, 1] } }, 1],
	['an unknown dtype', { a: entry('F17', [1], 0, 1) }, 1],
	['a dtype in lower case', { a: entry('u8', [1], 0, 1) }, 1],
	['a dtype from the prototype', { a: entry('toString', [1], 0, 1) }, 1],
	['a shape that is a number', { a: { dtype: 'U8', shape: 1, data_offsets: [0, 1] } }, 1],
	['a negative dimension', { a: entry('U8', [-1], 0, 1) }, 1],
	['a dimension 1.0', '{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}', 1],
	['a dimension 1e0', '{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}', 1],
	[
		'a dimension beyond 2^53',
		'{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}',
		1,
	],
	['a product that overflows', { a: entry('U8', [2 ** 40, 2 ** 40], 0, 1) }, 1],
	['three offsets', { a: { dtype: 'U8', shape: [1], data_offsets: [0, 1, 2] } }, 1],
	['one offset', { a: { dtype: 'U8', shape: [1], data_offsets: [1] } }, 1],
	['offsets the wrong way', { a: entry('U8', [1], 1, 0) }, 1],
	['more bytes than shape and dtype take', { a: entry('F32', [1], 0, 8) }, 8],
	['a tensor of half a byte', { a: entry('F4', [3], 0, 2) }, 2],
	['a hole at the start', { a: entry('U8', [1], 1, 2) }, 2],
	['a hole in the middle', { a: entry('U8', [1], 0, 1), b: entry('U8', [1], 2, 3) }, 3],
	['an overlap', { a: entry('U8', [2], 0, 2), b: entry('U8', [2], 1, 3) }, 3],
	['two tensors on the same bytes', { a: entry('U8', [2], 0, 2), b: entry('U8', [2], 0, 2) }, 2],
	['an empty tensor inside another', { a: entry('U8', [2], 0, 2), b: entry('U8', [0], 1, 1) }, 2],
	['bytes behind the last tensor', { a: entry('U8', [1], 0, 1) }, 2],
	['a name of five thousand characters', { ['a'.repeat(5000)]: entry('U8', [1], 0, 1) }, 1],
	['forty nested lists', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, 0],
];

function u8(begin: number, end: number): string {
	return JSON.stringify(entry('U8', [end - begin], begin, end));
}

describe('a header is refused that has', () => {
	test.each(BAD)('%s', async (_, header, dataLength) => {
		const error = await thrownBy(() => parse(header, dataLength));
		expect(error.code).toBe('header-invalid');
		expect(error.message).toContain('f.safetensors');
		expect(error.hint).not.toBe('');
		expect(error.details.file).toBe('f.safetensors');
	});

	test('bytes that are not UTF-8', async () => {
		const json = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d);
		const error = await thrownBy(() => parseSafetensorsHeader(json, { file: 'f', fileSize: 13 }));
		expect(error.code).toBe('header-invalid');
		expect(error.message).toContain('UTF-8');
	});

	test('tensors beyond the end of the file, which is called truncated', async () => {
		const error = await thrownBy(() => parse({ a: entry('U8', [9], 0, 9) }, 4));
		expect(error.code).toBe('file-truncated');
		expect(error.hint).toContain('get it anew');
	});
});

test('messages name the tensor and the numbers, and escape what turns the direction of writing', async () => {
	const error = await thrownBy(() => parse({ 'evil\u202e.weight': entry('F32', [2], 0, 4) }, 4));
	expect(error.message).toContain('“evil\\u{202e}.weight”');
	expect(error.message).toContain('claims 4 bytes where F32 [2] takes 8');
	expect(error.details).toMatchObject({ claimed: 4, needed: 8 });
});

describe('reading from a source', () => {
	/** A file whose header has exactly this many bytes. */
	function withHeaderOf(length: number): Uint8Array {
		const bare = JSON.stringify({ a: entry('U8', [3], 0, 3) });
		return fileBytes(bare.padEnd(length, ' '), 3);
	}

	function counting(source: ByteSource): {
		source: ByteSource;
		reads: (readonly [number, number])[];
	} {
		const reads: (readonly [number, number])[] = [];
		const read: ByteSource['read'] = (start, end, options) => {
			reads.push([start, end]);
			return source.read(start, end, options);
		};
		return { source: { ...source, read }, reads };
	}

	// A client of the Hub once lost headers of 99,994 to 100,000 bytes at this boundary.
	test.each([
		[FIRST_READ - 9, 1],
		[FIRST_READ - 8, 1],
		[FIRST_READ - 7, 2],
		[FIRST_READ - 1, 2],
		[FIRST_READ, 2],
		[FIRST_READ + 1, 2],
		[3 * FIRST_READ, 2],
	])('a header of %i bytes takes %i read(s)', async (length, reads) => {
		const counted = counting(memorySource('f', withHeaderOf(length)));
		const header = await readSafetensorsHeader(counted.source);
		expect(header.tensors.get('a')?.start).toBe(8 + length);
		expect(counted.reads).toHaveLength(reads);
	});

	test('uses the bytes that the caller has', async () => {
		const bytes = withHeaderOf(200);
		const counted = counting(memorySource('f', bytes));
		await readSafetensorsHeader(counted.source, { prefix: bytes.slice(0, 100) });
		expect(counted.reads).toEqual([[100, 208]]);
	});

	test.each([
		['fewer than eight bytes', new Uint8Array(7), 'file-truncated'],
		['a header of no bytes', new Uint8Array(16), 'header-invalid'],
		['a header longer than the file', lengthPrefix(1000n), 'file-truncated'],
		['a header beyond the cap', lengthPrefix(BigInt(MAX_HEADER_LENGTH) + 1n), 'header-invalid'],
		['a length beyond 2^53', lengthPrefix(2n ** 63n), 'header-invalid'],
	])('refuses %s', async (_, bytes, code) => {
		const error = await thrownBy(() => readSafetensorsHeader(memorySource('f', bytes)));
		expect(error.code).toBe(code);
	});

	test.each([
		['version https://git-lfs.github.com/spec/v1\noid sha256:0', 'Git LFS pointer'],
		['<!DOCTYPE html><html>', 'web page'],
		['PK\u0003\u0004 archive/data.pkl', 'pickle'],
	])('says what %s is instead', async (text, hint) => {
		const source = memorySource('f', new TextEncoder().encode(text));
		expect((await thrownBy(() => readSafetensorsHeader(source))).hint).toContain(hint);
	});

	function lengthPrefix(length: bigint): Uint8Array {
		const bytes = new Uint8Array(64);
		new DataView(bytes.buffer).setBigUint64(0, length, true);
		return bytes;
	}
});
