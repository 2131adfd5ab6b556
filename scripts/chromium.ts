/**
 * Finds a Chromium: the one that REMELT_CHROMIUM names, one installed in the system, else
 * Playwright's own download. As root (containers, CI) the system's package is installed where there
 * is none; on a person's machine the system is never touched.
 *
 * `node scripts/chromium.ts` prints its path.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram, placesOnPath } from './programs.ts';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const PLACES: Readonly<Record<string, readonly string[]>> = {
	darwin: [
		'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
		'/Applications/Chromium.app/Contents/MacOS/Chromium',
	],
	win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
		.map((name) => process.env[name])
		.filter((folder) => folder !== undefined)
		.map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
	linux: ['/snap/bin/chromium', '/opt/google/chrome/chrome'],
};

/** No sandbox as root, where Chromium refuses to start with it; no traffic of its own. */
export const CHROMIUM_FLAGS: readonly string[] = [
	...(isRoot() ? ['--no-sandbox'] : []),
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
	'--disable-quic',
];

/** What to do where there is no Chromium. */
export const CHROMIUM_HINT = [
	'No Chromium was found. Either let Playwright download one into its own folder:',
	'    npx playwright install chromium',
	'or install one with your system (Debian, Ubuntu: sudo apt install chromium), or name one in',
	'REMELT_CHROMIUM.',
].join('\n');

/** The path of a Chromium; null where there is none and none may be installed. */
export function findChromium(): string | null {
	const named = process.env['REMELT_CHROMIUM'];
	if (named !== undefined && named !== '') {
		if (!isProgram(named)) throw new Error(`REMELT_CHROMIUM names no program: ${named}`);
		return named;
	}
	return installed() ?? downloaded() ?? (isRoot() && installPackage() ? installed() : null);
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}

function installed(): string | null {
	return [...placesOnPath(NAMES), ...(PLACES[process.platform] ?? [])].find(isProgram) ?? null;
}

function downloaded(): string | null {
	const path = chromium.executablePath();
	return existsSync(path) ? path : null;
}

/** Installs Debian's package; false where there is no apt or it fails. */
function installPackage(): boolean {
	if (spawnSync('apt-get', ['--version']).status !== 0) return false;
	console.error('Installing the package chromium, since this runs as root …');
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	const options = { env, stdio: ['ignore', 'ignore', 'inherit'] as const };
	try {
		execFileSync('apt-get', ['update', '-qq'], { ...options, stdio: [...options.stdio] });
		const args = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
		execFileSync('apt-get', args, { ...options, stdio: [...options.stdio] });
		return true;
	} catch {
		return false;
	}
}

if (import.meta.main) {
	const path = findChromium();
	if (path === null) {
		console.error(CHROMIUM_HINT);
		process.exitCode = 1;
	} else console.log(path);
}
