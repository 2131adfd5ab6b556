import {
	appendFile,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	truncate,
	writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderSink } from '../../src/cli/folderSink.ts';
import { openOutFolder, type OutFolder } from '../../src/cli/outFolder.ts';
import { runMerge } from '../../src/merge/index.ts';
import type { TensorMerger } from '../../src/merge/index.ts';
import { RemeltError } from '../../src/errors/index.ts';
import { planOf, turn } from '../merge/fakes.ts';
import { thrownBy } from '../support/errors.ts';
import { folderDigests } from './support.ts';

let root = '';
let out = '';
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'remelt-sink-'));
	out = join(root, 'deep', 'model');
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

/** Two files of several tensors each. */
const PLAN = planOf({ layers: 2 }, 200);
const COUNT = PLAN.tensors.length;

async function opened(digest = 'one', restart = false, fileDigests = false): Promise<OutFolder> {
	return openOutFolder(out, { plan: PLAN, digest, restart, fileDigests });
}

/** Fills each tensor with its index, and fails at one once those before it have been written. */
function merger(sink: FolderSink, failAt = COUNT): TensorMerger {
	return async ({ index, tensor, emit }) => {
		if (index === failAt) {
			while (sink.kept < failAt) await turn();
			throw new RemeltError('network-failed', 'The cable was cut.');
		}
		const bytes = new Uint8Array(tensor.bytes).fill(index);
		const output = createHash('sha256').update(bytes).digest('hex');
		await emit?.(bytes);
		return {
			index,
			outcome: null,
			digests: { inputs: [], output },
			comparison: null,
			explanation: null,
			bytesRead: NaN,
		};
	};
}

/** Runs into the folder and says which tensors were merged. */
async function run(failAt?: number, restart = false): Promise<number[]> {
	return runIn(await opened('one', restart), failAt);
}

async function runIn(folder: OutFolder, failAt?: number): Promise<number[]> {
	if (folder.kind === 'complete') return [];
	const merged: number[] = [];
	await runMerge(PLAN, {
		merge: merger(folder.sink, failAt),
		concurrency: 1,
		sink: folder.sink,
		done: folder.done,
		onEvent: (event) => {
			if (event.kind === 'finished') merged.push(event.result.index);
		},
	});
	return merged;
}

/** Every index of the plan's tensors from `start` on. */
function from(start: number): number[] {
	return PLAN.tensors.map((_, index) => index).slice(start);
}

const JOURNAL = '.remelt/journal.jsonl';

describe('an output folder', () => {
	it('shows nothing before everything is there, and then all of it', async () => {
		const folder = await opened();
		if (folder.kind !== 'open') throw new Error('it is complete');
		for (const name of ['a.bin', 'b.bin']) {
			await folder.sink.open(name, 2);
			await folder.sink.write(new Uint8Array([1]));
			await folder.sink.write(new Uint8Array([2]));
			await folder.sink.close();
			expect(await readdir(out)).toEqual(['.remelt']);
		}
		await folder.sink.commit();
		expect((await readdir(out)).toSorted()).toEqual(['a.bin', 'b.bin']);
		expect([...(await readFile(join(out, 'b.bin')))]).toEqual([1, 2]);
		expect(folder.sink.files[1]).toEqual({
			name: 'b.bin',
			size: 2,
			sha256: createHash('sha256')
				.update(new Uint8Array([1, 2]))
				.digest('hex'),
		});
	});

	it('is left as it was by a run that comes to nothing, with the folders it made', async () => {
		expect((await thrownBy(async () => run(0))).code).toBe('network-failed');
		expect(await readdir(root)).toEqual([]);
		await mkdir(out, { recursive: true });
		expect((await thrownBy(async () => run(0))).code).toBe('network-failed');
		expect(await readdir(out)).toEqual([]);
	});

	it('is refused where there is something, or where it is a file', async () => {
		await mkdir(out, { recursive: true });
		await writeFile(join(out, 'old.txt'), 'old');
		expect((await thrownBy(async () => opened())).code).toBe('output-exists');
		out = join(out, 'old.txt');
		expect((await thrownBy(async () => opened())).code).toBe('output-exists');
	});

	it('is refused while another process writes to it, and only then', async () => {
		await thrownBy(async () => run(3));
		const lock = join(out, '.remelt/lock');
		const child = fork(join(import.meta.dirname, 'lockHolder.ts'), [lock]);
		await once(child, 'message');
		const error = await thrownBy(async () => opened());
		expect(error.code).toBe('output-exists');
		expect(error.message).toContain(`Process ${child.pid ?? 0} is writing`);
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect((await opened()).kind).toBe('open');
		// Somebody else has the number by now.
		await writeFile(lock, `${process.ppid} 1`);
		expect((await opened()).kind).toBe('open');
	});

	it('says that writing failed where it did', async () => {
		const folder = await opened();
		if (folder.kind !== 'open') throw new Error('it is complete');
		await folder.sink.open('a.bin', 3);
		await mkdir(join(out, '.remelt/parts/b.bin'));
		const error = await thrownBy(async () => folder.sink.open('b.bin', 3));
		expect(error.code).toBe('sink-failed');
		expect(error.hint).toContain('disk');
		await folder.sink.abort();
	});
});

describe('a run that was interrupted', () => {
	it.each([1, 5, 12, COUNT - 1])('goes on after tensor %i', async (failAt) => {
		await thrownBy(async () => run(failAt));
		expect(await readdir(out)).toEqual(['.remelt']);
		expect(await run()).toEqual(from(failAt));
		const whole = await folderDigests(out);
		out = join(root, 'other');
		await run();
		expect(whole).toEqual(await folderDigests(out));
	});

	it.each([true, false])(
		'is said to have the digests of whole files on request, whether it had asked or not (%s)',
		async (before) => {
			await thrownBy(async () => runIn(await opened('one', false, before), 8));
			const folder = await opened('one', false, true);
			expect(await runIn(folder)).toEqual(from(8));
			const digests = await folderDigests(out);
			if (folder.kind !== 'open') throw new Error('it is complete');
			const said = folder.sink.files.map(({ name, sha256 }) => [name, sha256] as const);
			expect(Object.fromEntries(said)).toEqual(digests);
		},
	);

	it('goes on after the last tensor that is whole, whatever a crash has left', async () => {
		await run();
		const whole = await folderDigests(out);
		for (const cut of [3, 40, 120, 333, 800]) {
			out = join(root, `cut-${cut}`);
			await thrownBy(async () => run(8));
			await truncate(join(out, JOURNAL), cut);
			await run();
			expect(await folderDigests(out), `journal cut at ${cut}`).toEqual(whole);
		}
	});

	it('trusts no byte that has not the digest it was written with', async () => {
		await thrownBy(async () => run(8));
		const third = PLAN.tensors[2];
		const path = join(out, '.remelt/parts', third?.file ?? '');
		const bytes = await readFile(path);
		bytes[third?.offset ?? 0] = 0xff;
		await writeFile(path, bytes);
		expect(await run()).toEqual(from(2));
	});

	it('starts over where its files are gone', async () => {
		await thrownBy(async () => run(8));
		await rm(join(out, '.remelt/parts'), { recursive: true });
		expect(await run()).toEqual(from(0));
	});

	it('is not taken up by another merge, but forgotten on request', async () => {
		await thrownBy(async () => run(8));
		const error = await thrownBy(async () => opened('another'));
		expect(error.code).toBe('output-exists');
		expect(error.hint).toContain('--restart');
		expect(await run(undefined, true)).toEqual(from(0));
	});

	it('is finished where only the moving of files was left to do', async () => {
		await run();
		const whole = await folderDigests(out);
		const names = Object.keys(whole);
		const [moved = '', ...rest] = names;
		const parts = join(root, 'half', '.remelt/parts');
		await mkdir(parts, { recursive: true });
		for (const name of rest) await writeFile(join(parts, name), await readFile(join(out, name)));
		await writeFile(join(root, 'half', moved), await readFile(join(out, moved)));
		out = join(root, 'half');
		const lines = [
			{ kind: 'plan', digest: 'one' },
			{ kind: 'commit', files: names },
		];
		for (const line of lines) await appendFile(join(out, JOURNAL), `${JSON.stringify(line)}\n`);
		expect((await opened()).kind).toBe('complete');
		expect(await folderDigests(out)).toEqual(whole);
	});
});
