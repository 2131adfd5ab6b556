import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findSemantics, SEMANTICS_NAMES } from '../../src/recipe/index.ts';
import { tableBelow } from '../support/markdown.ts';

type Flags = Readonly<Record<string, string | number | boolean>>;

function flagsOf(semantics: string): Flags {
	const all = Object.entries(findSemantics(semantics));
	const flags = all.filter(([key]) => key !== 'name' && key !== 'date');
	return Object.fromEntries(flags);
}

/** Every day on which mergekit may have changed, `YYYY-MM-DD`. */
function days(first: string, last: string): string[] {
	const [from, to] = [Date.parse(first), Date.parse(last)];
	const count = (to - from) / 86_400_000 + 1;
	const at = (day: number): string => new Date(from + day * 86_400_000).toISOString().slice(0, 10);
	return Array.from({ length: count }, (_, day) => at(day));
}

/** A flag's value at first, each later one with its day, and that of `precise` where it differs. */
function historyOf(flag: string): string {
	const parts: string[] = [];
	let last: Flags[string] | undefined;
	for (const day of days('2023-11-26', '2026-12-31')) {
		const value = flagsOf(day)[flag];
		if (value === last) continue;
		parts.push(last === undefined ? `\`${value}\`` : `since ${day} \`${value}\``);
		last = value;
	}
	const precise = flagsOf('precise')[flag];
	if (precise !== last) parts.push(`in precise \`${precise}\``);
	return parts.join('; ');
}

describe('docs/semantics.md', () => {
	const text = readFileSync('docs/semantics.md', 'utf8');

	it('has a row for every flag, with its values and their days', () => {
		const rows = tableBelow(text, '## Flags').rows.map(([flag, values]) => [flag, values]);
		const flags = Object.keys(flagsOf('precise'));
		const expected = flags.map((flag) => [`\`${flag}\``, historyOf(flag)]);
		expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected));
		expect(rows).toHaveLength(flags.length);
	});

	it('has a row for every release, with its day', () => {
		const releases = SEMANTICS_NAMES.filter((name) => name !== 'precise');
		const expected = releases.map((name) => [`\`${name}\``, findSemantics(name).date]);
		expect(tableBelow(text, '## Releases').rows).toEqual(expected);
	});
});
