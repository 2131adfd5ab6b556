/**
 * Builds `wasm/pkg` from the crate in `wasm/`, or checks that the committed build is what its
 * sources give: `node scripts/build-wasm.ts [--check]`.
 *
 * `--check` builds in a folder of its own elsewhere and compares byte for byte. It needs the tools
 * that the committed build was made with, in the same versions; where they are missing it says
 * SKIPPED and why, and exits with 0.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CRATE = join(ROOT, 'wasm');
const PKG = join(CRATE, 'pkg');
const RECORD = join(PKG, 'sources.json');

/** What wasm-pack writes for us; the name comes from `--out-name`. */
const BUILT = ['remelt_kernels.js', 'remelt_kernels.d.ts', 'remelt_kernels_bg.wasm'];

/** Flags that change the bytes. Paths are left out: they are remapped to the same names everywhere. */
export const RUSTFLAGS: readonly string[] = ['-Ctarget-feature=+simd128'];

/** What a committed build was made from and with. */
export interface BuildRecord {
	/** SHA-256 of each source file, by its path in the crate. */
	readonly sources: Readonly<Record<string, string>>;
	readonly rustflags: readonly string[];
	/** What each tool says its version is. */
	readonly tools: Readonly<Record<string, string>>;
	/** SHA-256 and size of each built file. */
	readonly built: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

interface Toolchain {
	readonly name: string;
	readonly path: string;
	readonly env: Readonly<Record<string, string>>;
	/** For cargo, behind wasm-pack's `--`. */
	readonly cargo: readonly string[];
}

function sha256(file: string): string {
	return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** The digests of everything in the crate that the build reads, as they are now. */
export function sourceDigests(): Record<string, string> {
	const files = readdirSync(join(CRATE, 'src'), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(CRATE, join(entry.parentPath, entry.name)).split(sep).join('/'));
	const all = ['Cargo.toml', 'Cargo.lock', ...files].sort();
	return Object.fromEntries(all.map((file) => [file, sha256(join(CRATE, file))]));
}

/** The digests of the built files in a folder. */
export function builtDigests(folder: string = PKG): BuildRecord['built'] {
	const entry = (file: string): [string, { sha256: string; bytes: number }] => {
		const path = join(folder, file);
		return [file, { sha256: sha256(path), bytes: readFileSync(path).byteLength }];
	};
	return Object.fromEntries(BUILT.map(entry));
}

/** The record that lies beside the committed build. */
export function readRecord(): BuildRecord {
	return JSON.parse(readFileSync(RECORD, 'utf8')) as BuildRecord;
}

/** A tool's first line on `--version`, or null where it cannot be run. */
function says(command: string, path: string, ...args: string[]): string | null {
	const run = spawnSync(command, args.length > 0 ? args : ['--version'], {
		encoding: 'utf8',
		env: { ...process.env, PATH: path },
	});
	return run.status === 0 ? (run.stdout.split('\n')[0] ?? '').trim() : null;
}

/** A toolchain that can build for wasm32, or the reason why there is none. */
function findToolchain(): Toolchain | string {
	const tools = join(ROOT, 'node_modules', '.bin');
	const own = [tools, process.env['PATH'] ?? ''].join(delimiter);
	if (says('wasm-opt', own) === null) return 'wasm-opt is missing: run npm ci';
	const withCargo = [own, join(homedir(), '.cargo', 'bin')].join(delimiter);
	if (says('wasm-pack', withCargo) === null)
		return 'wasm-pack is missing: cargo install --locked wasm-pack';

	const targets = spawnSync('rustup', ['target', 'list', '--installed'], { encoding: 'utf8' });
	if (targets.status === 0 && targets.stdout.includes('wasm32-unknown-unknown'))
		return { name: 'rustup', path: withCargo, env: {}, cargo: [] };

	// Debian's rustc-web has no std for wasm32; with its sources, cargo can build one.
	const programs = existsSync('/usr/bin') ? readdirSync('/usr/bin') : [];
	const linker = programs.find((file) => /^wasm-ld-\d+$/.test(file));
	if (existsSync('/usr/lib/rustlib/src') && existsSync('/usr/bin/cargo') && linker !== undefined)
		return {
			name: 'Debian',
			path: [tools, '/usr/bin', withCargo].join(delimiter),
			env: { RUSTC_BOOTSTRAP: '1', CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker },
			cargo: ['-Zbuild-std=std,panic_abort'],
		};
	return 'no Rust for wasm32 found: rustup target add wasm32-unknown-unknown (see wasm/README.md)';
}

/** The versions that decide about the bytes. */
function versions(toolchain: Toolchain): Record<string, string> {
	const lock = readFileSync(join(CRATE, 'Cargo.lock'), 'utf8');
	const linker = toolchain.env['CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER'];
	const bindgen = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(lock)?.[1] ?? 'unknown';
	return {
		toolchain: toolchain.name,
		rustc: says('rustc', toolchain.path) ?? 'unknown',
		linker: linker === undefined ? 'rust-lld' : (says(linker, toolchain.path) ?? 'unknown'),
		'wasm-pack': says('wasm-pack', toolchain.path) ?? 'unknown',
		'wasm-bindgen': bindgen,
		'wasm-opt': says('wasm-opt', toolchain.path) ?? 'unknown',
	};
}

/** Builds the crate in `crate` and leaves wasm-pack's files in `out`. */
function build(toolchain: Toolchain, crate: string, out: string): void {
	const env = { ...process.env, PATH: toolchain.path };
	const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8', env }).trim();
	const cargoHome = process.env['CARGO_HOME'] ?? join(homedir(), '.cargo');
	// Nothing of where it was built may get in: neither names nor, through them, other bytes.
	const remap = [
		[crate, 'wasm'],
		[cargoHome, 'cargo'],
		[join(sysroot, 'lib', 'rustlib', 'src', 'rust'), 'rust'],
	].map(([from, to]) => `--remap-path-prefix=${String(from)}=/${String(to)}`);
	const pack = ['build', crate, '--target', 'web', '--release', '--mode', 'force', '--no-pack'];
	const place = ['--out-dir', out, '--out-name', 'remelt_kernels'];
	execFileSync('wasm-pack', [...pack, ...place, '--', '--locked', ...toolchain.cargo], {
		stdio: 'inherit',
		env: {
			...env,
			...toolchain.env,
			CARGO_ENCODED_RUSTFLAGS: [...RUSTFLAGS, ...remap].join('\x1f'),
		},
	});
}

/** Builds a copy of the crate in a new folder, passes the result on, and removes both. */
function buildElsewhere<T>(toolchain: Toolchain, use: (out: string) => T): T {
	const folder = mkdtempSync(join(tmpdir(), 'remelt-wasm-'));
	try {
		const crate = join(folder, 'crate');
		mkdirSync(crate);
		for (const part of ['Cargo.toml', 'Cargo.lock', 'src'])
			cpSync(join(CRATE, part), join(crate, part), { recursive: true });
		const out = join(folder, 'out');
		build(toolchain, crate, out);
		return use(out);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function update(toolchain: Toolchain): void {
	buildElsewhere(toolchain, (out) => {
		mkdirSync(PKG, { recursive: true });
		for (const file of BUILT) copyFileSync(join(out, file), join(PKG, file));
	});
	const record: BuildRecord = {
		sources: sourceDigests(),
		rustflags: RUSTFLAGS,
		tools: versions(toolchain),
		built: builtDigests(),
	};
	writeFileSync(RECORD, `${JSON.stringify(record, null, '\t')}\n`);
	for (const [file, { bytes }] of Object.entries(record.built)) console.log(`${file} ${bytes} B`);
}

/** True where the committed build came out again, or could not be tried. */
function check(toolchain: Toolchain | string): boolean {
	if (typeof toolchain === 'string') {
		console.log(`SKIPPED: ${toolchain}`);
		return true;
	}
	const record = readRecord();
	const present = versions(toolchain);
	const other = Object.entries(record.tools).filter(([tool, version]) => present[tool] !== version);
	if (other.length > 0) {
		for (const [tool, version] of other)
			console.log(`SKIPPED: built with ${tool} "${version}", here is "${String(present[tool])}"`);
		return true;
	}
	const again = buildElsewhere(toolchain, builtDigests);
	const different = BUILT.filter((file) => again[file]?.sha256 !== record.built[file]?.sha256);
	for (const file of different)
		console.error(
			`${file}: committed ${String(record.built[file]?.sha256)}, built ${String(again[file]?.sha256)}`,
		);
	if (different.length === 0) console.log('wasm/pkg: a new build gave the same bytes');
	return different.length === 0;
}

if (import.meta.main) {
	const toolchain = findToolchain();
	if (process.argv.includes('--check')) {
		process.exitCode = check(toolchain) ? 0 : 1;
	} else if (typeof toolchain === 'string') {
		console.error(toolchain);
		process.exitCode = 1;
	} else {
		update(toolchain);
	}
}
