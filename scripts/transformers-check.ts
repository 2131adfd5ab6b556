/**
 * Loads written models with transformers: `npm run check:transformers -- FOLDER …`. Each has to give
 * every weight that its architecture asks for, no other, and finite numbers for a few tokens.
 *
 * Takes the Python that REMELT_PYTHON names, else the one that `npm run bench:env` made. Exits with 1
 * where a folder fails; says SKIPPED and why, and exits with 0, where there is no transformers.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findMergekit, MERGEKIT_RELEASES } from './mergekit-env.ts';

const SCRIPT = fileURLToPath(new URL('transformers_check.py', import.meta.url));

/** Pythons that may have transformers, the likeliest first. */
function pythons(): readonly string[] {
	const named = process.env['REMELT_PYTHON'];
	if (named !== undefined && named !== '') return [named];
	const made = MERGEKIT_RELEASES.map((release) => findMergekit(release)?.python);
	return [...made.toReversed().filter((python) => python !== undefined), 'python3', 'python'];
}

function hasTransformers(python: string): boolean {
	const script =
		'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ["torch", "transformers"])))';
	return spawnSync(python, ['-c', script]).status === 0;
}

function check(folders: readonly string[]): number {
	const python = pythons().find(hasTransformers);
	if (python === undefined) {
		console.log('SKIPPED: no Python with torch and transformers was found.');
		console.log('npm run bench:env makes one; REMELT_PYTHON names another.');
		return 0;
	}
	const env = { ...process.env, HF_HUB_OFFLINE: '1' };
	const { status } = spawnSync(python, [SCRIPT, ...folders], { stdio: 'inherit', env });
	return status === 0 ? 0 : 1;
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
	console.error('Name the folders: npm run check:transformers -- FOLDER …');
	process.exitCode = 1;
} else process.exitCode = check(folders);
