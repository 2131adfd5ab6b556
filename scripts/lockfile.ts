/**
 * Completes package-lock.json.
 *
 * npm writes down the packages of other platforms only where the registry has them at that moment,
 * and `npm ci` refuses a lockfile in which one is missing. Their exact version stands in the
 * package that wants them and their platform in their name, so the entries can be filled in.
 *
 * Run `node scripts/lockfile.ts` after adding or updating a dependency; `--check` only reports.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** One package of package-lock.json. */
export interface LockEntry {
	readonly version?: string;
	readonly cpu?: readonly string[];
	readonly dev?: boolean;
	readonly libc?: readonly string[];
	readonly optional?: boolean;
	readonly os?: readonly string[];
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The part of package-lock.json that matters here. */
export interface Lockfile {
	packages: Record<string, LockEntry>;
}

const SYSTEMS: Readonly<Record<string, string>> = {
	android: 'android',
	darwin: 'darwin',
	freebsd: 'freebsd',
	linux: 'linux',
	openharmony: 'openharmony',
	win32: 'win32',
	windows: 'win32',
};

const PROCESSORS = [
	'arm64',
	'x64',
	'ia32',
	'arm',
	'loong64',
	'ppc64',
	'riscv64',
	's390x',
	'wasm32',
];

/** The entry for a package of which only its name and exact version are known. */
export function platformEntry(name: string, version: string, dev: boolean): LockEntry {
	const words = name.split(/[/-]/);
	const os = words.flatMap((word) => SYSTEMS[word] ?? [])[0];
	const cpu =
		PROCESSORS.find((processor) => words.includes(processor)) ??
		(words.some((word) => word.endsWith('eabihf')) ? 'arm' : undefined);
	const libc = words.includes('gnu')
		? 'glibc'
		: words.some((word) => word.startsWith('musl'))
			? 'musl'
			: undefined;
	return {
		version,
		...(cpu !== undefined && { cpu: [cpu] }),
		...(dev && { dev }),
		...(os === 'linux' && libc !== undefined && { libc: [libc] }),
		optional: true,
		...(os !== undefined && { os: [os] }),
	};
}

/** The optional packages that some entry wants and no entry describes. */
export function missingEntries(lock: Lockfile): ReadonlyMap<string, LockEntry> {
	const missing = new Map<string, LockEntry>();
	for (const [path, wanting] of Object.entries(lock.packages))
		for (const [name, version] of Object.entries(wanting.optionalDependencies ?? {})) {
			if (!/^\d/.test(version)) continue;
			const found = reachable(lock, path, name);
			if (found !== null && lock.packages[found]?.version === version) continue;
			const place = found === null ? '' : `${path}/`;
			const entry = platformEntry(name, version, wanting.dev === true);
			missing.set(`${place}node_modules/${name}`, entry);
		}
	return missing;
}

/** Where Node would find `name` from the package at `path`. */
function reachable(lock: Lockfile, path: string, name: string): string | null {
	const parts = path === '' ? [] : path.split('/node_modules/');
	for (let length = parts.length; length >= 0; length--) {
		const base = parts.slice(0, length).join('/node_modules/');
		const place = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
		if (place in lock.packages) return place;
	}
	return null;
}

if (import.meta.main) {
	const text = readFileSync('package-lock.json', 'utf8');
	const lock = JSON.parse(text) as Lockfile;
	const missing = missingEntries(lock);
	for (const place of missing.keys()) console.log(`missing: ${place}`);
	if (process.argv.includes('--check')) process.exitCode = missing.size > 0 ? 1 : 0;
	else if (missing.size > 0) {
		const all = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) });
		lock.packages = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
		writeFileSync('package-lock.json', `${JSON.stringify(lock, null, '\t')}\n`);
	}
}
