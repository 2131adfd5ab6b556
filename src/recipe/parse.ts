import type { z } from 'zod';
import { RemeltError, type ErrorCode, type Finding } from '../errors/index.ts';
import { countLayers } from './describe.ts';
import { keyFindings, UNSUPPORTED_KEYS } from './keys.ts';
import { recipeSchema, type WrittenRecipe } from './schema.ts';
import { excerpt, placeAt } from './text.ts';
import type { Recipe } from './types.ts';
import { readYaml, type YamlNode } from './yaml.ts';
import { yamlFindings } from './yamlFindings.ts';

/** More layers than any model has; what asks for more is a mistake. */
const MAX_LAYERS = 10_000;

/**
 * Reads a merge configuration as mergekit does, and says what mergekit would not.
 *
 * Not read yet: modules, LoRA adapters, tokenizer blocks, several documents.
 * @throws `recipe-syntax` for what is not YAML, `recipe-invalid` for what is no recipe,
 * `dtype-unsupported`, `recipe-unsupported`; each with `line`, `column`, `path`
 * and `excerpt` (the lines, with a caret under the place) in its details
 */
export function parseRecipe(text: string): { recipe: Recipe; findings: Finding[] } {
	const root = readYaml(text);
	if (root.kind !== 'map') throw invalid('recipe-invalid', 'is not a mapping', [], text, root);
	for (const { key, value } of root.entries)
		if (Object.hasOwn(UNSUPPORTED_KEYS, key) && !isNull(value))
			throw invalid('recipe-unsupported', 'is not read by Remelt yet', [key], text, root);
	const result = recipeSchema.safeParse(toPlain(root));
	if (!result.success) throw issueError(result.error, text, root);
	const recipe = toRecipe(result.data, text);
	if (recipe.models.length > 0 === recipe.slices.length > 0)
		throw invalid(
			'recipe-invalid',
			recipe.models.length > 0
				? 'has both models and slices, and mergekit takes one of them'
				: 'has neither models nor slices',
			[],
			text,
			root,
		);
	if ((countLayers(recipe) ?? 0) > MAX_LAYERS)
		throw invalid('recipe-invalid', `take more than ${MAX_LAYERS} layers`, ['slices'], text, root);
	return { recipe, findings: findingsOf(text, root) };
}

/** What there is to say, in order of lines; what stands under an anchor once. */
function findingsOf(text: string, root: YamlNode): Finding[] {
	const byPlace = new Map<string, Finding>();
	for (const finding of [...keyFindings(text, root), ...yamlFindings(text, root)])
		byPlace.set(`${finding.code} ${finding.line} ${finding.column}`, finding);
	return [...byPlace.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function toRecipe(written: WrittenRecipe, text: string): Recipe {
	return {
		method: written.merge_method,
		baseModel: written.base_model,
		models: written.models,
		slices: written.slices.map((slice) => ({
			sources: slice.sources.map(({ model, layer_range, parameters }) => ({
				model,
				layerRange: layer_range,
				parameters,
			})),
			baseModel: slice.base_model,
			parameters: slice.parameters,
		})),
		parameters: written.parameters,
		dtype: written.dtype,
		outDtype: written.out_dtype,
		text,
	};
}

/** A node as plain values; of repeated keys the last counts, as in PyYAML. */
function toPlain(node: YamlNode): unknown {
	if (node.kind === 'scalar') return node.value;
	if (node.kind === 'list') return node.items.map(toPlain);
	return Object.fromEntries(node.entries.map(({ key, value }) => [key, toPlain(value)]));
}

function isNull(node: YamlNode): boolean {
	return node.kind === 'scalar' && node.value === null;
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

function invalid(
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
