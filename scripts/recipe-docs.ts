/**
 * Writes docs/recipe.md, the reference of the configuration language, from the schema that reads recipes:
 * `node scripts/recipe-docs.ts`. With `--check` it writes nothing, and ends with 1 where the file is not
 * what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import {
	methodReference,
	recipeReference,
	type ReferenceKey,
	type ReferenceMethod,
} from '../src/recipe/index.ts';

/** Where the reference is kept. */
export const RECIPE_DOCS = fileURLToPath(new URL('../docs/recipe.md', import.meta.url));

const INTRODUCTION = `# Recipes: the configuration language

A recipe is a merge configuration as mergekit takes it: YAML that says which models are merged, by which method, and how strongly. Remelt reads the whole language. What mergekit would ignore without a word is a [finding](findings.md) with its place and the nearest key that means something; what mergekit would refuse is an error before any weight is read.

\`\`\`yaml
slices:
  - sources:
      - model: org/a
        layer_range: [0, 32]
      - model: org/b
        layer_range: [0, 32]
merge_method: slerp
base_model: org/a
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5
dtype: bfloat16
\`\`\`

## Models

A model is a repository on the Hub or a folder: \`owner/name\`, \`owner/name@revision\` or a path, and behind a plus an adapter that is merged into it first: \`owner/name+owner/adapter@revision\`. mergekit takes a folder where there is one of that name, and never writes down which revision it took. The same as a mapping, with the class that the model is to be read as:

\`\`\`yaml
model:
  model: { path: org/a, revision: main }
  lora: { path: org/adapter }
  override_architecture: LlamaForCausalLM
\`\`\`

Remelt refuses adapters when it plans: merge them into their model first.

## Settings

A parameter is a number, a _gradient_ (a list of numbers laid out over the layers of a slice), or a list of conditional values, of which the first counts whose filter is part of the tensor's name. Truth values count as 1 and 0, and numbers in text as numbers. A gradient of m numbers has, at layer k of a slice of L, the value that lies k/(L − 1) of the way from its first number to its last, straight lines between; in a slice of one layer, its last. It begins anew with every slice.

mergekit 0.1.5 takes a little more: a single conditional value without a list around it, an empty list for no value, and for parameters that are on or off a list of truth values, from which each layer takes the one at or before it. Other [semantics](semantics.md) refuse the first two.
`;

const CLOSING = `## Several recipes

Documents of one text, apart from one another by \`---\`, are recipes that build on each other, as \`mergekit-multi\` takes them: each but one has a \`name\`, which is the name of a folder, and the others may write it wherever a model may stand. They are run in the order in which they need each other; recipes that wait for one another are refused. A name that no recipe has is a model like any other.

\`\`\`yaml
name: first-step
merge_method: linear
models:
  - { model: org/a, parameters: { weight: 0.5 } }
  - { model: org/b, parameters: { weight: 0.5 } }
---
merge_method: slerp
base_model: first-step
models: [{ model: first-step }, { model: org/c }]
parameters: { t: 0.3 }
\`\`\`

## YAML

mergekit reads recipes with PyYAML, which reads YAML 1.1 with peculiarities of its own, and so does Remelt: \`yes\`, \`no\`, \`on\` and \`off\` are truth values, and \`y\` is text; \`017\` is 15, \`1_000\` is 1000 and \`12:30\` is 750; \`1e-5\` and \`-.5\` are text, of which mergekit makes numbers all the same; \`2024-05-01\` is a date; of repeated keys the last counts; \`<<\` merges mappings; a tab may stand in quotes, comments and block text only. Where YAML 1.2 would read a value otherwise, a finding says so with both readings.

At most 64 K characters, 16 levels, 256 aliases and 20,000 values are read.
`;

/** The reference as Markdown. */
export async function recipeDocs(): Promise<string> {
	const sections = recipeReference().map(
		({ title, keys }) => `## ${title}\n\n${keys.map(keyText).join('\n')}`,
	);
	const written = [INTRODUCTION, ...sections, methodsText(methodReference()), CLOSING].join('\n');
	const options = (await resolveConfig(RECIPE_DOCS)) ?? {};
	return format(written, { ...options, parser: 'markdown' });
}

function keyText({ path, type, without, meaning, example, mergekit }: ReferenceKey): string {
	const key = path.split('.').at(-1) ?? path;
	const left = without === undefined ? 'has to be there' : `left out: ${without}`;
	const aside = mergekit === undefined ? '' : `\nmergekit: ${mergekit}\n`;
	return `### \`${path}\`

_${capital(type)}; ${left}._

${meaning}
${aside}
\`\`\`yaml
${key}: ${example}
\`\`\`
`;
}

function methodsText(methods: readonly ReferenceMethod[]): string {
	const rows = methods.map(({ name, parameters }) => {
		const of = (scope: 'model' | 'tensor'): string =>
			parameters
				.filter((parameter) => parameter.scope === scope)
				.map((parameter) => `\`${parameter.name}\``)
				.join(', ');
		return `| \`${name}\` | ${of('model')} | ${of('tensor')} |`;
	});
	return `## Parameters

Which parameters a method reads. Those that each model has its own of may stand under models and sources as well as at the wider levels; the others, under a model, have no effect. What they mean is told with each method.

| method | of each model | of all models |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function capital(text: string): string {
	return text.replace(/^[a-z]/, (first) => first.toUpperCase());
}

async function main(): Promise<void> {
	const wanted = await recipeDocs();
	if (!process.argv.includes('--check')) {
		writeFileSync(RECIPE_DOCS, wanted);
		return;
	}
	if (readFileSync(RECIPE_DOCS, 'utf8') === wanted) return;
	console.error('docs/recipe.md is not up to date: run node scripts/recipe-docs.ts');
	process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
