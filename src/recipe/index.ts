export type {
	Architecture,
	FilteredValue,
	ParameterPlace,
	ParameterStrip,
	Parameters,
	Recipe,
	RecipeModel,
	RecipeSlice,
	RecipeSource,
	Setting,
	WeightTemplate,
} from './types.ts';
