import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder that a reader means by a relative path. npm runs scripts in the package's folder and says
 * in `INIT_CWD` where it was called; scripts of other names that start this program have their own.
 */
export function callersFolder(environment: Environment, folder: string): string {
	const { INIT_CWD, npm_lifecycle_event: script } = environment;
	return script === 'remelt' && INIT_CWD !== undefined && INIT_CWD !== '' ? INIT_CWD : folder;
}

/** A path as the caller means it; `~` is the home folder also where no shell has put it in. */
export function resolvePath(folder: string, path: string): string {
	if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
	return resolve(folder, path);
}

/** A path below a folder, or null where it leads out of it. */
export function below(folder: string, path: string): string | null {
	if (isAbsolute(path) || path.startsWith('~')) return null;
	const whole = join(folder, path);
	const back = relative(folder, whole);
	return back === '' || back.startsWith('..') || isAbsolute(back) ? null : whole;
}
