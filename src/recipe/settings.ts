import type { FilteredValue, Parameters, RecipeContent, Setting, SettingPlace } from './types.ts';

/**
 * A recipe in which one number or gradient is another one; `formatRecipe` writes it down.
 * @param at where the value stands, as {@link describeParameter} says
 */
export function withSetting(
	recipe: RecipeContent,
	name: string,
	at: SettingPlace,
	value: number | readonly number[],
): RecipeContent {
	const change = <T extends { readonly parameters: Parameters }>(holder: T): T => ({
		...holder,
		parameters: { ...holder.parameters, [name]: changed(holder.parameters[name], at.entry, value) },
	});
	const changeAt = <T extends { readonly parameters: Parameters }>(
		list: readonly T[],
		index: number,
	): T[] => list.map((item, other) => (other === index ? change(item) : item));
	if (at.level === 'recipe') return change(recipe);
	if (recipe.slices.length === 0) return { ...recipe, models: changeAt(recipe.models, at.source) };
	if (at.level === 'slice') return { ...recipe, slices: changeAt(recipe.slices, at.slice) };
	return {
		...recipe,
		slices: recipe.slices.map((slice, index) =>
			index === at.slice ? { ...slice, sources: changeAt(slice.sources, at.source) } : slice,
		),
	};
}

function changed(
	setting: Parameters[string] | undefined,
	entry: number,
	value: number | readonly number[],
): Setting {
	if (!isFiltered(setting)) return value;
	return setting.map((part, index) => (index === entry ? { ...part, value } : part));
}

/** Whether a setting is a list of conditional values. */
export function isFiltered(
	setting: Parameters[string] | undefined,
): setting is readonly FilteredValue[] {
	return Array.isArray(setting) && setting.some((part) => typeof part === 'object');
}
