/**
 * Re-runs the oracle's merges in a real Firefox and compares what it downloads with mergekit's
 * files: `npm run firefox -- [--site DIR] [--card NAME]…`
 *
 * Builds the site of the test cards first unless --site names one that is built. The Firefox is the
 * one that REMELT_FIREFOX names, else firefox-esr or firefox. Exit status: 1 something was wrong,
 * 2 there is no Firefox.
 */
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CASES, oracleModels } from '../tests/browser/support/models.ts';
import { unzip } from '../tests/browser/support/unzip.ts';
import { compareTensors, loadFolder, loadTensors } from '../tests/support/compare.ts';
import { startHubServer, type HubServer } from '../tests/support/hubServer.ts';
import { expectedFolder } from '../tests/support/oracle.ts';
import { startFirefox, type Firefox } from './bidi.ts';
import { isProgram, placesOnPath } from './programs.ts';
import { serveSite } from './serve.ts';
import { buildSite, TEST_SITES } from './sites.ts';

/** The share of elements that must be identical to mergekit's. */
function due(name: string): number {
	if (name.startsWith('passthrough')) return 1;
	// In float32 every bit of mergekit's norm error shows; what counts is that no element is far off.
	return name === 'slerp-f32' ? 0 : 0.9999;
}

/** Its own build, so that it can run beside the tests. */
const OWN = '.cache/sites/firefox';

const PATIENCE = 60_000;

/** Requests for weights that are answered before the run that will be cancelled is kept waiting. */
const ANSWERED = 60;

/** What every step needs. */
interface Stage {
	readonly firefox: Firefox;
	readonly hub: HubServer;
	/** Address of the site, with a slash at its end. */
	readonly site: string;
	readonly downloads: string;
}

function findFirefox(): string | null {
	const named = process.env['REMELT_FIREFOX'];
	if (named !== undefined && named !== '') return named;
	const found = placesOnPath(['firefox-esr', 'firefox', 'firefox.exe']);
	return [...found, '/Applications/Firefox.app/Contents/MacOS/firefox'].find(isProgram) ?? null;
}

/** Asks until there is an answer. */
async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
	for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(100)) {
		const answer = await ask();
		if (answer !== null) return answer;
	}
	throw new Error(`Waited in vain for ${what}.`);
}

/** Waits for a phase of the reproducer; throws the page's words where it fails instead. */
async function reach({ firefox }: Stage, phase: string): Promise<void> {
	await until(`the phase ${phase}`, async () => {
		const now = await firefox.evaluate(`document.querySelector('.rm-live')?.dataset.phase ?? ''`);
		if (now === 'failed' && phase !== now)
			throw new Error(`The page says: ${await textOf(firefox, '.rm-live')}`);
		return now === phase ? true : null;
	});
}

async function textOf(firefox: Firefox, selector: string): Promise<string> {
	const quoted = JSON.stringify(selector);
	const text = await firefox.evaluate(`document.querySelector(${quoted})?.innerText ?? ''`);
	return String(text).replace(/\s+/g, ' ').trim();
}

/** Opens a case's card and presses its first button, up to the plan. */
async function plan(stage: Stage, name: string): Promise<void> {
	const { firefox, hub, site } = stage;
	await firefox.open(`${site}models/oracle/${name}/?hub=${encodeURIComponent(hub.url)}`);
	const button = '[data-ask="check"]';
	await until(`a button ${button}`, async () =>
		(await firefox.evaluate(`document.querySelector('${button}:enabled') && true`)) === true
			? true
			: null,
	);
	await firefox.click(button);
	await reach(stage, 'planned');
	console.log(`  plan    ${await textOf(firefox, '[data-part="plan-sentence"]')}`);
}

/** Runs a case that is planned, downloads its zip, compares; returns what is wrong. */
async function runAndCompare(stage: Stage, name: string): Promise<readonly string[]> {
	const { firefox, downloads } = stage;
	await firefox.click('[data-action="start"]');
	await reach(stage, 'done');
	console.log(`  result  ${await textOf(firefox, '[data-part="sentence"]')}`);
	console.log(`          ${await textOf(firefox, '[data-part="identical"]')}`);
	await firefox.click('[data-action="download-zip"]');
	const zip = await until('a download', () => Promise.resolve(finished(downloads)));
	const files = unzip(await readFile(join(downloads, zip)));
	await rm(join(downloads, zip));
	const weights = [...files].filter(([file]) => file.endsWith('.safetensors'));
	const expected = loadFolder(expectedFolder(name));
	const found = compareTensors(expected, loadTensors(weights.map(([, bytes]) => bytes)));
	const { tensors, elements, identical, maxUlp, far } = found;
	console.log(
		`  zip     ${zip}: ${[...files.keys()].map((file) => file.replace(/^.*\//, '')).join(', ')}`,
	);
	console.log(
		`          ${tensors} tensors, ${identical} of ${elements} elements as mergekit's, ` +
			`at most ${maxUlp} ulp off, ${far} beyond the allowance`,
	);
	return [
		...(found.share < due(name)
			? [`${name}: only ${found.share} of the elements are identical`]
			: []),
		...(far > 0 ? [`${name}: ${far} elements are beyond the allowance`] : []),
		...found.rows.flatMap((row) => (row.problem ? [`${name}: ${row.name} ${row.problem}`] : [])),
	];
}

/** The one complete file among the downloads; null while there is none. */
function finished(downloads: string): string | null {
	const names = readdirSync(downloads);
	return names.some((name) => name.endsWith('.part')) ? null : (names[0] ?? null);
}

/** Cancels a run in its middle: no file may be left, and the next run must work. */
async function cancel(stage: Stage, name: string): Promise<readonly string[]> {
	const { firefox, hub, downloads } = stage;
	await plan(stage, name);
	hub.clearLog();
	hub.fault({ kind: 'stall', path: '.safetensors', after: ANSWERED });
	await firefox.click('[data-action="start"]');
	await until('a run that waits', () => Promise.resolve(hub.log.length >= ANSWERED || null));
	await firefox.click('[data-action="cancel"]');
	await reach(stage, 'cancelled');
	console.log(`  cancel  ${await textOf(firefox, '.rm-live .rm-body p')}`);
	hub.clearFaults();
	await sleep(500);
	hub.clearLog();
	await sleep(1000);
	const late = hub.log.length;
	const left = readdirSync(downloads);
	await firefox.click('[data-action="again"]');
	await reach(stage, 'planned');
	return [
		...(late > 0 ? [`${name}: ${late} requests came after cancelling`] : []),
		...(left.length > 0 ? [`${name}: cancelling left ${left.join(', ')}`] : []),
	];
}

async function runCards(stage: Stage, names: readonly string[]): Promise<readonly string[]> {
	const problems: string[] = [];
	for (const [at, name] of names.entries()) {
		console.log(`oracle/${name}`);
		try {
			if (at === 0) problems.push(...(await cancel(stage, name)));
			else await plan(stage, name);
			problems.push(...(await runAndCompare(stage, name)));
		} catch (error) {
			problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
		}
		stage.hub.clearFaults();
	}
	return [...problems, ...new Set(stage.firefox.errors.map((text) => `console: ${text}`))];
}

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: { site: { type: 'string' }, card: { type: 'string', multiple: true } },
	});
	const program = findFirefox();
	if (program === null) {
		console.error('No Firefox was found. Install one, or name one in REMELT_FIREFOX.');
		return 2;
	}
	const { variables } = TEST_SITES.fixture;
	if (values.site === undefined) await buildSite({ variables: { ...variables, REMELT_OUT: OWN } });
	const server = await serveSite({ root: values.site ?? OWN });
	const hub = await startHubServer({ models: await oracleModels() });
	const downloads = await mkdtemp(join(tmpdir(), 'remelt-downloads-'));
	try {
		const firefox = await startFirefox({ program, downloads });
		try {
			console.log(`${firefox.name} at ${server.url}, Hub at ${hub.url}`);
			const stage = { firefox, hub, site: server.url, downloads };
			const problems = await runCards(stage, values.card ?? CASES);
			for (const problem of problems) console.error(`✗ ${problem}`);
			if (problems.length === 0) console.log('✓ As in mergekit, in Firefox too.');
			return problems.length === 0 ? 0 : 1;
		} finally {
			await firefox.close();
		}
	} finally {
		await Promise.all([server.close(), hub.close(), rm(downloads, { recursive: true })]);
	}
}

process.exitCode = await main();
