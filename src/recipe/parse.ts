import type { z } from 'zod';
import { RemeltError, type ErrorCode, type Finding } from '../errors/index.ts';
import { ambiguousReference, toRecipe } from './convert.ts';
import { layersOf } from './describe.ts';
import { keyFindings } from './keys.ts';
import { modulesOf } from './modules.ts';
import { recipeSchema } from './schema.ts';
import { excerpt, placeAt } from './text.ts';
import type { Recipe } from './types.ts';
import { readYaml, type YamlNode } from './yaml.ts';
import { yamlFindings } from './yamlFindings.ts';

/** More layers than any model has; what asks for more is a mistake. */
const MAX_LAYERS = 10_000;

/**
 * Reads a merge configuration as mergekit does, and says what mergekit would not. What some release of
 * mergekit takes is read; whether the one asked for takes it, and whether Remelt can merge it, is the
 * plan's question.
 * @throws `recipe-syntax` for what is not YAML, `recipe-invalid` for what is no recipe,
 * `dtype-unsupported`, `recipe-unsupported` for several documents; each with `line`, `column`, `path`
 * and `excerpt` (the lines, with a caret under the place) in its details
 */
export function parseRecipe(text: string): { recipe: Recipe; findings: Finding[] } {
	return readRecipe(text, readYaml(text), true);
}

/**
 * A recipe from a document of a text. Throws as {@link parseRecipe} does.
 * @param alone whether it is the only document
 */
export function readRecipe(
	text: string,
	root: YamlNode,
	alone: boolean,
): { recipe: Recipe; findings: Finding[] } {
	if (root.kind !== 'map') throw invalid('recipe-invalid', 'is not a mapping', [], text, root);
	const result = recipeSchema.safeParse(toPlain(root));
	if (!result.success) throw issueError(result.error, text, root);
	const ambiguous = ambiguousReference(result.data);
	if (ambiguous !== null) {
		const problem = `gives ${ambiguous} different architectures in different places`;
		throw invalid('recipe-invalid', problem, [], text, root);
	}
	const recipe = toRecipe(result.data, text);
	const problem = problemOf(recipe);
	if (problem !== null) throw invalid('recipe-invalid', problem.message, problem.path, text, root);
	return { recipe, findings: findingsOf(text, root, alone) };
}

/** What is wrong with a recipe as a whole. */
function problemOf(recipe: Recipe): { message: string; path: Path } | null {
	const given = (['models', 'slices', 'modules'] as const).filter((key) => recipe[key].length > 0);
	if (given.length === 0)
		return {
			message: 'has no models, no slices and no modules, and one of them is needed',
			path: [],
		};
	if (given.length > 1)
		return { message: `has both ${given.join(' and ')}, and mergekit takes one of them`, path: [] };
	for (const { name, models, slices } of recipe.modules)
		if (models.length > 0 === slices.length > 0)
			return {
				message: `needs either models or slices, and has ${models.length > 0 ? 'both' : 'neither'}`,
				path: ['modules', name],
			};
	if (recipe.tokenizerSource !== null && recipe.tokenizer !== null)
		return {
			message: 'stands beside tokenizer, and mergekit takes one of them',
			path: ['tokenizer_source'],
		};
	const long = modulesOf(recipe).find(({ slices }) => layersOf(slices) > MAX_LAYERS);
	if (long !== undefined)
		return {
			message: `take more than ${MAX_LAYERS} layers`,
			path: recipe.modules.length > 0 ? ['modules', long.name, 'slices'] : ['slices'],
		};
	return null;
}

/** What there is to say, in order of places; what stands under an anchor once. */
function findingsOf(text: string, root: YamlNode, alone: boolean): Finding[] {
	const byPlace = new Map<string, Finding>();
	for (const finding of [...keyFindings(text, root, alone), ...yamlFindings(text, root)])
		byPlace.set(`${finding.code} ${finding.line} ${finding.column}`, finding);
	return [...byPlace.values()].toSorted(
		(a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
	);
}

/**
 * A node as plain values; of repeated keys the last counts, as in PyYAML. Keys that are not read as text
 * are left out: mergekit knows none.
 */
function toPlain(node: YamlNode): unknown {
	if (node.kind === 'scalar') return node.value;
	if (node.kind === 'list') return node.items.map(toPlain);
	return Object.fromEntries(
		node.entries
			.filter(({ name }) => typeof name === 'string')
			.map(({ key, value }) => [key, toPlain(value)]),
	);
}

function issueError(error: z.ZodError, text: string, root: YamlNode): RemeltError {
	const [issue] = error.issues;
	const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
	const missing = path.length > 0 && nodeAt(root, path) === null;
	return invalid(
		issue?.code === 'custom' ? codeOf(issue.params) : 'recipe-invalid',
		missing ? 'is missing' : (issue?.message ?? 'is not a recipe'),
		path,
		text,
		root,
	);
}

function codeOf(params: Readonly<Record<string, unknown>> | undefined): ErrorCode {
	const code = params?.['code'];
	return code === 'dtype-unsupported' || code === 'recipe-unsupported' ? code : 'recipe-invalid';
}

type Path = readonly (string | number)[];

/** An error about a recipe, or a part of it, with its place. */
export function invalid(
	code: ErrorCode,
	problem: string,
	path: Path,
	text: string,
	root: YamlNode,
): RemeltError {
	const place = placeAt(text, (nearestNode(root, path) ?? root).offset);
	const name = path
		.map((part, index) =>
			typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
		)
		.join('');
	return new RemeltError(
		code,
		`${name === '' ? 'The recipe' : `In the recipe, ${name}`} ${problem} (line ${place.line}, column ${place.column}).`,
		{ hint: HINTS[code] ?? '', details: { ...place, path: name, excerpt: excerpt(text, place) } },
	);
}

const HINTS: Partial<Record<ErrorCode, string>> = {
	'recipe-invalid': 'Correct the marked place; mergekit would refuse the recipe as well.',
	'recipe-unsupported': 'Run it with mergekit, or take that part out where it changes no weight.',
	'dtype-unsupported': 'Write one of the dtypes named; without the line, the stored dtype is kept.',
};

function nodeAt(root: YamlNode, path: Path): YamlNode | null {
	let node: YamlNode | null = root;
	for (const part of path) node = node === null ? null : childOf(node, part);
	return node;
}

/** The node at a path, or of one that is not there, the innermost that contains it. */
function nearestNode(root: YamlNode, path: Path): YamlNode | null {
	for (let length = path.length; length >= 0; length--) {
		const node = nodeAt(root, path.slice(0, length));
		if (node !== null) return node;
	}
	return null;
}

function childOf(node: YamlNode, part: string | number): YamlNode | null {
	if (node.kind === 'list') return node.items[Number(part)] ?? null;
	if (node.kind === 'scalar') return null;
	return node.entries.findLast(({ key }) => key === part)?.value ?? null;
}
