import { LLAMA_MODULE } from './llama.ts';

export { configCount, configValue, readConfig } from './config.ts';
export {
	ARCHITECTURE_NAMES,
	architectureNamed,
	commonArchitecture,
	findArchitecture,
} from './find.ts';
export { layerName, layersIn, listWeights } from './weights.ts';
export type {
	Architecture,
	ArchitectureFacts,
	ArchitectureModule,
	WeightTemplate,
} from './types.ts';

/** The layout that most recipes are written for. */
export const LLAMA = LLAMA_MODULE;
