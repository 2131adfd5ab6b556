import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFolderSink } from '../../src/cli/folderSink.ts';
import { thrownBy } from '../support/errors.ts';

let root = '';
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-sink-'));
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

const BYTES = new Uint8Array([1, 2, 3]);

it('shows files under their names only once everything is there', async () => {
	const folder = join(root, 'model');
	const sink = await createNodeFolderSink(folder);
	for (const name of ['a.bin', 'b.bin']) {
		await sink.open(name, 6);
		await sink.write(BYTES);
		await sink.write(BYTES);
		await sink.close();
		expect(await readdir(folder)).not.toContain(name);
	}
	await sink.commit();
	expect((await readdir(folder)).toSorted()).toEqual(['a.bin', 'b.bin']);
	expect([...(await readFile(join(folder, 'b.bin')))]).toEqual([1, 2, 3, 1, 2, 3]);
});

it('leaves nothing after an abort, not even the folders it made', async () => {
	const sink = await createNodeFolderSink(join(root, 'deep', 'model'));
	await sink.open('a.bin', 3);
	await sink.write(BYTES);
	await sink.close();
	await sink.open('b.bin', 3);
	// The write is still pending when the abort comes.
	const pending = sink.write(BYTES);
	await sink.abort();
	await pending.catch(() => undefined);
	expect(await readdir(root)).toEqual([]);
	expect((await thrownBy(async () => sink.open('c.bin', 1))).code).toBe('aborted');
});

it('leaves a folder that was there before, and what others put into one', async () => {
	const mine = await createNodeFolderSink(root);
	await mine.open('a.bin', 3);
	await mine.abort();
	expect(await readdir(root)).toEqual([]);

	const shared = await createNodeFolderSink(join(root, 'new'));
	await shared.open('a.bin', 3);
	await writeFile(join(root, 'new', 'note.txt'), 'mine');
	await shared.abort();
	expect(await readdir(join(root, 'new'))).toEqual(['note.txt']);
});

it('refuses a folder with something in it, and a file', async () => {
	await writeFile(join(root, 'old.txt'), 'old');
	for (const place of [root, join(root, 'old.txt')])
		expect((await thrownBy(async () => createNodeFolderSink(place))).code).toBe('sink-failed');
});

it('says that writing failed where it did', async () => {
	const sink = await createNodeFolderSink(join(root, 'model'));
	await sink.open('a.bin', 3);
	await mkdir(join(root, 'model', 'b.bin.remelt-part'));
	const error = await thrownBy(async () => sink.open('b.bin', 3));
	expect(error.code).toBe('sink-failed');
	expect(error.hint).toContain('disk');
	await sink.abort().catch(() => undefined);
});
