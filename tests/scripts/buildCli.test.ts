import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { compareTensors, loadFolder } from '../support/compare.ts';
import { expectedTensors, modelFolder, recipePath } from '../support/oracle.ts';

const run = promisify(execFile);

it('the built command line merges by itself, wherever it lies', async () => {
	const root = await mkdtemp(join(tmpdir(), 'remelt-built-'));
	const built = join(root, 'program');
	await run(process.execPath, ['scripts/build-cli.ts', built]);
	const out = join(root, 'out');
	const args = ['merge', recipePath('passthrough-stack'), out, '--models', modelFolder('.')];
	const { stdout } = await run(process.execPath, [join(built, 'main.js'), ...args], { cwd: root });
	expect(stdout).toContain('All 57 tensors were copied.');
	const comparison = compareTensors(expectedTensors('passthrough-stack'), loadFolder(out));
	expect(comparison.rows).toEqual([]);
	await rm(root, { recursive: true });
});
