import { COLLECTION_STYLE, dump, visit, type Document } from 'js-yaml';
import { dtypeName } from './dtypes.ts';
import { isFiltered } from './settings.ts';
import type { Parameters, RecipeContent } from './types.ts';

/** A recipe as YAML that reads back as the same recipe. Comments and the order of keys are not kept. */
export function formatRecipe(recipe: RecipeContent): string {
	const written = {
		...(recipe.models.length > 0 && {
			models: recipe.models.map(({ model, parameters }) => ({
				model,
				...writtenParameters(parameters),
			})),
		}),
		...(recipe.slices.length > 0 && {
			slices: recipe.slices.map((slice) => ({
				sources: slice.sources.map(({ model, layerRange, parameters }) => ({
					model,
					layer_range: layerRange,
					...writtenParameters(parameters),
				})),
				...(slice.baseModel !== null && { base_model: slice.baseModel }),
				...writtenParameters(slice.parameters),
			})),
		}),
		merge_method: recipe.method,
		...(recipe.baseModel !== null && { base_model: recipe.baseModel }),
		...writtenParameters(recipe.parameters),
		...(recipe.dtype !== null && { dtype: dtypeName(recipe.dtype) }),
		...(recipe.outDtype !== null && { out_dtype: dtypeName(recipe.outDtype) }),
	};
	return dump(written, { noRefs: true, lineWidth: -1, transform: flowNumbers });
}

function writtenParameters(parameters: Parameters): { parameters?: Record<string, unknown> } {
	const entries = Object.entries(parameters);
	if (entries.length === 0) return {};
	return { parameters: Object.fromEntries(entries.map(([name, value]) => [name, written(value)])) };
}

function written(setting: Parameters[string]): unknown {
	if (!isFiltered(setting)) return setting;
	return setting.map(({ filter, value }) => (filter === null ? { value } : { filter, value }));
}

/** Writes lists of numbers in one line. */
function flowNumbers(documents: Document[]): void {
	visit(documents, (node) => {
		if (node.kind === 'sequence' && node.items.every((item) => item.kind === 'scalar'))
			node.style = COLLECTION_STYLE.FLOW;
	});
}
