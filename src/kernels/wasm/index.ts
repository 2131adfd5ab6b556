export { loadWasmKernels } from './load.ts';
