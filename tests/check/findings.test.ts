import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** The codes of all findings that the source can report. */
function codesInSource(): string[] {
	const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
	return files
		.filter((file) => /\.tsx?$/.test(file))
		.flatMap((file) => {
			const text = readFileSync(join(ROOT, 'src', file), 'utf8');
			const found = text.matchAll(
				/(?:\bcode: |\badd\(\s*)'([a-z0-9-]+)',(?=\s*(?:severity:|[a-z]+\.(?:map|filter)\())/g,
			);
			return [...found].map(([, code = '']) => code);
		});
}

describe('docs/findings.md', () => {
	const text = readFileSync(join(ROOT, 'docs', 'findings.md'), 'utf8');
	const entries = [...text.matchAll(/^### `([a-z0-9-]+)`$/gm)].map(([, code = '']) => code);

	it('has an entry for every finding, and none for what nobody reports', () => {
		expect([...new Set(codesInSource())].sort()).toEqual([...entries].sort());
	});

	it('has one entry each', () => {
		expect(new Set(entries).size).toBe(entries.length);
		expect(entries.length).toBeGreaterThan(20);
	});
});
