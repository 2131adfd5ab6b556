import { mkdir, readFile, rm } from 'node:fs/promises';
import { CHROMIUM_HINT, findChromium } from '../chromium.ts';
import { buildSite, commandOf, TEST_SITES } from '../sites.ts';
import { FAILED, PASSED, readReport, SKIPPED, type Counts } from './counts.ts';
import { runNode, type Ended } from './process.ts';

/** What a step came to; `output` is shown where something failed. */
export interface StepResult {
	readonly counts: Counts;
	readonly output: string;
	/** Why it was skipped. */
	readonly note?: string;
}

export interface Step {
	readonly name: string;
	run(): Promise<StepResult>;
}

const REPORTS = '.cache/reports';

/** A step that is one test: it passed where every program ended well, one after another. */
function check(name: string, ...programs: readonly (() => Promise<Ended>)[]): Step {
	return {
		name,
		run: async () => {
			for (const program of programs) {
				const { code, output } = await program();
				if (code !== 0) return { counts: FAILED, output };
			}
			return { counts: PASSED, output: '' };
		},
	};
}

/** A step of many tests, counted from the report that its runner writes. */
async function counted(report: string, run: (file: string) => Promise<Ended>): Promise<StepResult> {
	const file = `${REPORTS}/${report}.json`;
	await mkdir(REPORTS, { recursive: true });
	await rm(file, { force: true });
	const { code, output } = await run(file);
	const text = await readFile(file, 'utf8').catch(() => null);
	return { counts: readReport(text, code === 0), output };
}

const format = check('format', () =>
	runNode(commandOf('prettier'), ['--check', '--log-level=warn', '--cache', '.']),
);

const lint = check('lint', () =>
	runNode(commandOf('eslint'), ['--cache', '--cache-location=.cache/eslint/', '.']),
);

/** What astro makes of the content's schema: linting and compiling need it, and git does not keep it. */
const contentTypes = check('content types', () =>
	runNode(commandOf('astro'), ['sync', '--silent']),
);

const compile = (project: string): Promise<Ended> =>
	runNode(commandOf('typescript', 'tsc'), ['--noEmit', '-p', project]);

const types = check(
	'types',
	() => compile('tsconfig.json'),
	() => compile('tsconfig.worker.json'),
);

const templates = check('templates', () =>
	runNode(commandOf('astro'), ['check', '--noSync', '--minimumFailingSeverity=error']),
);

const rust: Step = {
	name: 'rust',
	run: async () => {
		const { code, output } = await runNode('scripts/rust-checks.ts');
		const [, reason] = /^SKIPPED: (.*)$/m.exec(output) ?? [];
		if (code === 0 && reason !== undefined) return { counts: SKIPPED, output, note: reason };
		return { counts: code === 0 ? PASSED : FAILED, output };
	},
};

const unit: Step = {
	name: 'unit and oracle',
	run: () =>
		counted('unit', (file) =>
			runNode(commandOf('vitest'), [
				'run',
				'--reporter=default',
				'--reporter=json',
				`--outputFile.json=${file}`,
			]),
		),
};

/** Whether this run has built the sites: those of an earlier one say nothing. */
let built = false;

const sites: Step = {
	name: 'build',
	run: async () => {
		try {
			await buildSite(TEST_SITES.content);
			await buildSite(TEST_SITES.fixture);
			built = true;
			return { counts: PASSED, output: '' };
		} catch (error) {
			return { counts: FAILED, output: error instanceof Error ? error.message : String(error) };
		}
	},
};

/** A step that needs the built sites. */
function onSites(name: string, run: () => Promise<StepResult>): Step {
	return {
		name,
		run: async () =>
			built ? run() : { counts: FAILED, output: 'Not run: the sites could not be built.' },
	};
}

const size = onSites('size', () => check('size', () => runNode('scripts/size.ts')).run());

const browser = onSites('browser', async () => {
	const chromium = findChromium();
	if (chromium === null) return { counts: FAILED, output: CHROMIUM_HINT };
	return counted('browser', (file) =>
		runNode(commandOf('@playwright/test', 'playwright'), ['test', '--reporter=list,json'], {
			REMELT_CHROMIUM: chromium,
			REMELT_SITES_BUILT: '1',
			PLAYWRIGHT_JSON_OUTPUT_NAME: file,
		}),
	);
});

/**
 * The steps in their order. Steps of one group run side by side, as far as there are processors;
 * a group starts when the one before it has ended.
 */
export function planSteps(fast: boolean): readonly (readonly Step[])[] {
	return fast
		? [[contentTypes], [lint, unit, types, format]]
		: [[contentTypes], [lint, unit, types, sites, templates, rust, format], [size, browser]];
}
