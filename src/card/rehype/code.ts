import type { Element, Root } from 'hast';
import type { CardRecipe } from '../types.ts';
import { classesOf, element, textOf, visitElements } from '../trees.ts';
import { highlightCode } from './highlight.ts';

/**
 * Makes every code block a figure: highlighted, with the language in `data-language` and a copy
 * button that stays hidden until a script shows it. The first recipe's figure has the id `recipe`,
 * and each recipe's `data-recipe` holds its index.
 */
export function frameCode(tree: Root, recipes: readonly CardRecipe[]): void {
	visitElements(tree, (node) => {
		if (node.tagName !== 'pre') return undefined;
		const code = node.children.find(
			(child): child is Element => child.type === 'element' && child.tagName === 'code',
		);
		if (code !== undefined && isMath(code)) return undefined;
		const text = textOf(code ?? node).replace(/\n$/, '');
		const language = code === undefined ? null : languageOf(code);
		const line = node.position === undefined ? null : node.position.start.line + 1;
		const recipe = recipes.findIndex((each) => each.line === line);
		return [figure(text, language, recipe)];
	});
}

function figure(text: string, language: string | null, recipe: number): Element {
	const highlighted = language === null ? null : highlightCode(text, language);
	const code = element(
		'code',
		language === null ? {} : { className: [`language-${language}`] },
		highlighted ?? [text],
	);
	const button = element('button', { type: 'button', className: ['copy'], hidden: true }, ['Copy']);
	const properties: Element['properties'] = { className: ['code'] };
	if (language !== null) properties['dataLanguage'] = language;
	if (recipe >= 0) properties['dataRecipe'] = String(recipe);
	if (recipe === 0) properties['id'] = 'recipe';
	return element('figure', properties, [element('pre', { tabIndex: 0 }, [code]), button]);
}

/** The language that a block's class names, if it is a name. */
function languageOf(code: Element): string | null {
	const name = classesOf(code).find((each) => /^language-[\w+#.-]{1,32}$/.test(each));
	return name === undefined ? null : name.slice('language-'.length).toLowerCase();
}

/** Tells the math that the Markdown parser marks as code. */
export function isMath(code: Element): boolean {
	return classesOf(code).some((each) =>
		['language-math', 'math-inline', 'math-display'].includes(each),
	);
}
