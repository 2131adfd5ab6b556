import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findMethod, methodNames, type MethodParameter } from '../../src/merge/index.ts';
import { methodsOf } from '../../src/site/methods.ts';
import { assembleCard, type SiteCard } from '../../src/site/siteCard.ts';
import { tableBelow } from '../support/markdown.ts';

/** A card whose recipe has the given method. */
function cardWith(method: string): SiteCard {
	const recipe = `models: [{model: a/b}]\nmerge_method: ${method}\n`;
	const card = `# Merge\n\n\`\`\`yaml\n${recipe}\`\`\`\n`;
	return assembleCard({ owner: 'x', name: 'y', card, provenance: null, rehearsal: null });
}

/** What of a page's formulas was taken for text: a dollar with what follows it. */
function unreadFormulas(html: string): string[] {
	const text = html.replace(/<annotation.*?<\/annotation>|<code.*?<\/code>/gs, '');
	return text.match(/\$.{0,20}/g) ?? [];
}

/** A parameter's row in the table of its method's document. */
function rowOf({ name, scope, default: usual, meaning }: MethodParameter): string[] {
	const value = usual === undefined ? 'required' : usual === null ? 'none' : `\`${usual}\``;
	return [`\`${name}\``, scope, value, meaning];
}

describe('The page of a method', () => {
	it('is there for every method that Remelt runs, with or without cards', () => {
		const methods = methodsOf([cardWith('ties')]);
		expect(methods.map(({ id }) => id).toSorted()).toEqual(methodNames());
		expect(methods[0]).toMatchObject({ id: 'ties', name: 'TIES' });
		expect(methods[0]?.cards).toHaveLength(1);
		for (const { summary, document } of methods) {
			expect(summary).toMatch(/\.$/);
			expect(unreadFormulas(document?.html ?? '$')).toEqual([]);
		}
	});

	it('is there for a method that only a card names', () => {
		const method = methodsOf([cardWith('karcher')]).find(({ id }) => id === 'karcher');
		expect(method).toMatchObject({ name: 'karcher', summary: null, document: null });
	});

	it('is not made of a name that is no part of an address', () => {
		const ids = methodsOf([cardWith('"../x"')]).map(({ id }) => id);
		expect(ids.toSorted()).toEqual(methodNames());
	});
});

describe.each(methodNames())('docs/methods/%s.md', (name) => {
	const file = `docs/methods/${name}.md`;

	it('lists the parameters that the method reads', () => {
		const table = tableBelow(existsSync(file) ? readFileSync(file, 'utf8') : '', '## Parameters');
		expect(table.head).toEqual(['parameter', 'per', 'default', 'meaning']);
		expect(table.rows).toEqual(findMethod(name).parameters.map(rowOf));
	});
});
