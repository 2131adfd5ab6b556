import { modulesOf } from './modules.ts';
import type {
	FilteredValue,
	Parameters,
	RecipeContent,
	RecipeModule,
	Setting,
	SettingPlace,
} from './types.ts';

interface Holder {
	readonly parameters: Parameters;
}

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
	const change = <T extends Holder>(holder: T): T => ({
		...holder,
		parameters: { ...holder.parameters, [name]: changed(holder.parameters[name], at.entry, value) },
	});
	if (at.level === 'recipe') return change(recipe);
	const [first, ...others] = modulesOf(recipe);
	if (first === undefined) return recipe;
	const module = changedModule(first, at, change);
	if (recipe.modules.length > 0) return { ...recipe, modules: [module, ...others] };
	return { ...recipe, models: module.models, slices: module.slices };
}

function changedModule(
	module: RecipeModule,
	at: SettingPlace,
	change: <T extends Holder>(holder: T) => T,
): RecipeModule {
	const changeAt = <T extends Holder>(list: readonly T[], index: number): T[] =>
		list.map((item, other) => (other === index ? change(item) : item));
	if (at.level === 'module') return change(module);
	if (module.slices.length === 0) return { ...module, models: changeAt(module.models, at.source) };
	if (at.level === 'slice') return { ...module, slices: changeAt(module.slices, at.slice) };
	return {
		...module,
		slices: module.slices.map((slice, index) =>
			index === at.slice ? { ...slice, sources: changeAt(slice.sources, at.source) } : slice,
		),
	};
}

function changed(
	setting: Setting | undefined,
	entry: number,
	value: number | readonly number[],
): Setting {
	if (setting === undefined) return value;
	if (isLoneMapping(setting)) return { ...setting, value };
	if (!isFiltered(setting)) return value;
	return setting.map((part, index) => (index === entry ? { ...part, value } : part));
}

/** Whether a setting is a list of conditional values. */
export function isFiltered(setting: Setting): setting is readonly FilteredValue[] {
	return isList(setting) && setting.some((part: unknown) => typeof part === 'object');
}

/** Whether a setting is one conditional value without a list around it. */
export function isLoneMapping(setting: Setting): setting is FilteredValue {
	return typeof setting === 'object' && !isList(setting);
}

/** `Array.isArray` for lists that may not be changed. */
function isList(value: unknown): value is readonly unknown[] {
	return Array.isArray(value);
}
