import { COLLECTION_STYLE, dump, visit, type Document } from 'js-yaml';
import { dtypeName } from './dtypes.ts';
import { parseRecipe } from './parse.ts';
import type { FilteredValue, Parameters, Recipe, Setting, SettingPlace } from './types.ts';

/** A recipe as YAML that reads back as the same recipe. Comments and the order of keys are not kept. */
export function formatRecipe(recipe: Recipe): string {
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

/**
 * A recipe in which one number or gradient is another one. Its text is written anew.
 * @param at where the value stands, as {@link describeParameter} says
 */
export function withSetting(
	recipe: Recipe,
	name: string,
	at: SettingPlace,
	value: number | readonly number[],
): Recipe {
	const change = <T extends { readonly parameters: Parameters }>(holder: T): T => ({
		...holder,
		parameters: { ...holder.parameters, [name]: changed(holder.parameters[name], at.entry, value) },
	});
	const changeAt = <T extends { readonly parameters: Parameters }>(
		list: readonly T[],
		index: number,
	): T[] => list.map((item, other) => (other === index ? change(item) : item));
	let next: Recipe;
	if (at.level === 'recipe') next = change(recipe);
	else if (recipe.slices.length === 0)
		next = { ...recipe, models: changeAt(recipe.models, at.source) };
	else if (at.level === 'slice') next = { ...recipe, slices: changeAt(recipe.slices, at.slice) };
	else
		next = {
			...recipe,
			slices: recipe.slices.map((slice, index) =>
				index === at.slice ? { ...slice, sources: changeAt(slice.sources, at.source) } : slice,
			),
		};
	return parseRecipe(formatRecipe(next)).recipe;
}

function changed(
	setting: Parameters[string] | undefined,
	entry: number,
	value: number | readonly number[],
): Setting {
	if (!isFiltered(setting)) return value;
	return setting.map((part, index) => (index === entry ? { ...part, value } : part));
}

function isFiltered(setting: Parameters[string] | undefined): setting is readonly FilteredValue[] {
	return Array.isArray(setting) && setting.some((part) => typeof part === 'object');
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
