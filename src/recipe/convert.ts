import type { WrittenRecipe } from './schema.ts';
import type { Recipe, RecipeModel, RecipeSlice, RecipeTokenizer } from './types.ts';
import type { WrittenReference } from './values.ts';

type WrittenModels = WrittenRecipe['models'];
type WrittenSlices = WrittenRecipe['slices'];

/** A recipe from what the schema read. */
export function toRecipe(written: WrittenRecipe, text: string): Recipe {
	return {
		name: written.name,
		method: written.merge_method,
		baseModel: written.base_model?.text ?? null,
		models: toModels(written.models),
		slices: toSlices(written.slices),
		modules: Object.entries(written.modules).map(([name, { models, slices, parameters }]) => ({
			name,
			models: toModels(models),
			slices: toSlices(slices),
			parameters,
		})),
		parameters: written.parameters,
		dtype: written.dtype,
		outDtype: written.out_dtype,
		tokenizerSource: written.tokenizer_source?.text ?? null,
		tokenizer: toTokenizer(written.tokenizer),
		chatTemplate: written.chat_template,
		architectures: architecturesOf(written),
		text,
	};
}

function toModels(models: WrittenModels): RecipeModel[] {
	return models.map(({ model, parameters }) => ({ model: model.text, parameters }));
}

function toSlices(slices: WrittenSlices): RecipeSlice[] {
	return slices.map(({ sources, base_model, parameters, residual_weight }) => ({
		sources: sources.map(({ model, layer_range, parameters: own }) => ({
			model: model.text,
			layerRange: layer_range,
			parameters: own,
		})),
		baseModel: base_model?.text ?? null,
		parameters,
		residualWeight: residual_weight,
	}));
}

function toTokenizer(tokenizer: WrittenRecipe['tokenizer']): RecipeTokenizer | null {
	if (tokenizer === null) return null;
	return {
		source: tokenizer.source.text,
		tokens: Object.entries(tokenizer.tokens).map(([token, { source, force }]) => ({
			token,
			source: source?.source ?? null,
			force,
		})),
		padToMultipleOf: tokenizer.pad_to_multiple_of,
	};
}

/** Every reference that a recipe gives, in order. */
function referencesOf(written: WrittenRecipe): readonly (WrittenReference | null)[] {
	const parts = [written, ...Object.values(written.modules)];
	const tokens = Object.values(written.tokenizer?.tokens ?? {});
	return [
		written.base_model,
		...parts.flatMap(({ models }) => models.map(({ model }) => model)),
		...parts.flatMap(({ slices }) =>
			slices.flatMap(({ base_model, sources }) => [
				base_model,
				...sources.map(({ model }) => model),
			]),
		),
		written.tokenizer_source,
		written.tokenizer?.source ?? null,
		...tokens.map(({ source }) => source?.reference ?? null),
	];
}

/** The architectures that references are to be read by; of two for one reference, the first. */
function architecturesOf(written: WrittenRecipe): Record<string, string> {
	const found = new Map<string, string>();
	for (const { text, architecture } of referencesOf(written).filter((each) => each !== null))
		if (architecture !== null && !found.has(text)) found.set(text, architecture);
	return Object.fromEntries(found);
}

/**
 * A reference that is to be read by one architecture here and by another, or none, there. mergekit takes
 * those for two models, and a recipe here has one of each name.
 */
export function ambiguousReference(written: WrittenRecipe): string | null {
	const found = new Map<string, string | null>();
	for (const { text, architecture } of referencesOf(written).filter((each) => each !== null)) {
		if (found.has(text) && found.get(text) !== architecture) return text;
		found.set(text, architecture);
	}
	return null;
}
