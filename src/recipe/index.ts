export {
	ARCHITECTURE_NAMES,
	architectureNamed,
	findArchitecture,
	listWeights,
} from './architectures/index.ts';
export { findParameter, layerPosition, resolveParameter, valueAt } from './parameters.ts';
export type { ResolvedParameter } from './parameters.ts';
export { parseRecipe } from './parse.ts';
export { isLocalReference, modelReferences, parseModelReference } from './references.ts';
export type { ModelReference } from './references.ts';
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
