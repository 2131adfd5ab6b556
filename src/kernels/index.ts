export { GRAM_BLOCK } from './types.ts';
export { loadWasmKernels } from './wasm/index.ts';
export type { Comparison, Gram, KernelChunk, Kernels, SlerpWeights } from './types.ts';
