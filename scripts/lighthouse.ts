/**
 * Scores pages of the built site with Lighthouse:
 * `npm run lighthouse -- [--site DIR] [--dark] [PATH]…`
 *
 * Builds the site first unless --site names one that is built; --dark asks for the dark look.
 * Lighthouse itself is fetched by npx, in a fixed version: with its 114 packages it is too much for
 * every `npm ci`. Exit status 1 where a score is below 100.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from '../src/site/environment.ts';
import { CHROMIUM_FLAGS, CHROMIUM_HINT, findChromium } from './chromium.ts';
import { serveSite } from './serve.ts';
import { buildSite } from './sites.ts';

const LIGHTHOUSE = 'lighthouse@13.5.0';
const CATEGORIES = ['accessibility', 'best-practices', 'seo'];

/** What is read of a report. https://github.com/GoogleChrome/lighthouse/blob/main/docs/understanding-results.md */
interface Report {
	readonly runtimeError?: { readonly message: string };
	readonly categories: Readonly<Record<string, Category>>;
	readonly audits: Readonly<Record<string, Audit>>;
}

interface Category {
	readonly title: string;
	readonly score: number | null;
	readonly auditRefs: readonly { readonly id: string; readonly weight: number }[];
}

interface Audit {
	readonly title: string;
	readonly score: number | null;
	readonly scoreDisplayMode: string;
	readonly details?: { readonly items?: readonly Item[] };
}

interface Item {
	readonly node?: { readonly selector?: string; readonly explanation?: string };
	readonly description?: string;
	readonly url?: string;
}

/** The home page, the first card and the first method. */
function defaultPaths(root: string): readonly string[] {
	const first = (path: string): string => {
		const entries = readdirSync(join(root, path), { withFileTypes: true });
		const name = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
		return `${path}${name.sort()[0] ?? ''}/`;
	};
	return ['', first(first('models/')), first('methods/')];
}

/** Makes Chromium say that the reader prefers dark pages. */
const DARK = '--blink-settings=preferredColorScheme=0';

/** Runs Lighthouse on an address. */
async function measure(url: string, chromium: string, dark: boolean): Promise<Report> {
	const flags = ['--headless=new', ...CHROMIUM_FLAGS, ...(dark ? [DARK] : [])];
	const args = [
		...['--yes', LIGHTHOUSE, url, '--quiet', '--no-enable-error-reporting'],
		...['--output=json', '--output-path=stdout', `--only-categories=${CATEGORIES.join(',')}`],
		`--chrome-flags=${flags.join(' ')}`,
	];
	const child = spawn('npx', args, {
		env: { ...process.env, CHROME_PATH: chromium },
		stdio: ['ignore', 'pipe', 'inherit'],
		shell: process.platform === 'win32',
	});
	const parts: Buffer[] = [];
	child.stdout.on('data', (data: Buffer) => parts.push(data));
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject).once('close', resolve);
	});
	if (code !== 0) throw new Error(`Lighthouse ended with ${String(code)} on ${url}`);
	const report = JSON.parse(Buffer.concat(parts).toString()) as Report;
	if (report.runtimeError) throw new Error(`${url}: ${report.runtimeError.message}`);
	return report;
}

/** Prints a page's scores and what fails; true where every score is 100. */
function print(path: string, { categories, audits }: Report): boolean {
	const scores = CATEGORIES.flatMap((id) => categories[id] ?? []);
	const texts = scores.map(({ title, score }) => `${title} ${Math.round((score ?? 0) * 100)}`);
	console.log(`/${path}: ${texts.join(', ')}`);
	for (const { title, auditRefs } of scores)
		for (const { id, weight } of auditRefs) {
			const audit = audits[id];
			if (audit === undefined || !fails(audit)) continue;
			const remark = weight === 0 ? ', not counted' : '';
			console.log(`  ✗ ${audit.title} (${title}: ${id}${remark})`);
			for (const item of audit.details?.items?.slice(0, 10) ?? [])
				console.log(`      ${describe(item)}`);
		}
	return scores.length === CATEGORIES.length && scores.every(({ score }) => score === 1);
}

function fails({ score, scoreDisplayMode }: Audit): boolean {
	if (scoreDisplayMode === 'error') return true;
	return score !== null && score < 1 && /^(?:binary|numeric|metricSavings)$/.test(scoreDisplayMode);
}

function describe({ node, description, url }: Item): string {
	const texts = [node?.selector, node?.explanation ?? description, url];
	return texts
		.filter((text) => text !== undefined)
		.join(': ')
		.replace(/\s+/g, ' ');
}

async function main(): Promise<number> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { site: { type: 'string' }, dark: { type: 'boolean', default: false } },
	});
	const chromium = findChromium();
	if (chromium === null) {
		console.error(CHROMIUM_HINT);
		return 2;
	}
	const { out, base } = readEnvironment(process.env);
	if (values.site === undefined) await buildSite();
	const root = values.site ?? out;
	const server = await serveSite({ root, base });
	try {
		let perfect = true;
		const paths = positionals.map((path) => path.replace(/^\//, ''));
		for (const path of paths.length > 0 ? paths : defaultPaths(root)) {
			const report = await measure(`${server.url}${path}`, chromium, values.dark);
			perfect = print(path, report) && perfect;
		}
		return perfect ? 0 : 1;
	} finally {
		await server.close();
	}
}

process.exitCode = await main();
