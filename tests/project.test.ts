import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingEntries, type Lockfile } from '../scripts/lockfile.ts';
import { z } from 'zod';

const Package = z.object({
	name: z.string(),
	license: z.string(),
	scripts: z.record(z.string(), z.string()),
	dependencies: z.record(z.string(), z.string()),
	devDependencies: z.record(z.string(), z.string()),
	optionalDependencies: z.record(z.string(), z.string()),
	allowScripts: z.record(z.string(), z.boolean()),
});

const project = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')));
const lockText = readFileSync('package-lock.json', 'utf8');
const lock = JSON.parse(lockText) as Lockfile;

const dependencies = {
	...project.dependencies,
	...project.devDependencies,
	...project.optionalDependencies,
};

/** Files under version control, and those that are about to be. */
const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
	encoding: 'utf8',
	maxBuffer: 2 ** 26,
})
	.split('\0')
	.filter((path) => path !== '' && existsSync(path));

/** Text files, by what their names end with. */
function textFiles(...endings: readonly string[]): readonly (readonly [string, string])[] {
	return files
		.filter((path) => endings.some((ending) => path.endsWith(ending)))
		.map((path) => [path, readFileSync(path, 'utf8')] as const);
}

const sources = textFiles('.ts', '.tsx', '.astro', '.js', '.mjs').filter(
	([path]) => !path.startsWith('wasm/pkg/'),
);

/** Paths that imports of a file name, below the project's folder. */
function importsOf(path: string, text: string): readonly string[] {
	const found = text.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+)'/g);
	return [...found].map(([, target = '']) => normalize(join(dirname(path), target)));
}

describe('packages', () => {
	it('are asked for in exact versions', () => {
		for (const [name, version] of Object.entries(dependencies))
			expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
	});

	it('are each explained in docs/dependencies.md', () => {
		const explained = readFileSync('docs/dependencies.md', 'utf8');
		const silent = Object.keys(dependencies).filter((name) => !explained.includes(`\`${name}\``));
		expect(silent).toEqual([]);
	});

	it('are locked with their digests, for every platform, without naming a registry', () => {
		expect(lockText).not.toMatch(/"resolved"|https?:\/\/[^"]*registry|\.tgz/);
		expect([...missingEntries(lock).keys()]).toEqual([]);
		const unversioned = Object.entries(lock.packages).filter(([, { version }]) => !version);
		expect(unversioned.map(([place]) => place).filter((place) => place !== '')).toEqual([]);
	});

	it('run no install script that is not accounted for', () => {
		const entries = Object.entries(lock.packages) as [string, { hasInstallScript?: boolean }][];
		const scripted = entries
			.filter(([, { hasInstallScript }]) => hasInstallScript === true)
			.map(([place]) => place.replace(/^.*node_modules\//, ''));
		for (const name of new Set(scripted)) {
			// Only macOS has it, for a file watcher that nothing here needs.
			if (name !== 'fsevents') expect(Object.keys(project.allowScripts)).toContain(name);
		}
	});
});

describe('scripts', () => {
	it('of package.json are there', () => {
		const named = Object.values(project.scripts).flatMap((command) => [
			...command.matchAll(/node ([\w/.-]+\.ts)/g),
		]);
		for (const [, path = ''] of named) expect(existsSync(path), path).toBe(true);
	});
});

describe('imports', () => {
	it('go through the entries of other folders', () => {
		const passing = sources.flatMap(([path, text]) => {
			const folder = /^src\/(\w+)\//.exec(path)?.[1];
			if (folder === undefined) return [];
			return importsOf(path, text).filter((target) => {
				const other = /^src\/(\w+)\/(.*)$/.exec(target);
				const [, name = folder, file = ''] = other ?? [];
				const below = existsSync(`src/${name}/index.ts`);
				return name !== folder && below && !/^(?:index|node)\.ts$|^idle\.css$/.test(file);
			});
		});
		expect(passing).toEqual([]);
	});

	it('reach the Hub’s library from src/hub only', () => {
		const importing = sources.filter(([, text]) => /from '@huggingface\/hub'/.test(text));
		const outside = importing.filter(([path]) => !path.startsWith('src/hub/'));
		expect(outside.map(([path]) => path)).toEqual([]);
	});

	it('fan out to few files', () => {
		const wide = sources.filter(([path, text]) => {
			// A registry is the list of all that there is.
			if (path.endsWith('/registry.ts')) return false;
			if (!path.startsWith('src/') || path.endsWith('.astro')) return false;
			return new Set(importsOf(path, text)).size > 16;
		});
		expect(wide.map(([path]) => path)).toEqual([]);
	});
});

describe('source text', () => {
	it('holds no way around the type checker or the linter', () => {
		const escapes =
			/@ts-(?:ignore|nocheck|expect-error)|eslint-disable|(?:\bas|:) any\s*[;,)\]=|>]/;
		const found = sources.filter(
			([path, text]) => path !== 'tests/project.test.ts' && escapes.test(text),
		);
		expect(found.map(([path]) => path)).toEqual([]);
	});

	it('names no path of the machine that it was written on', () => {
		const places = [process.cwd(), homedir()].filter((place) => place.length > 2);
		const texts = textFiles(
			'.ts',
			'.tsx',
			'.astro',
			'.mjs',
			'.js',
			'.json',
			'.md',
			'.rs',
			'.toml',
			'.yml',
		);
		const found = texts.filter(([, text]) => places.some((place) => text.includes(`${place}/`)));
		expect(found.map(([path]) => path)).toEqual([]);
		for (const path of files.filter((name) => name.endsWith('.wasm'))) {
			const bytes = readFileSync(path);
			for (const place of places) expect(bytes.includes(place), path).toBe(false);
		}
	});
});

describe('documents', () => {
	const documents = textFiles('.md').filter(([path]) => !/^(?:content|tests)\//.test(path));

	it.each(documents)('%s links to files and headings that are there', (path, text) => {
		const prose = text.replace(/```.*?```/gs, '').replace(/`[^`]*`/g, '');
		const broken = [...prose.matchAll(/\]\((?!\w+:)([^)\s]*)\)/g)].flatMap(([, link = '']) => {
			const [target = '', heading = ''] = link.split('#');
			const file = target === '' ? path : normalize(join(dirname(path), target));
			if (!existsSync(file)) return [link];
			if (heading === '') return [];
			return headings(readFileSync(file, 'utf8')).includes(heading) ? [] : [link];
		});
		expect(broken).toEqual([]);
	});

	it('name commands of package.json that exist', () => {
		const commands = documents.flatMap(([, text]) => [
			...text.matchAll(/npm run (?:-s )?([\w:-]+)/g),
		]);
		for (const [, name = ''] of commands) expect(project.scripts).toHaveProperty([name]);
	});

	it('name functions and files of src/ in docs/architecture.md that exist', () => {
		const text = readFileSync('docs/architecture.md', 'utf8');
		const code = sources.map(([, source]) => source).join('\n');
		const rust = textFiles('.rs')
			.map(([, source]) => source)
			.join('\n');
		const named = [...text.matchAll(/`([A-Za-z]\w*)(?:\(\))?`/g)].map(([, name = '']) => name);
		const unknown = named.filter((name) => !new RegExp(`\\b${name}\\b`).test(code + rust));
		expect(unknown).toEqual([]);
		const paths = [...text.matchAll(/`((?:src|scripts|tests|wasm|docs|content)\/[\w./-]+)`/g)];
		expect(paths.length).toBeGreaterThan(0);
		for (const [, path = ''] of paths) expect(existsSync(path), path).toBe(true);
	});
});

/** Ids of a document's headings, as GitHub makes them. */
function headings(text: string): readonly string[] {
	return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
		title
			.toLowerCase()
			.replace(/[`*_]/g, '')
			.replace(/[^\p{L}\p{N}\s-]/gu, '')
			.trim()
			.replace(/\s/g, '-'),
	);
}
