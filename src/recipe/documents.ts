import type { Finding } from '../errors/index.ts';
import { formatRecipe } from './format.ts';
import { invalid, readRecipe } from './parse.ts';
import { modelReferences, parseModelReference } from './references.ts';
import type { Recipe } from './types.ts';
import { readDocuments, syntaxError, type YamlNode } from './yaml.ts';

/** One recipe of a text of several. */
export interface NamedRecipe {
	/** The name by which the others mean its result; null for the one whose result is wanted. */
	readonly name: string | null;
	readonly recipe: Recipe;
	/** The recipes of the text whose results it reads, by name. */
	readonly needs: readonly string[];
}

/**
 * Reads the recipes of a text, documents apart from one another by `---`, as mergekit-multi does: each but
 * one has a name, by which the others may mean its result wherever a model may stand. A name that no recipe
 * has is a model like any other.
 * @returns the recipes in an order in which they can be run, the one without a name last. Where there are
 *   several, the `text` of each is written anew, as mergekit-multi does.
 * @throws as `parseRecipe` does, and `recipe-invalid` for names that stand twice, are no names of folders,
 *   or wait for one another, and unless exactly one recipe has none
 */
export function parseRecipes(text: string): {
	recipes: readonly NamedRecipe[];
	findings: Finding[];
} {
	const roots = readDocuments(text);
	const read = roots.map((root, index) => {
		if (root === null)
			throw syntaxError(text, 0, `document ${index + 1} of ${roots.length} is empty`);
		return { root, ...readRecipe(text, root, roots.length === 1) };
	});
	const [first] = read;
	if (first === undefined) throw syntaxError(text, 0, 'there is nothing in it');
	const findings = read.flatMap((document) => document.findings);
	if (read.length === 1)
		return { recipes: [{ name: null, recipe: first.recipe, needs: [] }], findings };
	checkNames(text, read);
	const recipes = read.map(({ recipe, root }): NamedRecipe & { root: YamlNode } => {
		const names = read.flatMap(({ recipe: { name } }) => name ?? []);
		const needs = pathsOf(recipe).filter((path) => names.includes(path));
		return { name: recipe.name, recipe: { ...recipe, text: formatRecipe(recipe) }, needs, root };
	});
	return { recipes: inOrder(text, recipes), findings };
}

interface Document {
	readonly root: YamlNode;
	readonly recipe: Recipe;
}

function checkNames(text: string, documents: readonly Document[]): void {
	const seen = new Set<string | null>();
	for (const { root, recipe } of documents) {
		const { name } = recipe;
		const refuse = (problem: string): Error =>
			invalid('recipe-invalid', problem, name === null ? [] : ['name'], text, root);
		if (name === null && seen.has(name))
			throw refuse('has no name, and neither has one before it: one of several has none');
		if (seen.has(name)) throw refuse(`is ${String(name)} for a second time`);
		if (name !== null && !/^(?!\.{1,2}$)[^/\\@+\p{Cc}]+$/u.test(name))
			throw refuse('has to be the name of a folder, without slashes, @ and +');
		seen.add(name);
	}
	const [first] = documents;
	if (first !== undefined && !seen.has(null))
		throw invalid(
			'recipe-invalid',
			'is one of several that all have a name; the one whose result is wanted has none',
			['name'],
			text,
			first.root,
		);
}

/** The paths of all models that a recipe names, without revisions and adapters. */
function pathsOf(recipe: Recipe): string[] {
	const paths = modelReferences(recipe).map((text) => parseModelReference(text)?.path ?? text);
	return [...new Set(paths)];
}

/** Each recipe after those that it needs, otherwise as written, and the one without a name last. */
function inOrder(
	text: string,
	recipes: readonly (NamedRecipe & { readonly root: YamlNode })[],
): NamedRecipe[] {
	const ordered = new Map<string | null, NamedRecipe>();
	const visit = (name: string | null, waiting: readonly string[]): void => {
		const found = recipes.find((each) => each.name === name);
		if (found === undefined || ordered.has(name)) return;
		const { recipe, needs, root } = found;
		const chain = name === null ? waiting : [...waiting, name];
		if (name !== null && waiting.includes(name))
			throw invalid(
				'recipe-invalid',
				`waits for its own result: ${chain.slice(chain.indexOf(name)).join(' needs ')}`,
				['name'],
				text,
				root,
			);
		for (const need of needs) visit(need, chain);
		ordered.set(name, { name, recipe, needs });
	};
	for (const { name } of recipes) if (name !== null) visit(name, []);
	visit(null, []);
	return [...ordered.values()];
}
