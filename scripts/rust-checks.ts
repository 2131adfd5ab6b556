/**
 * Formatting, lints and tests of the Rust crate, natively: `node scripts/rust-checks.ts`. Needs no
 * target for WASM and nothing from the network but crates.io.
 *
 * Says SKIPPED and why, and exits with 0, where there is no Rust that is new enough or its
 * dependencies cannot be had; a missing rustfmt or clippy leaves out that part alone.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CRATE = fileURLToPath(new URL('../wasm/', import.meta.url));

interface Ended {
	readonly ok: boolean;
	readonly output: string;
}

function run(command: string, ...args: readonly string[]): Ended {
	const { status, stdout, stderr } = spawnSync(command, args, { cwd: CRATE, encoding: 'utf8' });
	return { ok: status === 0, output: [stdout, stderr].join('') };
}

/** Minor versions: Rust's major version is 1. */
function minorVersion(text: string): number {
	return Number(/\b1\.(\d+)/.exec(text)?.[1] ?? NaN);
}

/** Why nothing can be checked here; null where it can. */
function obstacle(): string | null {
	const rustc = run('rustc', '--version');
	if (!rustc.ok || !run('cargo', '--version').ok) return 'there is no cargo here';
	const manifest = readFileSync(`${CRATE}Cargo.toml`, 'utf8');
	const needed = /rust-version = "([\d.]+)"/.exec(manifest)?.[1] ?? '';
	if (!(minorVersion(rustc.output) >= minorVersion(needed)))
		return `the crate needs Rust ${needed}, here is ${rustc.output.trim()}`;
	if (run('cargo', 'fetch', '--locked', '--offline').ok) return null;
	const fetched = run('cargo', 'fetch', '--locked');
	// A lock file that does not fit is a mistake in the crate, which the checks below will show.
	if (fetched.ok || fetched.output.includes('--locked')) return null;
	return `the dependencies cannot be fetched:\n${fetched.output.trim()}`;
}

/** Runs a check and says how it went. */
function check(name: string, args: readonly string[]): boolean {
	const { ok, output } = run('cargo', ...args);
	console.log(`${name}: ${ok ? 'ok' : 'FAILED'}`);
	if (!ok) console.error(output.trim());
	return ok;
}

function checkAll(): boolean {
	const parts: [name: string, args: readonly string[]][] = [
		['fmt', ['fmt', '--check']],
		['clippy', ['clippy', '--locked', '--all-targets', '--', '-D', 'warnings']],
	];
	let ok = true;
	for (const [name, args] of parts) {
		if (run('cargo', name, '--version').ok) ok = check(name, args) && ok;
		else console.log(`${name}: SKIPPED, this Rust has no cargo ${name}`);
	}
	return check('test', ['test', '--locked']) && ok;
}

const reason = obstacle();
if (reason !== null) console.log(`SKIPPED: ${reason}`);
else process.exitCode = checkAll() ? 0 : 1;
