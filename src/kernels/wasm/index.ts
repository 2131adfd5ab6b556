export { loadWasmKernels, WASM_MODULE } from './load.ts';
