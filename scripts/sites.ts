import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The script behind a command that a package brings, so that it runs on this very Node. */
export function commandOf(name: string, command = name): string {
	const file = require.resolve(`${name}/package.json`);
	const { bin } = require(file) as { bin: string | Record<string, string> };
	const path = typeof bin === 'string' ? bin : bin[command];
	if (path === undefined) throw new Error(`${name} has no command ${command}`);
	return join(dirname(file), path);
}

export interface BuildOptions {
	/** Environment variables beside this process's own, such as REMELT_CONTENT. */
	readonly variables?: Readonly<Record<string, string>>;
	/** Show the build's output while it runs; otherwise it is shown only where the build fails. */
	readonly verbose?: boolean;
}

/** Builds the site with `astro build`; rejects with the build's output where it fails. */
export async function buildSite({ variables = {}, verbose }: BuildOptions = {}): Promise<void> {
	const child = spawn(process.execPath, [commandOf('astro'), 'build'], {
		env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', ...variables },
		stdio: ['ignore', verbose ? 'inherit' : 'pipe', verbose ? 'inherit' : 'pipe'],
	});
	const output: string[] = [];
	child.stdout?.on('data', (data: Buffer) => output.push(data.toString()));
	child.stderr?.on('data', (data: Buffer) => output.push(data.toString()));
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject).once('close', resolve);
	});
	if (code !== 0) throw new Error(`astro build ended with ${String(code)}\n${output.join('')}`);
}

/** Where the sites for tests are built; two runs at the same time need two folders. */
const SITES = process.env['REMELT_SITES'] ?? '.cache/sites';

/** The two sites that browser tests read: the project's own cards, and cards about oracle models. */
export const TEST_SITES = {
	content: {
		root: `${SITES}/content`,
		variables: { REMELT_OUT: `${SITES}/content`, REMELT_HUB_OVERRIDE: '1' },
	},
	fixture: {
		root: `${SITES}/fixture`,
		variables: {
			REMELT_OUT: `${SITES}/fixture`,
			REMELT_CONTENT: 'tests/fixtures/content',
			REMELT_HUB_OVERRIDE: '1',
		},
	},
} as const;
