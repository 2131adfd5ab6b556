import { isLocalReference, parseModelReference, type Recipe } from '../recipe/index.ts';

/** What a merged model's README tells of its making. */
export interface ReadmeFacts {
	readonly recipe: Recipe;
	/** How readers call the method. */
	readonly method: string;
	readonly semantics: string;
	/** Seed of random numbers; null or absent where none were drawn. */
	readonly seed?: number | null | undefined;
	/** Model reference -> what it was resolved to, in order of appearance. */
	readonly models: Readonly<Record<string, { readonly id: string; readonly revision: string }>>;
	/** The model whose `config.json` was taken. */
	readonly donor: string;
	readonly tensors: number;
}

/** A name as the Hub has them: `owner/name`, or a single word. */
const HUB_NAME = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/;

/** The model card that goes beside merged weights: what they are, from what, and made how. */
export function writeReadme(facts: ReadmeFacts): string {
	const { recipe, models } = facts;
	const parents = [...new Set(Object.entries(models).flatMap(parentName))];
	const base =
		parents.length > 0
			? ['base_model:', ...parents.map((name) => `  - ${name}`), 'base_model_relation: merge']
			: [];
	const tags = ['tags:', '  - mergekit', '  - merge', '  - remelt'];
	const front = ['---', ...base, 'library_name: transformers', ...tags];
	const fence = longerFence(recipe.text);
	const rows = Object.entries(models).map(
		([reference, { id, revision }]) => `| ${cell(reference)} | ${cell(id)} | ${cell(revision)} |`,
	);
	return [
		...front,
		'---',
		'',
		`# ${facts.method} merge`,
		'',
		`The weights in this folder were made by Remelt, which re-ran the merge recipe below: ${facts.tensors} tensors, method \`${recipe.method}\`.`,
		'',
		'## Parents',
		'',
		'| in the recipe | model | revision |',
		'| --- | --- | --- |',
		...rows,
		'',
		'## Recipe',
		'',
		`${fence}yaml`,
		recipe.text.trimEnd(),
		fence,
		'',
		'## How it was computed',
		'',
		semanticsText(facts.semantics),
		...(facts.seed == null ? [] : ['', `Random numbers were drawn from seed ${facts.seed}.`]),
		'',
		`\`config.json\` is that of ${cell(facts.donor)}, changed where the merge changes it. The merge does not touch tokenizers: where no tokenizer files lie beside this one, take them from ${cell(facts.donor)}.`,
		'',
		'The licence of the parents applies; this file states none.',
		'',
	].join('\n');
}

/**
 * What a parent is called in the card's metadata: its repository, or the name that the recipe gives it,
 * wherever it was read from. A path on somebody's disk is no name.
 */
function parentName([reference, { id }]: readonly [string, { readonly id: string }]): string[] {
	const named = parseModelReference(reference)?.path ?? reference;
	const name = id.includes('/') ? id : named;
	return HUB_NAME.test(name) && !isLocalReference(name) ? [name] : [];
}

/** What the numbers were held to, in a sentence. */
function semanticsText(name: string): string {
	if (name === 'precise')
		return 'Semantics `precise`: inputs in the recipe’s dtype, elements in float32, sums over whole tensors in float64, and one rounding, to nearest even, when a tensor is written. mergekit takes some of these sums in float32, so its result can differ by a unit in the last place in some elements.';
	const which = /^\d{4}-/.test(name)
		? `mergekit as its main branch stood on ${name}`
		: `mergekit ${name}`;
	return `Semantics \`${name}\`: the weights follow ${which}, operation by operation. Sums over whole tensors are taken in float64 where mergekit takes them in float32, so that some elements can differ from its result by a unit in the last place.`;
}

/** A code span of any text, which a table cell can hold. */
function cell(text: string): string {
	const plain = text.replaceAll(/[\r\n`]/g, ' ').replaceAll('|', '\\|');
	return `\`${plain}\``;
}

/** A fence that no line of the text can close. */
function longerFence(text: string): string {
	const runs = [...text.matchAll(/`{3,}/g)].map(([run]) => run.length);
	return '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
}
