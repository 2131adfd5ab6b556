import { parseEvents, YAMLException, type Event } from 'js-yaml';
import { RemeltError } from '../errors/index.ts';
import { excerpt, placeAt } from './text.ts';
import { compose } from './yamlComposer.ts';
import { YamlProblem } from './yamlProblem.ts';
import type { YamlValue } from './yamlScalars.ts';
import { prepare, type Prepared } from './yamlSyntax.ts';

/** Recipes are a few kilobytes; what is longer is not read. */
export const MAX_RECIPE_LENGTH = 65_536;
const MAX_DEPTH = 16;

/** A YAML value with its place, keys in order and kept even where they repeat. */
export type YamlNode =
	| {
			readonly kind: 'scalar';
			readonly offset: number;
			/** As written, without quotes. */
			readonly text: string;
			/** Without quotes in the text. */
			readonly plain: boolean;
			/** As PyYAML's safe loader reads it. */
			readonly value: YamlValue;
	  }
	| { readonly kind: 'list'; readonly offset: number; readonly items: readonly YamlNode[] }
	| { readonly kind: 'map'; readonly offset: number; readonly entries: readonly YamlEntry[] };

export interface YamlEntry {
	/** As written, without quotes. */
	readonly key: string;
	/** The key as PyYAML reads it: `no` is false. Keys of a recipe are text. */
	readonly name: YamlValue;
	readonly offset: number;
	readonly value: YamlNode;
}

/**
 * Reads one YAML document as PyYAML's safe loader does, which is what mergekit reads recipes with.
 * @throws `recipe-syntax` with line and column; `recipe-unsupported` for several documents.
 */
export function readYaml(text: string): YamlNode {
	const documents = readDocuments(text);
	const [root = null] = documents;
	if (documents.length > 1)
		throw new RemeltError(
			'recipe-unsupported',
			`There are ${documents.length} recipes in this text, as mergekit-multi takes them, and one is wanted.`,
			{
				hint: 'Give one of them, without the --- lines.',
				details: { documents: documents.length },
			},
		);
	if (root === null) throw syntaxError(text, 0, 'there is nothing in it');
	return root;
}

/**
 * Reads every document of a text; null for those that are empty.
 * @throws `recipe-syntax` with line and column.
 */
export function readDocuments(text: string): (YamlNode | null)[] {
	if (text.length > MAX_RECIPE_LENGTH)
		throw new RemeltError(
			'recipe-syntax',
			`The recipe has ${text.length} characters; at most ${MAX_RECIPE_LENGTH} are read.`,
			{ hint: 'Paste the merge configuration only.', details: { length: text.length } },
		);
	try {
		return composeEither(text);
	} catch (error) {
		if (error instanceof YamlProblem) throw syntaxError(text, error.offset, error.message);
		throw error;
	}
}

/** Reads a text as it is, and where that fails, with its continued lines indented. */
function composeEither(text: string): (YamlNode | null)[] {
	const indented = prepare(text);
	const asItIs: Prepared = { text, origin: (offset) => offset };
	const events = tryParse(asItIs);
	if (Array.isArray(events)) return compose(asItIs, events);
	const again = indented.text === text ? events : tryParse(indented);
	if (Array.isArray(again)) return compose(indented, again);
	throw events;
}

/** A `recipe-syntax` error; its `excerpt` shows the lines, with a caret under the place. */
export function syntaxError(text: string, offset: number, reason: string): RemeltError {
	const place = placeAt(text, offset);
	return new RemeltError(
		'recipe-syntax',
		`The recipe is not valid YAML: ${reason} (line ${place.line}, column ${place.column}).`,
		{
			hint: 'Check the indentation and the colons around the marked place; tabs may not indent.',
			details: { ...place, reason, excerpt: excerpt(text, place) },
		},
	);
}

function tryParse({ text, origin }: Prepared): Event[] | YamlProblem {
	try {
		return parseEvents(text, { maxDepth: MAX_DEPTH });
	} catch (error) {
		if (error instanceof YAMLException)
			return new YamlProblem(error.reason, origin(error.mark?.position ?? 0));
		return new YamlProblem(error instanceof Error ? error.message : String(error), 0);
	}
}
