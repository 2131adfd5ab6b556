import type { Recipe } from '../recipe/index.ts';
import { modelReferences } from '../recipe/index.ts';
import type { ModelFiles } from '../tensors/index.ts';
import type { ExtraFile } from './types.ts';

/**
 * Files that a merged model takes over from its donor byte for byte: the tokenizer in all of its forms,
 * the chat template, and what describes generation and preprocessing (mergekit.md §3.9, §3.10).
 */
export const SIDE_FILES: readonly string[] = [
	'tokenizer_config.json',
	'special_tokens_map.json',
	'tokenizer.json',
	'tokenizer.model',
	'added_tokens.json',
	'merges.txt',
	'vocab.json',
	'vocab.txt',
	'chat_template.jinja',
	'chat_template.json',
	'generation_config.json',
	'preprocessor_config.json',
	'processor_config.json',
	'normalizer.json',
	'video_preprocessor_config.json',
];

/** The reference of the model whose tokenizer a recipe asks for: by name, else the base, else the first. */
export function tokenizerDonor(recipe: Recipe): string | null {
	const source = recipe.tokenizer?.source ?? recipe.tokenizerSource;
	const references = modelReferences(recipe);
	if (source != null && references.includes(source)) return source;
	return recipe.baseModel ?? references[0] ?? null;
}

/** The side files that a model has, one after another. Throws as reading does. */
export async function* readSideFiles(
	model: Pick<ModelFiles, 'bytes'>,
	options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ExtraFile> {
	for (const name of SIDE_FILES) {
		const bytes = await model.bytes(name, options);
		if (bytes !== null) yield [name, bytes];
	}
}
