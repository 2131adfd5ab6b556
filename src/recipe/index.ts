export {
	ARCHITECTURE_NAMES,
	architectureNamed,
	commonArchitecture,
	configCount,
	configValue,
	findArchitecture,
	layerName,
	layersIn,
	listWeights,
	readConfig,
} from './architectures/index.ts';
export type {
	Architecture,
	ArchitectureFacts,
	ArchitectureModule,
	WeightTemplate,
} from './architectures/index.ts';
export { countLayers, describeParameter } from './describe.ts';
export { parseRecipes } from './documents.ts';
export type { NamedRecipe } from './documents.ts';
export { dtypeName } from './dtypes.ts';
export { formatRecipe } from './format.ts';
export { DEFAULT_MODULE, inputsOf, modulesOf, shownModule } from './modules.ts';
export {
	findParameter,
	layerPosition,
	numericValues,
	resolveFlag,
	resolveParameter,
	valueAt,
} from './parameters.ts';
export type { ResolvedParameter } from './parameters.ts';
export { parseRecipe } from './parse.ts';
export {
	formatReference,
	isLocalReference,
	modelReferences,
	parseModelReference,
	tokenizerReferences,
} from './references.ts';
export type { ModelReference } from './references.ts';
export { methodReference, recipeReference } from './reference.ts';
export type { ReferenceKey, ReferenceMethod, ReferenceSection } from './reference.ts';
export { DEFAULT_SEMANTICS, findSemantics, methodSince, SEMANTICS_NAMES } from './semantics.ts';
export type { Semantics } from './semantics.ts';
export { withSetting } from './settings.ts';
export { describeSlices } from './slices.ts';
export type {
	FilteredValue,
	ParameterPlace,
	ParameterStrip,
	Parameters,
	Recipe,
	RecipeContent,
	RecipeModel,
	RecipeModule,
	RecipeSlice,
	RecipeSource,
	RecipeToken,
	RecipeTokenizer,
	Scalar,
	Setting,
	SettingLevel,
	SettingPlace,
	SliceLayer,
	SliceView,
	StripPart,
	StripRow,
	TokenSource,
} from './types.ts';
