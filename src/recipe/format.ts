import { COLLECTION_STYLE, dump, visit, type Document } from 'js-yaml';
import { dtypeName } from './dtypes.ts';
import { parseModelReference } from './references.ts';
import { isFiltered, isLoneMapping } from './settings.ts';
import type {
	FilteredValue,
	Parameters,
	RecipeContent,
	RecipeModule,
	RecipeSlice,
	RecipeTokenizer,
	Setting,
	TokenSource,
} from './types.ts';

/** A recipe as YAML that reads back as the same recipe. Comments and the order of keys are not kept. */
export function formatRecipe(recipe: RecipeContent): string {
	const reference = referenceWriter(recipe);
	const written = {
		...(recipe.name !== null && { name: recipe.name }),
		...writtenInputs(recipe, reference),
		...(recipe.modules.length > 0 && {
			modules: Object.fromEntries(
				recipe.modules.map((module) => [
					module.name,
					{ ...writtenInputs(module, reference), ...writtenParameters(module.parameters) },
				]),
			),
		}),
		merge_method: recipe.method,
		...(recipe.baseModel !== null && { base_model: reference(recipe.baseModel) }),
		...writtenParameters(recipe.parameters),
		...(recipe.dtype !== null && { dtype: dtypeName(recipe.dtype) }),
		...(recipe.outDtype !== null && { out_dtype: dtypeName(recipe.outDtype) }),
		...(recipe.tokenizerSource !== null && { tokenizer_source: reference(recipe.tokenizerSource) }),
		...(recipe.tokenizer !== null && { tokenizer: writtenTokenizer(recipe.tokenizer, reference) }),
		...(recipe.chatTemplate !== null && { chat_template: recipe.chatTemplate }),
	};
	return dump(written, { noRefs: true, lineWidth: -1, transform: flowNumbers });
}

/** Writes a reference: as text, or as a mapping where it says by which architecture it is to be read. */
type ReferenceWriter = (text: string) => unknown;

function referenceWriter({ architectures }: RecipeContent): ReferenceWriter {
	return (text) => {
		const architecture = Object.hasOwn(architectures, text) ? architectures[text] : undefined;
		const parsed = architecture === undefined ? null : parseModelReference(text);
		if (parsed === null) return text;
		const { lora, ...model } = parsed;
		return { model, ...(lora !== null && { lora }), override_architecture: architecture };
	};
}

function writtenInputs(
	{ models, slices }: Pick<RecipeModule, 'models' | 'slices'>,
	reference: ReferenceWriter,
): Record<string, unknown> {
	return {
		...(models.length > 0 && {
			models: models.map(({ model, parameters }) => ({
				model: reference(model),
				...writtenParameters(parameters),
			})),
		}),
		...(slices.length > 0 && { slices: slices.map((slice) => writtenSlice(slice, reference)) }),
	};
}

function writtenSlice(slice: RecipeSlice, reference: ReferenceWriter): Record<string, unknown> {
	return {
		sources: slice.sources.map(({ model, layerRange, parameters }) => ({
			model: reference(model),
			layer_range: layerRange,
			...writtenParameters(parameters),
		})),
		...(slice.baseModel !== null && { base_model: reference(slice.baseModel) }),
		...(slice.residualWeight !== null && { residual_weight: slice.residualWeight }),
		...writtenParameters(slice.parameters),
	};
}

function writtenTokenizer(
	{ source, tokens, padToMultipleOf }: RecipeTokenizer,
	reference: ReferenceWriter,
): Record<string, unknown> {
	return {
		source: reference(source),
		...(tokens.length > 0 && {
			tokens: Object.fromEntries(
				tokens.map(({ token, source: from, force }) => [
					token,
					{
						...(from !== null && { source: writtenTokenSource(from, reference) }),
						...(force && { force }),
					},
				]),
			),
		}),
		...(padToMultipleOf !== null && { pad_to_multiple_of: padToMultipleOf }),
	};
}

function writtenTokenSource(source: TokenSource, reference: ReferenceWriter): unknown {
	if (source.kind === 'zero') return { kind: source.kind };
	const model = reference(source.model);
	if (source.kind === 'model') return model;
	const { kind, token } = source;
	return { kind, model, ...(typeof token === 'number' ? { token_id: token } : { token }) };
}

function writtenParameters(parameters: Parameters): { parameters?: Record<string, unknown> } {
	const entries = Object.entries(parameters);
	if (entries.length === 0) return {};
	return { parameters: Object.fromEntries(entries.map(([name, value]) => [name, written(value)])) };
}

function written(setting: Setting): unknown {
	if (isLoneMapping(setting)) return writtenEntry(setting);
	return isFiltered(setting) ? setting.map(writtenEntry) : setting;
}

function writtenEntry({ filter, value }: FilteredValue): unknown {
	return filter === null ? { value } : { filter, value };
}

/** Writes lists of numbers in one line. */
function flowNumbers(documents: Document[]): void {
	visit(documents, (node) => {
		if (node.kind === 'sequence' && node.items.every((item) => item.kind === 'scalar'))
			node.style = COLLECTION_STYLE.FLOW;
	});
}
