/**
 * Weighs what each page of a built site loads before anything is pressed, gzipped, and fails where
 * a budget is exceeded: `npm run size [-- <folder of the site>]`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TEST_SITES } from './sites.ts';

/**
 * Bytes, gzipped. `script` and `style` are for one page; `wasm` is for one module, which a worker loads
 * once a reader has agreed to read gigabytes of weights.
 */
export const BUDGETS = { script: 15_000, style: 13_000, wasm: 150_000 } as const;

/** What one page loads. */
interface PageWeight {
	readonly path: string;
	readonly script: number;
	readonly style: number;
}

/** Weighs files of one site, each once. */
function createScale(root: string): (path: string) => number {
	const known = new Map<string, number>();
	return (path) => {
		const weight = known.get(path) ?? gzipSync(readFileSync(join(root, path))).length;
		known.set(path, weight);
		return weight;
	};
}

/** The scripts that a module imports when it loads; `import()` waits for the reader. */
function staticImports(root: string, path: string): readonly string[] {
	const code = readFileSync(join(root, path), 'utf8');
	const found = code.matchAll(/(?:\bfrom|\bimport)\s*(["'])(\.{0,2}\/[^"']+?\.m?js)\1/g);
	return [...found].map(([, , name = '']) => posix.join(posix.dirname(path), name));
}

/** Local files that attributes of a page name. */
function referenced(html: string, pattern: RegExp): readonly string[] {
	return [...html.matchAll(pattern)].flatMap(([, path = '']) =>
		path.startsWith('/') && !path.startsWith('//') ? [path] : [],
	);
}

function weigh(root: string, page: string, weightOf: (path: string) => number): PageWeight {
	const html = readFileSync(join(root, page), 'utf8');
	const scripts = new Set([
		...referenced(html, /<script[^>]*\ssrc="([^"]+)"/g),
		...referenced(html, /<link[^>]*rel="modulepreload"[^>]*href="([^"]+)"/g),
	]);
	for (const script of scripts)
		for (const imported of staticImports(root, script)) scripts.add(imported);
	const styles = new Set(referenced(html, /<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"/g));
	const inline = [...html.matchAll(/<script type="module">(.*?)<\/script>/gs)];
	const sum = (paths: Iterable<string>): number =>
		[...paths].reduce((total, path) => total + weightOf(path), 0);
	return {
		path: `/${page.replace(/index\.html$/, '')}`,
		script:
			sum(scripts) + inline.reduce((total, [, code = '']) => total + gzipSync(code).length, 0),
		style: sum(styles),
	};
}

/** Prints the weights of a site; returns what exceeds its budget. */
export function weighSite(root: string): readonly string[] {
	const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
		.map((path) => path.replaceAll('\\', '/'))
		.sort();
	const weightOf = createScale(root);
	const over: string[] = [];
	const check = (what: string, weight: number, budget: number): void => {
		if (weight > budget) over.push(`${what}: ${weight} bytes, budget ${budget}`);
	};
	console.log('  script   style  page (bytes, gzipped)');
	for (const page of files.filter((path) => path.endsWith('.html'))) {
		const { path, script, style } = weigh(root, page, weightOf);
		console.log(`${String(script).padStart(8)}${String(style).padStart(8)}  ${path}`);
		check(`scripts of ${path}`, script, BUDGETS.script);
		check(`styles of ${path}`, style, BUDGETS.style);
	}
	for (const path of files.filter((file) => /^_astro\/.*\.wasm$/.test(file))) {
		console.log(`${String(weightOf(path)).padStart(8)}          /${path}`);
		check(path, weightOf(path), BUDGETS.wasm);
	}
	return over;
}

if (import.meta.main) {
	const root = process.argv[2] ?? TEST_SITES.content.root;
	if (!existsSync(root)) throw new Error(`${root} is not there: npm run build`);
	const over = weighSite(root);
	for (const line of over) console.error(`Too heavy: ${line}`);
	process.exitCode = over.length > 0 ? 1 : 0;
}
