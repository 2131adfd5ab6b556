import { describe, expect, it } from 'vitest';
import { findRecipes } from '../../src/card/index.ts';
import { readBody } from './read.ts';

const RECIPE = 'models:\n  - model: a/b\nmerge_method: linear';

describe('recipes', () => {
	it('are found with the line of their first line', () => {
		expect(findRecipes(`Text.\n\n\`\`\`yaml\n${RECIPE}\n\`\`\`\n`)).toEqual([
			{ language: 'yaml', text: RECIPE, line: 4 },
		]);
	});

	it.each([
		['without a language', `\`\`\`\n${RECIPE}\n\`\`\``],
		['between tildes', `~~~yml\n${RECIPE}\n~~~`],
		['in HTML', `<details>\n\n\`\`\`yaml\n${RECIPE}\n\`\`\`\n</details>`],
		['never closed', `\`\`\`yaml\n${RECIPE}`],
		['indented', `  \`\`\`yaml\n${RECIPE.replace(/^/gm, '  ')}\n  \`\`\``],
		['in a list', `- a\n\n  \`\`\`yaml\n${RECIPE.replace(/^/gm, '  ')}\n  \`\`\``],
		['in a quote', `> \`\`\`yaml\n${RECIPE.replace(/^/gm, '> ')}\n> \`\`\``],
		['closed by more backticks', `\`\`\`yaml\n${RECIPE}\n\`\`\`\`\``],
		['with Windows line endings', `\`\`\`yaml\r\n${RECIPE.replaceAll('\n', '\r\n')}\r\n\`\`\``],
	])('are found %s, and marked on the page', (_, body) => {
		expect(findRecipes(body).map(({ text }) => text.trimEnd())).toEqual([RECIPE]);
		expect(readBody(body).html.match(/data-recipe="0" id="recipe"/g)).toHaveLength(1);
	});

	it('are told from evaluation tasks and other code', () => {
		for (const code of [
			'task: spartqa\ndoc_to_text: !function a.b\nmetric_list:\n  - metric: acc',
			'temperature: 0.7\ntop_k: 50',
			'slices: 3',
		])
			expect(findRecipes(`\`\`\`yaml\n${code}\n\`\`\``)).toEqual([]);
		expect(findRecipes('```python\nyaml = """\nmerge_method: slerp\n"""\n```')).toEqual([]);
	});

	it('keep their order, and only the first has the id', () => {
		const fence = `\`\`\`yaml\n${RECIPE}\n\`\`\`\n`;
		const { html, recipes } = readBody(`${fence}\nThen\n\n${fence}`);
		expect(recipes.map(({ line }) => line)).toEqual([5, 13]);
		expect(html.match(/data-recipe="\d"/g)).toEqual(['data-recipe="0"', 'data-recipe="1"']);
		expect(html.match(/id="recipe"/g)).toHaveLength(1);
	});
});
