import { describe, expect, test } from 'vitest';
import type { MergeSink } from '../../src/merge/index.ts';
import { copyFiles } from '../../src/reproducer/sinks/copy.ts';
import { createFolderSink } from '../../src/reproducer/sinks/folder.ts';
import { createMemorySink } from '../../src/reproducer/sinks/memory.ts';
import { zipFiles } from '../../src/reproducer/sinks/zip.ts';
import { fakeFolder } from './fakeFolder.ts';

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

async function write(sink: MergeSink, name: string, ...chunks: Uint8Array[]): Promise<void> {
	await sink.open(
		name,
		chunks.reduce((sum, { byteLength }) => sum + byteLength, 0),
	);
	for (const chunk of chunks) await sink.write(chunk);
	await sink.close();
}

async function contents(blob: Blob | undefined): Promise<number[] | null> {
	return blob === undefined ? null : [...new Uint8Array(await blob.arrayBuffer())];
}

describe('memory', () => {
	test('files show after commit, byte for byte', async () => {
		const sink = createMemorySink();
		await write(sink, 'model.safetensors', bytes(1, 2), bytes(3));
		await write(sink, 'empty.txt');
		expect(sink.files.size).toBe(0);
		await sink.commit();
		expect([...sink.files.keys()]).toEqual(['model.safetensors', 'empty.txt']);
		expect(await contents(sink.files.get('model.safetensors'))).toEqual([1, 2, 3]);
	});

	test('an abort leaves nothing, half-way or after a file', async () => {
		const sink = createMemorySink();
		await write(sink, 'a', bytes(1));
		await sink.open('b', 2);
		await sink.write(bytes(1));
		await sink.abort();
		await sink.commit();
		expect(sink.files.size).toBe(0);
	});

	test('a file of another size than planned is refused', async () => {
		const sink = createMemorySink();
		await sink.open('a', 3);
		await sink.write(bytes(1));
		await expect(sink.close()).rejects.toMatchObject({
			code: 'sink-failed',
			details: { file: 'a', expected: 3, found: 1 },
		});
	});

	test('bytes without a file are refused', async () => {
		await expect(createMemorySink().write(bytes(1))).rejects.toMatchObject({ code: 'sink-failed' });
	});
});

describe('a folder', () => {
	test('gets the files in a folder of their own', async () => {
		const folder = fakeFolder();
		const sink = await createFolderSink(folder.handle, 'merged');
		await write(sink, 'model.safetensors', bytes(1, 2), bytes(3));
		await sink.commit();
		expect([...folder.files()]).toEqual([['merged/model.safetensors', bytes(1, 2, 3)]]);
	});

	test('never writes into a folder that was there', async () => {
		const folder = fakeFolder(['Merged', 'merged-2']);
		const sink = await createFolderSink(folder.handle, 'merged');
		expect(sink.name).toBe('merged-3');
		await sink.abort();
		expect(folder.folders()).toEqual(['Merged', 'merged-2']);
	});

	test('an abort in the middle of a file leaves neither file nor folder', async () => {
		const folder = fakeFolder();
		const sink = await createFolderSink(folder.handle, 'merged');
		await write(sink, 'config.json', bytes(1));
		await sink.open('model.safetensors', 100);
		await sink.write(bytes(1, 2));
		await sink.abort();
		expect(folder.files().size).toBe(0);
		expect(folder.folders()).toEqual([]);
	});

	test('a full disk is said with the file and the bytes', async () => {
		const folder = fakeFolder();
		const sink = await createFolderSink(folder.handle, 'merged');
		await sink.open('model.safetensors', 2);
		folder.fill();
		await expect(sink.write(bytes(1, 2))).rejects.toMatchObject({
			code: 'sink-failed',
			message: expect.stringContaining('model.safetensors') as string,
		});
		await sink.abort();
		expect(folder.folders()).toEqual([]);
	});

	test('a folder that cannot be read, made or removed is a sink that failed', async () => {
		const denied = async (): Promise<never> =>
			Promise.reject(new DOMException('denied', 'NotAllowedError'));
		const folder = fakeFolder();
		const readOnly = Object.assign(folder.handle, { getDirectoryHandle: denied });
		await expect(createFolderSink(readOnly, 'merged')).rejects.toMatchObject({
			code: 'sink-failed',
		});
	});
});

describe('files kept in memory', () => {
	const files = new Map([
		['model.safetensors', new Blob([new Uint8Array([1, 2, 3])])],
		['config.json', new Blob(['{}'])],
	]);

	test('can be copied to a folder', async () => {
		const folder = fakeFolder();
		await copyFiles(files, await createFolderSink(folder.handle, 'merged'));
		expect(folder.files().get('merged/model.safetensors')).toEqual(bytes(1, 2, 3));
		expect(folder.files().get('merged/config.json')).toEqual(new TextEncoder().encode('{}'));
	});

	test('leave nothing when copying fails', async () => {
		const folder = fakeFolder();
		const sink = await createFolderSink(folder.handle, 'merged');
		folder.fill();
		await expect(copyFiles(files, sink)).rejects.toMatchObject({ code: 'sink-failed' });
		expect(folder.folders()).toEqual([]);
	});

	test('are zipped as they are, inside a folder', async () => {
		const zip = await zipFiles('merged', files);
		const text = new TextDecoder('latin1').decode(await zip.arrayBuffer());
		// Stored entries: a local header ends with the name, and the bytes follow.
		expect(text).toContain('merged/model.safetensors\u0001\u0002\u0003');
		expect(text).toContain('merged/config.json{}');
		expect(text.startsWith('PK\u0003\u0004')).toBe(true);
	});
});
