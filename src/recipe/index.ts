export {
	ARCHITECTURE_NAMES,
	architectureNamed,
	findArchitecture,
	listWeights,
} from './architectures/index.ts';
export { countLayers, describeParameter } from './describe.ts';
export { dtypeName } from './dtypes.ts';
export { formatRecipe } from './format.ts';
export { findParameter, layerPosition, resolveParameter, valueAt } from './parameters.ts';
export type { ResolvedParameter } from './parameters.ts';
export { parseRecipe } from './parse.ts';
export { isLocalReference, modelReferences, parseModelReference } from './references.ts';
export type { ModelReference } from './references.ts';
export { withSetting } from './settings.ts';
export { describeSlices } from './slices.ts';
export type {
	Architecture,
	FilteredValue,
	ParameterPlace,
	ParameterStrip,
	Parameters,
	Recipe,
	RecipeContent,
	RecipeModel,
	RecipeSlice,
	RecipeSource,
	Setting,
	SettingPlace,
	SliceLayer,
	SliceView,
	StripPart,
	StripRow,
	WeightTemplate,
} from './types.ts';
