import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openNodeFile, openNodeFolder } from '../../src/tensors/node.ts';
import {
	blobSource,
	memorySource,
	openFolderModel,
	type ModelFiles,
} from '../../src/tensors/index.ts';
import { thrownBy } from '../support/errors.ts';
import { entry, fileBytes } from './build.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'remelt-'));
});
afterEach(async () => {
	await rm(folder, { recursive: true });
});

/** The same files by both ways: from disk, and as the reader's own `File`s. */
const WAYS: readonly (readonly [string, (files: Files) => Promise<ModelFiles>])[] = [
	[
		'a folder on disk',
		async (files) => {
			const own = await mkdtemp(join(folder, 'model-'));
			for (const [name, data] of Object.entries(files)) await writeFile(join(own, name), data);
			return openNodeFolder(own, { id: 'model' });
		},
	],
	[
		'files that the reader chose',
		(files) =>
			openFolderModel(
				Object.entries(files).map(([name, data]) => fileOf(name, data)),
				'model',
			),
	],
];

function fileOf(name: string, data: string | Uint8Array): File {
	const file = new File([typeof data === 'string' ? data : new Uint8Array(data)], name);
	Object.defineProperty(file, 'webkitRelativePath', { value: `chosen/${name}` });
	return file;
}

const CONFIG = '{"architectures": ["MistralForCausalLM"]}';
const SINGLE = fileBytes({ a: entry('U8', [3], 0, 3) }, 3);
const SHARDS: Files = {
	'config.json': CONFIG,
	'one.safetensors': fileBytes({ a: entry('U8', [3], 0, 3), c: entry('U8', [1], 3, 4) }, 4),
	'two.safetensors': fileBytes({ b: entry('U8', [2], 0, 2) }, 2),
	'model.safetensors.index.json': JSON.stringify({
		metadata: { total_size: 5 },
		weight_map: { a: 'one.safetensors', b: 'two.safetensors', c: 'one.safetensors' },
	}),
};

function withIndex(weightMap: unknown): Files {
	return { ...SHARDS, 'model.safetensors.index.json': JSON.stringify({ weight_map: weightMap }) };
}

describe.each(WAYS)('%s', (_, open) => {
	test('gives config, tensors and bytes of a single file', async () => {
		const model = await open({ 'config.json': CONFIG, 'model.safetensors': SINGLE });
		expect(model.headers).toMatchObject({ id: 'model', revision: 'folder', config: CONFIG });
		const tensor = model.headers.tensors.get('a');
		const source = model.file('model.safetensors');
		expect(await source.read(tensor?.start ?? 0, tensor?.end ?? 0)).toEqual(Uint8Array.of(0, 1, 2));
		expect(model.headers.files.get('model.safetensors')).toMatchObject({
			size: SINGLE.length,
			etag: null,
		});
		expect(await model.text('tokenizer.json')).toBeNull();
	});

	test('gives any file beside the weights byte for byte', async () => {
		const binary = Uint8Array.of(0x0a, 0xff, 0, 0x80);
		const model = await open({
			'config.json': CONFIG,
			'model.safetensors': SINGLE,
			'tokenizer.model': binary,
		});
		expect(await model.bytes('tokenizer.model')).toEqual(binary);
		expect(await model.bytes('tokenizer.json')).toBeNull();
		const stopped = model.bytes('tokenizer.model', { signal: AbortSignal.abort() });
		await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
	});

	test('joins shards by their index', async () => {
		const { headers } = await open(SHARDS);
		expect([...headers.tensors.values()].map(({ name, file }) => `${name} ${file}`)).toEqual([
			'a one.safetensors',
			'b two.safetensors',
			'c one.safetensors',
		]);
		expect([...headers.files.keys()]).toEqual(['one.safetensors', 'two.safetensors']);
		expect(headers.findings).toEqual([]);
	});

	test('goes by the index where there is a single file, too', async () => {
		const { headers } = await open({ ...SHARDS, 'model.safetensors': SINGLE });
		expect(headers.tensors.size).toBe(3);
	});

	test('reports tensors that the index leaves out', async () => {
		const { headers } = await open(withIndex({ a: 'one.safetensors', b: 'two.safetensors' }));
		expect([...headers.tensors.keys()]).toEqual(['a', 'b']);
		expect(headers.findings).toMatchObject([{ code: 'index-disagrees', details: { tensor: 'c' } }]);
	});

	test.each([
		['a tensor that its file lacks', withIndex({ z: 'one.safetensors' }), 'header-invalid'],
		['a file outside of the folder', withIndex({ a: '../one.safetensors' }), 'header-invalid'],
		['a file with an escaped name', withIndex({ a: '%2e%2e/one.safetensors' }), 'header-invalid'],
		['a file that is a pickle', withIndex({ a: 'pytorch_model.bin' }), 'header-invalid'],
		['a file that is not there', withIndex({ a: 'three.safetensors' }), 'file-missing'],
		['no map', withIndex(null), 'header-invalid'],
		['an empty map', withIndex({}), 'header-invalid'],
	])('refuses an index with %s', async (__, files, code) => {
		expect((await thrownBy(() => open(files))).code).toBe(code);
	});

	test('refuses an index that is not JSON, or names a tensor twice', async () => {
		for (const text of ['{', '{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}']) {
			const error = await thrownBy(() => open({ ...SHARDS, 'model.safetensors.index.json': text }));
			expect(error.code).toBe('header-invalid');
		}
	});

	test('says which file is missing', async () => {
		const bare = await thrownBy(() => open({ 'model.safetensors': SINGLE }));
		expect(bare).toMatchObject({ code: 'file-missing', details: { file: 'config.json' } });
		const pickled = await thrownBy(() => open({ 'config.json': CONFIG, 'pytorch_model.bin': 'x' }));
		expect(pickled.code).toBe('file-missing');
		expect(pickled.hint).toContain('pickles');
	});

	test('stops where the signal says so', async () => {
		const model = await open({ 'config.json': CONFIG, 'model.safetensors': SINGLE });
		const signal = AbortSignal.abort();
		const error = await thrownBy(() => model.file('model.safetensors').read(0, 1, { signal }));
		expect(error.code).toBe('aborted');
	});
});

test('a file on disk that changes while it is read is noticed', async () => {
	const path = join(folder, 'f');
	await writeFile(path, 'abcdef');
	const source = await openNodeFile(path);
	await truncate(path, 3);
	expect((await thrownBy(() => source.read(0, 6))).code).toBe('content-changed');
	await writeFile(path, 'ABCDEF');
	await utimes(path, 1, 1);
	expect((await thrownBy(() => source.read(0, 6))).code).toBe('content-changed');
});

describe('a file on disk that is read at once', () => {
	test('gives the bytes that are given to those who wait', async () => {
		const path = join(folder, 'f');
		await writeFile(path, 'abcdef');
		const source = await openNodeFile(path);
		for (const [start, end] of [
			[0, 6],
			[2, 5],
			[6, 6],
		] as const) {
			// In the middle of other bytes, which stay as they are.
			const around = new Uint8Array(10).fill(1);
			source.readInto?.(start, end, around.subarray(2, 2 + end - start));
			const expected = new Uint8Array(10).fill(1);
			expected.set(await source.read(start, end), 2);
			expect(around).toEqual(expected);
		}
	});

	test('refuses what lies beyond its end, and another number of bytes', async () => {
		const path = join(folder, 'f');
		await writeFile(path, 'abcdef');
		const source = await openNodeFile(path);
		expect(() => source.readInto?.(4, 7, new Uint8Array(3))).toThrow(RangeError);
		expect(() => source.readInto?.(2, 1, new Uint8Array(0))).toThrow(RangeError);
		expect(() => source.readInto?.(0, 2, new Uint8Array(3))).toThrow(RangeError);
	});

	test('is noticed where it has changed or is gone', async () => {
		const path = join(folder, 'f');
		await writeFile(path, 'abcdef');
		const source = await openNodeFile(path);
		const read = async (): Promise<void> => {
			source.readInto?.(0, 6, new Uint8Array(6));
			return Promise.resolve();
		};
		await truncate(path, 3);
		expect((await thrownBy(read)).code).toBe('content-changed');
		await writeFile(path, 'ABCDEF');
		await utimes(path, 1, 1);
		expect((await thrownBy(read)).code).toBe('content-changed');
		await rm(path);
		expect((await thrownBy(read)).code).toBe('content-changed');
		expect((await thrownBy(() => source.read(0, 6))).code).toBe('content-changed');
	});
});

test('a folder or file that is not there is called missing', async () => {
	expect((await thrownBy(() => openNodeFolder(join(folder, 'no')))).code).toBe('file-missing');
	expect((await thrownBy(() => openNodeFile(folder))).code).toBe('file-missing');
});

test('memory and blobs give copies of exactly the range, and refuse ranges beyond the end', async () => {
	const bytes = Uint8Array.of(1, 2, 3, 4);
	for (const source of [memorySource('m', bytes), blobSource('b', new Blob([bytes]))]) {
		const part = await source.read(1, 3);
		part[0] = 9;
		expect(await source.read(1, 3)).toEqual(Uint8Array.of(2, 3));
		expect(await source.read(4, 4)).toEqual(new Uint8Array(0));
		await expect(source.read(2, 5)).rejects.toThrow(RangeError);
		await expect(source.read(3, 2)).rejects.toThrow(RangeError);
	}
});

test('a blob that cannot be read any more is called changed', async () => {
	const gone = new Blob(['abc']);
	const fail = (): Promise<ArrayBuffer> =>
		Promise.reject(new DOMException('gone', 'NotReadableError'));
	Object.defineProperty(gone, 'slice', { value: () => ({ arrayBuffer: fail }) });
	expect((await thrownBy(() => blobSource('b', gone).read(0, 1))).code).toBe('content-changed');
});
