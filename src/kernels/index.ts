export { GRAM_BLOCK } from './types.ts';
export { loadWasmKernels, WASM_MODULE } from './wasm/index.ts';
export { chooseKernels, openGpuSum, suitsGpu } from './webgpu/index.ts';
export type {
	BackendChoice,
	BackendSetting,
	Calibration,
	ChooseOptions,
	Chosen,
	Primitive,
} from './webgpu/index.ts';
export type {
	Comparison,
	Formula,
	FormulaTensor,
	Gram,
	KernelChunk,
	Kernels,
	KnownDraw,
	SlerpWeights,
} from './types.ts';
export type {
	FormulaOutcome,
	FormulaSpec,
	ModelStockFormula,
	NuslerpFormula,
	RandomSource,
	SlerpFormula,
	SumFormula,
	TaskVectorFormula,
	TaskVectorTerm,
} from './formula.ts';
