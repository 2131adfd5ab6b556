/**
 * Makes a virtual environment for each mergekit that Remelt is measured beside, in
 * `.cache/mergekit/RELEASE`: `npm run bench:env -- [0.1.4] [0.1.5] [--python PROGRAM]
 * [--use RELEASE=FOLDER …]`.
 *
 * `--use` links an environment that exists instead of making one. pip installs as it is configured:
 * with its defaults torch alone takes some 6 GB on Linux, so that
 * `PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu` is worth setting.
 * Exits with 1 and says why where there is no Python, no index or no such release.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isProgram } from './programs.ts';

/** The releases that count: the one that most published merges were made with, and the latest. */
export const MERGEKIT_RELEASES = ['0.1.4', '0.1.5'] as const;

export type MergekitRelease = (typeof MERGEKIT_RELEASES)[number];

/** An environment in which a mergekit is installed. */
export interface MergekitEnvironment {
	readonly release: MergekitRelease;
	readonly python: string;
	/** The program `mergekit-yaml`. */
	readonly yaml: string;
}

/** What is installed. 0.1.4 with transformers 5 ends with an error of pydantic's before it merges. */
const PACKAGES: Readonly<Record<MergekitRelease, readonly string[]>> = {
	'0.1.4': ['mergekit==0.1.4', 'transformers<5'],
	'0.1.5': ['mergekit==0.1.5'],
};

/** Below the project's folder. */
const FOLDER = '.cache/mergekit';

/** mergekit 0.1.4 and 0.1.5 need this one. */
const PYTHON_MINOR = 10;

const PYTHONS = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/** The environment of a release; null where `npm run bench:env` has not made one. */
export function findMergekit(release: MergekitRelease): MergekitEnvironment | null {
	const environment = environmentIn(join(FOLDER, release), release);
	return isProgram(environment.python) && isProgram(environment.yaml) ? environment : null;
}

/** Where the programs of an environment lie. */
function environmentIn(folder: string, release: MergekitRelease): MergekitEnvironment {
	const windows = process.platform === 'win32';
	const programs = resolve(folder, windows ? 'Scripts' : 'bin');
	const program = (name: string): string => join(programs, windows ? `${name}.exe` : name);
	return { release, python: program('python'), yaml: program('mergekit-yaml') };
}

/** Why an environment could not be made, in words for whoever asked for it. */
class Obstacle extends Error {}

/** Runs a program; its output where it succeeded, else null. */
function outputOf(program: string, ...args: readonly string[]): string | null {
	const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
	return status === 0 ? stdout.trim() : null;
}

/** A Python that is new enough. */
function findPython(named: string | undefined): string {
	const script = 'import sys; print(*sys.version_info[:2])';
	for (const python of named === undefined ? PYTHONS : [named]) {
		const [major, minor] = outputOf(python, '-c', script)?.split(' ').map(Number) ?? [];
		if (major === 3 && minor !== undefined && minor >= PYTHON_MINOR) return python;
	}
	throw new Obstacle(
		`mergekit needs Python 3.${PYTHON_MINOR} or newer, and ${named ?? 'none'} ${
			named === undefined ? 'was found' : 'is not one'
		}. Install one, or name it: npm run bench:env -- --python /path/to/python3`,
	);
}

function make(release: MergekitRelease, python: string): void {
	const folder = join(FOLDER, release);
	const venv = spawnSync(python, ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
	if (venv.status !== 0)
		throw new Obstacle(
			`${python} -m venv failed. On Debian and Ubuntu it is a package of its own: python3-venv.`,
		);
	const environment = environmentIn(folder, release);
	const install = ['-m', 'pip', 'install', '--quiet', ...PACKAGES[release]];
	if (spawnSync(environment.python, install, { stdio: 'inherit' }).status !== 0) {
		rmSync(folder, { recursive: true, force: true });
		throw new Obstacle(
			`pip could not install mergekit ${release}. It needs a package index (pip config, or the ` +
				'variable PIP_INDEX_URL) and some 8 GB of disk; its own messages are above.',
		);
	}
}

function link(release: MergekitRelease, target: string): void {
	const place = join(FOLDER, release);
	const old = lstatSync(place, { throwIfNoEntry: false });
	if (old !== undefined && !old.isSymbolicLink())
		throw new Obstacle(`${place} is there already and no link: remove it first.`);
	rmSync(place, { force: true });
	mkdirSync(dirname(place), { recursive: true });
	symlinkSync(resolve(target), place, 'dir');
}

/** Throws unless the release that should be there is there. */
function check(release: MergekitRelease): string {
	const environment = findMergekit(release);
	if (environment === null) throw new Obstacle(`${join(FOLDER, release)} has no mergekit-yaml.`);
	const script = 'import importlib.metadata as m; print(*map(m.version, ("mergekit", "torch")))';
	const [mergekit, torch = ''] = outputOf(environment.python, '-c', script)?.split(' ') ?? [];
	if (mergekit !== release)
		throw new Obstacle(
			`${join(FOLDER, release)} holds mergekit ${mergekit ?? 'none'}, not ${release}.`,
		);
	return `mergekit ${mergekit}, torch ${torch}`;
}

function isRelease(name: string): name is MergekitRelease {
	return (MERGEKIT_RELEASES as readonly string[]).includes(name);
}

function requireRelease(name: string): MergekitRelease {
	if (isRelease(name)) return name;
	throw new Obstacle(`${name} is none of the releases: ${MERGEKIT_RELEASES.join(', ')}.`);
}

function prepare(args: readonly string[]): void {
	const { values, positionals } = parseArgs({
		args: [...args],
		options: {
			python: { type: 'string' },
			use: { type: 'string', multiple: true, default: [] },
		},
		allowPositionals: true,
	});
	const linked = new Map(
		values.use.map((text) => {
			const at = text.indexOf('=');
			return [requireRelease(text.slice(0, Math.max(at, 0))), text.slice(at + 1)] as const;
		}),
	);
	const asked = positionals.map(requireRelease);
	const wanted =
		asked.length + linked.size === 0 ? MERGEKIT_RELEASES : [...asked, ...linked.keys()];
	for (const release of wanted) {
		const target = linked.get(release);
		if (target !== undefined) link(release, target);
		else if (!existsSync(join(FOLDER, release))) make(release, findPython(values.python));
		console.log(`${join(FOLDER, release)}: ${check(release)}`);
	}
}

if (import.meta.main)
	try {
		prepare(process.argv.slice(2));
	} catch (error) {
		if (!(error instanceof Obstacle)) throw error;
		console.error(error.message);
		process.exitCode = 1;
	}
